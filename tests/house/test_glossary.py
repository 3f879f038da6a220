"""Every abbreviation that a form, a drawing, a role, a letter or a duty shows is in the glossary."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from app.services import glossary, reference
from tests.house.sources import PROJECT

SHOWN_IN_FORMS = frozenset({"label", "description", "text", "title", "dateLabel", "timeLabel"})
NAMES = frozenset({"Core+", "OFFICIAL-SENSITIVE"})


def words_of_a_form(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name in SHOWN_IN_FORMS and isinstance(value, str):
                yield value
            else:
                yield from words_of_a_form(value)
    elif isinstance(part, list):
        for one in part:
            yield from words_of_a_form(one)


def shown_texts() -> Iterator[tuple[str, str]]:
    """(where, text) for everything that people read."""
    for path in (PROJECT / "forms").rglob("*.json"):
        for text in words_of_a_form(json.loads(path.read_text(encoding="utf-8"))):
            yield path.name, text
    for path in (PROJECT / "processes").rglob("*.bpmn"):
        for text in re.findall(r'\sname="([^"]*)"', path.read_text(encoding="utf-8")):
            yield path.name, text
    for path in (PROJECT / "processes" / "roles.yaml", PROJECT / "processes" / "letters.yaml"):
        yield path.name, path.read_text(encoding="utf-8")
    for duty in reference.register():
        said = duty.ambiguity
        texts = (
            duty.sentence,
            duty.clause,
            duty.trigger,
            duty.statutory_note,
            said and said.issue,
            said and said.default,
        )
        yield from ((duty.id, text) for text in texts if text)
    for key, profile in reference.profiles().items():
        yield from ((key, text) for text in profile.words.values())


def test_every_abbreviation_is_explained() -> None:
    known = {name for word in glossary.words() for name in word.names}

    unknown = {
        f"{word} in {where}"
        for where, text in shown_texts()
        for word in glossary.CAPITALS.findall(text)
        if word not in known and word.removesuffix("s") not in known
    }

    assert not unknown, sorted(unknown)


def test_the_glossary_explains_in_sentences_and_uses_no_word_that_it_does_not_explain() -> None:
    listed = glossary.words()
    known = {name for word in listed for name in word.names}

    for word in listed:
        assert word.means.endswith("."), word.word
        assert "offender" not in word.means or word.in_full or word.word == "YDA", word.word
        for used in glossary.CAPITALS.findall(word.means):
            assert used in known | {"HM"} or used in word.means.split(":")[0], (word.word, used)


def test_every_area_that_a_word_belongs_to_exists() -> None:
    areas = {word.area for word in glossary.words() if word.area}

    assert areas <= set(reference.profiles())
