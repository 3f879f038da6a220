"""Each area reads its own words where the drawings and forms have plain ones."""

from __future__ import annotations

import pytest

from app.domain.vocabulary import PLAIN, say
from app.services import reference


@pytest.mark.parametrize(
    ("area", "plain", "said"),
    [
        ("stockport", "YJS case manager", "YOS case manager"),
        ("stockport", "Tell the front door", "Tell the MASSH"),
        ("stockport", "Personal advisers", "Personal Advisors"),
        ("stockport", "The youth justice service", "The youth offending service"),
        ("wandsworth", "Front door", "Family Front Door"),
        ("wandsworth", "Its title or link in the case system.", "Its title or link in Mosaic and Core+."),
        ("salford", "Allocate a personal adviser", "Allocate a Next Step worker"),
        ("salford", "YJS case manager", "YJS case manager"),
        ("default", "YJS case manager at the front door", "YJS case manager at the front door"),
    ],
)  # fmt: skip
def test_an_area_says_it_in_its_own_words(area: str, plain: str, said: str) -> None:
    assert say(plain, reference.profile(area).words) == said


def test_a_part_of_another_word_is_left_alone() -> None:
    assert say("YJSX and the frontdoor", reference.profile("stockport").words) == "YJSX and the frontdoor"


def test_every_plain_word_has_its_place_in_the_default_profile() -> None:
    assert set(PLAIN) <= set(reference.profile("default").words)
