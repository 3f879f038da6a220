"""Papers are set from our own template alone: fast, tagged, the same each time; nothing is fetched."""

from __future__ import annotations

import pytest

from app.domain.documents import Block, Document, Section
from app.services import paper
from app.services.paper import OutsideAddress

BLOCKS = (Block("text", "Some words."), Block("answer", "An answer\nof two lines"))
SECTIONS = tuple(Section(f"part {number}", f"Heading {number}", BLOCKS) for number in range(11))
PLAN = Document(
    "What I need to know", SECTIONS, opening=("This plan is for you, Alex.",), footer="Made today."
)


def test_the_same_document_is_the_same_paper() -> None:
    assert paper.render(PLAN) == paper.render(PLAN)


def test_markup_that_somebody_typed_stays_words_and_fetches_nothing() -> None:
    typed = '<img src="http://example.com/x.png"><link rel="stylesheet" href="file:///etc/passwd">'
    document = Document("A title", (Section("one", "One", (Block("answer", typed),)),))

    made = paper.render(document)

    assert b"example.com" not in made
    assert made.startswith(b"%PDF")


@pytest.mark.parametrize("address", ["http://example.com/x.css", "file:///etc/passwd", "data:text/css,"])
def test_an_address_of_any_kind_is_refused(address: str) -> None:
    with pytest.raises(OutsideAddress):
        paper.refuse(address)


def test_no_line_ends_inside_a_date() -> None:
    assert (
        paper.unbroken("By Tuesday 8 December 2026, or 9 May.")
        == "By Tuesday 8\xa0December\xa02026, or 9\xa0May."
    )
