"""The part of a record that tells what was taken higher: who has seen it, and the page that went to the director."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.documents import Document
from app.services.records.reader import Reader
from app.services.records.work_contents import Seen, SentLine, SentPage, SentPart
from app.store.as_it_stood import Standing


def seen(read: Reader, rows: Sequence[Standing]) -> tuple[Seen, ...]:
    """Who had said by then that they had seen what was escalated to them, the first of them first."""
    return tuple(
        Seen(at=row["at"], by=read.name(row["person_id"]), words=row["words"])
        for row in sorted(rows, key=lambda row: (row["at"], row["person_id"]))
    )


def director_page(read: Reader, row: Standing | None) -> SentPage | None:
    """The page as it was sent, our words on it in those of the area."""
    if row is None:
        return None
    page = Document.from_json(row["document"])
    return SentPage(
        sent_at=row["sent_at"],
        sent_by=read.name(row["sent_by"]),
        called=read.said(page.title),
        parts=tuple(_parts(read, page)),
    )


def _parts(read: Reader, page: Document) -> Iterator[SentPart]:
    if page.opening:
        yield SentPart("", tuple(SentLine("", words) for words in page.opening))
    for section in page.sections:
        lines = tuple(SentLine(read.said(block.label), block.text) for block in section.blocks)
        yield SentPart(read.said(section.heading), lines)
