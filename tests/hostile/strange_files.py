"""Files that are not what their name says: other encodings, other kinds of file, archives with a purpose."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO

from app.engine import packing
from app.services import definitions
from tests.engine.foreign import DRAWINGS

TEXT = DRAWINGS["two pools that talk"].decode()
DECLARED = '<?xml version="1.0" encoding="{}"?>\n'


def encodings() -> Iterator[bytes]:
    """The same drawing in what it says, in what it does not say, and in both at once."""
    for name in (
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "latin-1",
        "cp1252",
        "cp037",
        "utf-7",
        "utf-8-sig",
    ):
        accented = TEXT.replace("Customer", "Zoë Café" if name != "cp037" else "Customer")
        yield (DECLARED.format(name.replace("-sig", "").upper()) + accented).encode(name)
        yield accented.encode(name)
        yield (DECLARED.format("UTF-8") + accented).encode(name)
    for name in (
        "UTF-16",
        "ISO-8859-1",
        "Shift_JIS",
        "rot13",
        "hex",
        "x" * 60,
        "base64",
        "zip",
        "idna",
        "no_such",
    ):
        yield (DECLARED.format(name) + TEXT).encode()
    for bad in (
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xf8\x88\x80\x80\x80",
        b"\x00",
        b"\x1b",
        b"\xf0\x82\x82\xac",
    ):
        yield TEXT.encode().replace(b"Customer", bad)
    yield b"\xef\xbb\xbf" * 3 + TEXT.encode()
    yield b"\xfe\xff" + TEXT.encode("utf-16-le")


def others() -> Iterator[bytes]:
    """What people choose by mistake."""
    yield from (
        b"",
        b" \n\t ",
        b"\x00" * 1000,
        b"hello",
        b"%PDF-1.7\n%\xe2\xe3",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
    )
    yield b"<html><script>alert(1)</script></html>"
    yield b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>'
    yield b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>'
    yield json.dumps({"type": "default", "components": []}).encode()
    yield b"MZ" + bytes(range(256)) * 20
    yield b"#!/bin/sh\nrm -rf /\n"
    yield gzip.compress(TEXT.encode(), mtime=0)
    yield random.Random(7).randbytes(50_000)
    yield b"x" * (2 * 1024 * 1024 + 1)
    yield b"<" * 500_000


def _zip(members: dict[str, bytes], *, comment: bytes = b"") -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        packed.comment = comment
    return written.getvalue()


def archives() -> Iterator[bytes]:
    """Archives: of something else, far too large inside, damaged, and with names that lead out of them."""
    label = {packing.LABEL: b'{"pathway": "x"}'}
    drawn = {"processes/x/x.bpmn": TEXT.encode()}
    yield _zip({"drawing.bpmn": TEXT.encode()})
    yield _zip({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    yield _zip(label)
    yield _zip(label | {"processes/x/x.bpmn": b"\x00" * 200_000_000})
    yield _zip(label | {f"forms/x/f{n}.json": b" " * 7_000_000 for n in range(20)})
    yield _zip(label | {f"forms/x/f{n}.json": b"{}" for n in range(2000)})
    yield _zip(label | {"../../etc/passwd": b"x"})
    yield _zip(label | {"/etc/passwd": b"x"})
    yield _zip(label | {"processes/x/../x.bpmn": b"x"})
    yield _zip(label | drawn)
    yield _zip(label | {"processes/x/x.bpmn": b"\xff\xfe"})
    yield _zip(label | {"processes/x/x.bpmn": b'<!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>'})
    for words in (
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"a": NaN}',
        b"1" * 100_000,
        b"[]",
        b"{",
    ):
        yield _zip(label | {"processes/x/x.bpmn": TEXT.encode(), "forms/x/f.json": words})
    for words in (b"null", b'{"pathway": 7}', b'{"pathway": "y"}', b"{}", b"\xff", b'{"pathway": ["x"]}'):
        yield _zip({packing.LABEL: words} | drawn)
    whole = packing.pack(definitions.shipped()["rilaa_care"]).content
    yield from (whole[: len(whole) // 2], whole[:30], b"PK\x03\x04" + b"\x00" * 500, whole + whole)
    for at in range(8):
        damaged = bytearray(whole)
        chance = random.Random(at)
        for _ in range(10):
            damaged[chance.randrange(len(damaged))] ^= 0xFF
        yield bytes(damaged)
    yield whole.replace(b"rilaa_care", b"other_care")


KINDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "encodings": encodings,
    "other kinds of file": others,
    "archives": archives,
}
