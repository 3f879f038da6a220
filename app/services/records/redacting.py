"""Taking parts out of a record before it becomes a paper or JSON: what was removed is nowhere in what is made of it.

Pure: a record and what is to be removed in, a record out. A part is a passage (one text at one place), or words, which
are removed wherever they stand. In their place stands that something was removed, and under which code.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from app.domain.moments import day_in_words, london_day
from app.services.records.contents import CaseRecord, Known, Linked, Record, Worker
from app.services.records.work_contents import Answered

PASSAGES = frozenset({
    "asked_by", "comment", "detail", "email", "explanation", "given_to", "more", "name", "not_needed_reason",
    "question", "reason", "recipient", "said", "says", "sentence", "text", "title", "value", "whom",
    "withdrawn_reason", "words",
})  # fmt: skip
"""The fields of a record that people wrote, or that name somebody."""
NEVER = frozenset(
    {"about", "id", "key", "kind", "state", "status", "sha256", "file", "extension", "pathway_id", "task_id"}
)
PARTS: Mapping[str, str] = {
    "known": "What was known",
    "workers": "People",
    "siblings": "Brothers and sisters",
    "pathways": "Pathways",
    "tasks": "Tasks",
    "meetings": "Hearings and meetings",
    "documents": "Documents, their titles",
    "plans": "Plans",
    "notifications": "Who was told",
    "incidents": "Faults of the service",
    "chronology": "Chronology",
}
"""The parts of a record that are gone through, in its order, in words."""
LEAST = 3


@dataclass(frozen=True)
class Passage:
    """One text at one place. `key` is the same each time the same record is read; `about` says what it belongs to.

    `is_beside` is a text that is not reviewed by itself: the question of a form, and what is stored for an answer,
    which goes with the answer in words. `at` is when it was recorded, where it is reviewed in that order.
    """

    key: str
    part: str
    text: str
    about: str = ""
    is_beside: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Removal:
    """What is removed and under which code: passages by their keys, words as they are written."""

    passages: Mapping[str, str]
    words: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is removed."""
        return not self.passages and not self.words


def mark(code: str) -> str:
    """What stands where something was removed."""
    return f"[removed: {code}]"


def passages(record: Record) -> Iterator[Passage]:
    """Every text of the record that people wrote or that names somebody, in its order, each place once."""
    found: list[Passage] = []

    def note(passage: Passage) -> str:
        found.append(passage)
        return passage.text

    for part in PARTS:
        _walk(getattr(record, part), (part,), _Where(), note)
    seen: set[str] = set()
    for one in found:
        if one.key not in seen:
            seen.add(one.key)
            yield one


def redact(made: CaseRecord, removal: Removal) -> CaseRecord:
    """The record without what is removed."""
    if removal.is_empty:
        return made
    by_length = sorted(removal.words, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(one) for one in by_length), re.IGNORECASE) if by_length else None
    codes = {one.casefold(): code for one, code in removal.words.items()}

    def take(passage: Passage) -> str:
        if passage.key in removal.passages:
            return mark(removal.passages[passage.key])
        if pattern is None:
            return passage.text
        return pattern.sub(lambda found: mark(codes[found[0].casefold()]), passage.text)

    changed = {part: _walk(getattr(made.record, part), (part,), _Where(), take) for part in PARTS}
    return replace(made, record=replace(made.record, **changed))


Take = Callable[[Passage], str]


@dataclass(frozen=True)
class _Where:
    """Where the walk is: in which field, and within what that has a name; `is_beside` as in Passage."""

    name: str = ""
    about: tuple[str, ...] = ()
    is_beside: bool = False
    at: datetime | None = None

    def within(self, name: str, *, is_beside: bool = False) -> _Where:
        return replace(self, name=name, is_beside=is_beside)


def _walk(value: Any, place: tuple[str, ...], where: _Where, take: Take) -> Any:
    if isinstance(value, str):
        if where.name not in PASSAGES or len(value) < LEAST:
            return value
        about = ": ".join(where.about)
        return take(Passage(_key(place, value), place[0], value, about, where.is_beside, where.at))
    if is_dataclass(value) and not isinstance(value, type):
        return _of_whole(value, place, where, take)
    if isinstance(value, Mapping):
        inherited = where.within(_inherited(where.name), is_beside=where.is_beside)
        return {one: _walk(inner, (*place, str(one)), inherited, take) for one, inner in value.items()}
    if isinstance(value, (tuple, list)):
        walked = [_walk(one, (*place, _identity(one, at)), where, take) for at, one in enumerate(value)]
        return tuple(walked) if isinstance(value, tuple) else walked
    return value


def _of_whole(value: Any, place: tuple[str, ...], outer: _Where, take: Take) -> Any:
    """A part with its fields; where an answer in words is changed, what is stored for it goes too."""
    own = _called(value)
    at = value.recorded_at if isinstance(value, Known) else outer.at
    where = replace(outer, about=(*outer.about, own) if own else outer.about, at=at)
    changed = {
        one.name: _walk(
            getattr(value, one.name),
            (*place, one.name),
            where.within(one.name, is_beside=one.name == "question" and isinstance(value, Answered)),
            take,
        )
        for one in fields(value)
        if one.name not in NEVER and one.name != "value" and (one.name != "name" or _is_somebody(value))
    }
    if hasattr(value, "value"):
        is_touched = changed["words"] != value.words
        changed["value"] = (
            changed["words"]
            if is_touched
            else _walk(value.value, (*place, "words"), where.within("value", is_beside=True), take)
        )
    return replace(value, **changed)


def _called(value: Any) -> str:
    """What a part is called where it is reviewed: the name of a step, a question, the day of an entry."""
    if isinstance(value, Known):
        return f"{value.called}, {day_in_words(london_day(value.recorded_at))}"
    for name in ("called", "question", "name", "role_name"):
        if not _is_somebody(value) and isinstance(found := getattr(value, name, None), str):
            return found
    for name in ("at", "on"):
        found = getattr(value, name, None)
        if isinstance(found, datetime):
            return day_in_words(london_day(found))
        if isinstance(found, date):
            return day_in_words(found)
    return ""


def _is_somebody(value: Any) -> bool:
    return isinstance(value, (Worker, Linked))


def _inherited(name: str) -> str:
    return name if name in PASSAGES else "words"


def _identity(one: Any, at: int) -> str:
    for name in ("id", "key", "number"):
        if isinstance(found := getattr(one, name, None), (str, int)):
            return str(found)
    if isinstance(moment := getattr(one, "at", None), datetime):
        return f"{moment.isoformat()} {getattr(one, 'kind', '')}"
    return str(at)


def _key(place: tuple[str, ...], text: str) -> str:
    return hashlib.sha256("\n".join((*place, text)).encode()).hexdigest()[:32]
