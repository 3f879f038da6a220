"""What may be uploaded is decided by what the bytes are, never by their name."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from app.domain.errors import BadInput
from app.domain.uploads import LARGEST, kind_of
from app.services.documents import _sniffed as sniffed

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
JPEG = bytes.fromhex("ffd8ffe000104a46494600010101006000600000ffd9")


def packed(**members: str) -> bytes:
    """A zip file with these members; `__` in a name stands for a slash, `_dot_` for a dot."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return kept.getvalue()


def office(member: str, **more: str) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<x/>")
        for name, text in more.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return kept.getvalue()


def macro_by_type() -> bytes:
    """A Word file whose macros hide in a member of a harmless name."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            "<Types><Override ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/></Types>",
        )
        archive.writestr("word/document.xml", "<x/>")
        archive.writestr("word/settings2.xml", "macros")
    return kept.getvalue()


def torn() -> bytes:
    """An OpenDocument file whose compressed first member is damaged."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    content = bytearray(kept.getvalue())
    content[38:44] = b"\xff" * 6
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(PDF, "pdf", id="PDF"),
        pytest.param(PNG, "png", id="PNG"),
        pytest.param(JPEG, "jpg", id="JPEG"),
        pytest.param(office("word/document.xml"), "docx", id="Word"),
        pytest.param(office("xl/workbook.xml"), "xlsx", id="Excel"),
        pytest.param(
            office("xl/workbook.xml", xl__printerSettings__printerSettings1_dot_bin="x"),
            "xlsx",
            id="Excel that was printed once",
        ),
        pytest.param(packed(mimetype="application/vnd.oasis.opendocument.text"), "odt", id="OpenDocument"),
        pytest.param("Zoë said: “no”.\r\n".encode(), "txt", id="text"),
    ],
)
def test_these_are_taken(content: bytes, kind: str) -> None:
    assert kind_of(content, sniffed(content)) == kind


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"x" * (LARGEST + 1), id="too large"),
        pytest.param(b"MZ\x90\x00" + b"\x00" * 200, id="a program"),
        pytest.param(b"\x7fELF\x02\x01\x01" + b"\x00" * 60, id="another program"),
        pytest.param(b"<!DOCTYPE html><script>alert(1)</script>", id="HTML"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", id="SVG"),
        pytest.param(b"\n <body onload='alert(1)'>hello</body>", id="part of HTML"),
        pytest.param(b"<a href='javascript:alert(1)'>hello</a>", id="a link"),
        pytest.param(
            packed(mimetype="application/vnd.oasis.opendocument.text").replace(b"mimetype", b"mimetypo", 1),
            id="a zip that contradicts itself",
        ),
        pytest.param(macro_by_type(), id="macros under another name"),
        pytest.param(torn(), id="a zip that cannot be unpacked"),
        pytest.param(b"<?xml version='1.0'?><x/>", id="XML"),
        pytest.param(b"#!/bin/sh\nrm -rf /", id="a script"),
        pytest.param(packed(readme_dot_txt="hello"), id="a zip"),
        pytest.param(office("word/document.xml", word__vbaProject_dot_bin="x"), id="Word with macros"),
        pytest.param(office("xl/workbook.xml", xl__vbaProject_dot_bin="x"), id="Excel with macros"),
        pytest.param(b"PK\x03\x04 not really", id="a broken zip"),
        pytest.param(b"GIF89a" + b"\x00" * 20, id="GIF"),
        pytest.param(b"text\x00with a NUL", id="bytes that look like text"),
        pytest.param("café".encode("utf-16"), id="another encoding"),
    ],
)
def test_these_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        kind_of(content, sniffed(content))

    assert refused.value.errors["file"][0].startswith("The file")


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_a_photo_of_a_phone_that_few_can_open_is_refused_with_advice(brand: bytes) -> None:
    photo = b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(20)

    with pytest.raises(BadInput) as refused:
        kind_of(photo, sniffed(photo))

    assert "Send it as JPEG" in refused.value.errors["file"][0]
