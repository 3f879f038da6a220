"""What a child reads before release is readable at nine, says nothing of an offence, and is about all ten things."""

from __future__ import annotations

import json

import pytest

from app.domain.errors import BadInput
from app.domain.plan_words import PlanWords
from app.domain.readability import AGE_NINE, grade, syllables
from app.services import reference
from tests.house.sources import PROJECT

WORDS = reference.plan_words()
HARDEST_SENTENCE = 8.0
"""One sentence may hold one long word, such as “reviewing officer”; the whole may not."""


@pytest.mark.parametrize(
    ("word", "count"),
    [("home", 1), ("money", 2), ("school", 1), ("looked", 1), ("decided", 3), ("people", 2), ("you’ll", 1)],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_hard_text_is_told_from_an_easy_one() -> None:
    easy = "You will live with your aunt. She has a room for you."
    hard = "Accommodation arrangements are subject to satisfactory completion of a multi-agency assessment."

    assert grade(easy) < AGE_NINE < 12 < grade(hard)
    assert grade("") == 0


def test_the_sentences_can_be_read_at_nine() -> None:
    sentences = WORDS.sentences()

    assert grade("\n".join(sentences)) <= AGE_NINE
    assert [one for one in sentences if grade(one) > HARDEST_SENTENCE] == []
    assert [one for text in sentences for one in text.split(". ") if len(one.split()) > 16] == []


def test_the_sentences_hold_no_word_that_they_warn_of() -> None:
    text = "\n".join(WORDS.sentences())

    assert WORDS.offence_in(text) == []
    assert WORDS.hard_in(text) == {}


def test_there_are_ten_things_and_each_has_an_owner_that_is_a_role() -> None:
    roles = reference.roles().by_key

    assert len(WORDS.items) == 10
    assert [(item.key, role) for item in WORDS.items for role in item.owners if role not in roles] == []
    assert [role for role in WORDS.workers if role not in roles] == []


def test_the_facts_and_forms_that_the_items_name_exist() -> None:
    form = json.loads((PROJECT / "forms/release_preparation/ten_things.json").read_text(encoding="utf-8"))
    asked = {one["properties"].get("fact") for one in form["components"]} - {None}

    assert {fact for item in WORDS.items for fact in item.facts} == asked
    assert [f for item in WORDS.items for f in item.forms if not (PROJECT / f"forms/{f}.json").exists()] == []


def test_words_that_a_child_should_not_read_are_found_in_what_was_typed() -> None:
    typed = "Your ETE provider is Bright. Your licence says no contact with the victim. Pam will help."

    assert set(WORDS.hard_in(typed)) == {"ETE", "licence"}
    assert WORDS.offence_in(typed) == ["victim"]


def test_a_file_of_another_shape_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be used"):
        PlanWords.build({"title": "What I need to know"})
