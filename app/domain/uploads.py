"""What may be uploaded: which kinds of file, by what their bytes begin with and hold, and how large."""

from __future__ import annotations

import re
import zipfile
import zlib
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
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
)  # fmt: skip
_MACROS = re.compile("macroEnabled|vbaProject", re.IGNORECASE)
_MARKUP = re.compile(r"\s*(<[a-z!?/]|#!)", re.IGNORECASE)
LARGEST_LIST = 1024 * 1024
REFUSED = (
    "The file must be a PDF, a photo (JPEG or PNG), "
    "a Word, Excel or OpenDocument file without macros, or plain text"
)


_IPHONE = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"})
SEND_AS_JPEG = (
    "The photo is in the HEIC format, which few council computers can open. Send it as JPEG: on an iPhone choose "
    "Settings, Camera, Formats, Most Compatible and take it again, or open the photo, choose Share, Options, "
    "Most Compatible"
)
"""Photos as phones keep them (HEIC, AVIF), known by the brand in their first box."""


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
    if content[4:8] == b"ftyp" and content[8:12] in _IPHONE:
        raise _refusal(SEND_AS_JPEG)
    if _is_text(content):
        return "txt"
    raise _refusal(REFUSED)


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            names = set(packed.namelist())
            types = _small_member(packed, "[Content_Types].xml", LARGEST_LIST)
            mimetype = _small_member(packed, "mimetype", 100)
    except _UNREADABLE as error:
        raise _refusal(REFUSED) from error
    if any(_is_active(name.casefold()) for name in names) or _MACROS.search(types):
        raise _refusal(REFUSED)
    if mimetype.strip() == _ODT and not any(name.startswith(("Basic/", "Scripts/")) for name in names):
        return "odt"
    kinds = {kind for member, kind in _MEMBERS.items() if member in names}
    if types and len(kinds) == 1:
        return kinds.pop()
    raise _refusal(REFUSED)


def _small_member(packed: zipfile.ZipFile, name: str, limit: int) -> str:
    """The text of a member of fewer than `limit` bytes; "" when there is none."""
    if not any(one.filename == name and one.file_size < limit for one in packed.infolist()):
        return ""
    with packed.open(name) as member:
        return member.read(limit).decode("utf-8", "replace")


def _is_active(name: str) -> bool:
    """Whether a member can hold code. What Excel keeps of a printer is a `.bin` too, and harmless."""
    if re.fullmatch(r"xl/printersettings/printersettings\d+\.bin", name):
        return False
    return name.endswith((".bin", ".vba", ".exe", ".dll", ".js"))


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not _MARKUP.match(text) and all(letter >= " " or letter in "\r\n\t\f" for letter in text)


def _refusal(sentence: str) -> BadInput:
    return BadInput("The file cannot be taken.", {"file": [sentence]})
