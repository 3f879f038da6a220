"""A pathway as a file to take away: the BPMN text exactly as it was saved, in a zip with its forms where it has more.

The zip is laid out as this project keeps pathways (`processes/folder/key.bpmn`, `forms/folder/form.json`), with one
file more that says which of the diagrams is the pathway. The same bundle gives the same bytes.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from app.engine import drawing, gate
from app.engine.contracts import Bundle

MARK = b"PK\x03\x04"
LABEL = "throughcare.json"
MOST_MEMBERS = 500
MOST_BYTES = 8 * 1024 * 1024
_PLACE = re.compile(r"(processes|forms)/([a-z0-9_]+/[a-z0-9_]+)\.(bpmn|json)", re.ASCII)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


@dataclass(frozen=True)
class Packed:
    """A pathway to take away, with the name that its file gets."""

    name: str
    media_type: str
    content: bytes


def pack(bundle: Bundle) -> Packed:
    """The one BPMN file where the pathway is no more than that, else a zip of all its diagrams and forms."""
    if len(bundle.files) == 1 and not bundle.forms:
        return Packed(f"{bundle.key}.bpmn", "application/xml", bundle.main.encode())
    members = {LABEL: json.dumps({"pathway": bundle.key}) + "\n"}
    members |= {f"processes/{path}": text for path, text in bundle.files.items()}
    members |= {f"forms/{key}.json": _as_text(form) for key, form in bundle.forms.items()}
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name in sorted(members):
            member = zipfile.ZipInfo(name, date_time=_LONG_AGO)
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, members[name].encode())
    return Packed(f"{bundle.key}.zip", "application/zip", written.getvalue())


def unpack(content: bytes) -> Bundle:
    """The pathway in a zip that `pack` made, to the byte. Raises PathwayRefused for any other zip, hostile or not."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            members = _members(packed)
        key = _object(members.pop(LABEL)).get("pathway")
        files = {name[10:]: text for name, text in members.items() if name.startswith("processes/")}
        forms = {name[6:-5]: _object(text) for name, text in members.items() if name.startswith("forms/")}
    except _BROKEN:
        raise gate.refusal("zip", "The zip file is damaged. Export the pathway again.") from None
    if [PurePosixPath(path).stem for path in files].count(str(key)) != 1:
        raise gate.refusal("zip", "The zip file does not say which of its diagrams is the pathway.")
    for path, text in files.items():
        ids = [process.id for process in drawing.read(gate.read(text)).processes]
        if ids != [PurePosixPath(path).stem]:
            raise gate.refusal("zip", f"{path} in the zip file does not hold the process of its name.")
    return Bundle(str(key), files, forms)


def _members(packed: zipfile.ZipFile) -> dict[str, str]:
    """What is inside as text; how large it is going to be is looked at before any of it is unpacked."""
    inside = packed.infolist()
    names = [one.filename for one in inside]
    if LABEL not in names or not all(name == LABEL or _PLACE.fullmatch(name) for name in names):
        raise gate.refusal(
            "zip", "This zip file was not exported here. Unpack it, and choose the BPMN file that is in it."
        )
    if len(set(names)) != len(names):
        raise gate.refusal("zip", "The zip file holds a file twice. Export the pathway again.")
    if len(names) > MOST_MEMBERS or sum(one.file_size for one in inside) > MOST_BYTES:
        raise gate.refusal("zip", "The zip file holds more than a pathway can: 500 files and 8 MB in all.")
    return {one.filename: _content(packed, one) for one in inside}


def _content(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    with packed.open(member) as opened:
        content = opened.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise ValueError(member.filename)
    return content.decode("utf-8")


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text, parse_constant=_no_number)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(word)


def _as_text(form: dict[str, Any]) -> str:
    return json.dumps(form, indent=2, ensure_ascii=False) + "\n"
