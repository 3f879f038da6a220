"""What may be uploaded: which kinds of file, by what their bytes begin with and hold, and how large."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

from app.domain.errors import BadInput

LARGEST = 10 * 1024 * 1024
KINDS: Mapping[str, tuple[str, str]] = {
    "pdf": ("PDF", "application/pdf"),
    "jpg": ("Photo (JPEG)", "image/jpeg"),
    "png": ("Picture (PNG)", "image/png"),
    "docx": ("Word document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "odt": ("OpenDocument text", "application/vnd.oasis.opendocument.text"),
    "txt": ("Plain text", "text/plain"),
}
"""Extension -> (what it is called, its media type). Everything else is refused."""
_MEMBERS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_ODT = "application/vnd.oasis.opendocument.text"
REFUSED = (
    "The file must be a PDF, a photo (JPEG or PNG), "
    "a Word, Excel or OpenDocument file without macros, or plain text"
)


def kind_of(content: bytes, sniffed: str | None) -> str:
    """The key of KINDS that the bytes are; `sniffed` is the extension that their signature speaks for, if any.

    The name of the file says nothing. Raises BadInput with a sentence for `file` when it is empty, too large, of
    another kind, or an office file with macros.
    """
    if not content:
        raise _refusal("The file is empty")
    if len(content) > LARGEST:
        raise _refusal(f"The file must be smaller than {LARGEST // 1024 // 1024} MB")
    found = {"jpeg": "jpg", "jfif": "jpg", "jpe": "jpg"}.get(sniffed or "", sniffed or "")
    if content[:4] == b"PK\x03\x04":
        return _office(content)
    if found == "pdf" and content[:5] == b"%PDF-":
        return "pdf"
    if found in {"jpg", "png"}:
        return found
    if _is_text(content):
        return "txt"
    raise _refusal(REFUSED)


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            names = set(packed.namelist())
            mimetype = packed.read("mimetype")[:100].decode("ascii", "replace") if _is_small(packed) else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise _refusal(REFUSED) from error
    if any(name.casefold().endswith((".bin", ".vba", ".exe", ".dll", ".js")) for name in names):
        raise _refusal(REFUSED)
    if mimetype.strip() == _ODT and not any(name.startswith(("Basic/", "Scripts/")) for name in names):
        return "odt"
    kinds = {kind for member, kind in _MEMBERS.items() if member in names}
    if "[Content_Types].xml" in names and len(kinds) == 1:
        return kinds.pop()
    raise _refusal(REFUSED)


def _is_small(packed: zipfile.ZipFile) -> bool:
    """Whether there is a member `mimetype` of a few bytes, as an OpenDocument file has it."""
    return any(one.filename == "mimetype" and one.file_size < 100 for one in packed.infolist())


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    is_markup = text.lstrip()[:1] in {"<", "#"} and text.lstrip()[:2] in {
        "<!",
        "<?",
        "<h",
        "<H",
        "<s",
        "<S",
        "#!",
    }
    return not is_markup and all(letter >= " " or letter in "\r\n\t\f" for letter in text)


def _refusal(sentence: str) -> BadInput:
    return BadInput("The file cannot be taken.", {"file": [sentence]})
