"""What a child must know before release: each of the ten items with its owner, whether it is known, and the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import today
from app.domain.documents import Block, Document, Section
from app.domain.moments import day_in_words, london_day
from app.domain.plan_words import PlanItem, PlanWords
from app.domain.readability import AGE_NINE, grade
from app.services import plan_record, reference
from app.services.plan_record import PlanRecord, Worker, as_day
from app.store.children import Child

TEN_THINGS = "release_preparation/ten_things"
WORDS_TO_MEASURE = 25


@dataclass(frozen=True)
class Item:
    """One of the ten. `owner` answers for it; `task_id` is the open task that finds it out; `by_on` its day.

    `answers` are what is known, for each fact or worker; `source` says from whom and when. `hard` are words that a
    child may not know, with what to write instead; `offence` words that may be about an offence.
    """

    key: str
    label: str
    owner: str
    owner_role: str
    is_person: bool
    task_id: str | None
    task_name: str
    by_on: date | None
    answers: tuple[str, ...]
    missing: tuple[str, ...]
    source: str
    hard: Mapping[str, str]
    offence: tuple[str, ...]
    is_long: bool

    @property
    def is_known(self) -> bool:
        """Whether the child can be told all of it."""
        return not self.missing


@dataclass(frozen=True)
class Prepared:
    """The plan as it would be made now: its items, and the paper that they make. `known` is what a later day is
    compared with; `task_id` is the open task to tell the child, if there is one."""

    items: tuple[Item, ...]
    document: Document
    known: Mapping[str, str]
    release_on: date | None
    task_id: str | None
    told_by_on: date | None

    @property
    def unknown(self) -> int:
        """How many of the items are not known yet."""
        return sum(not item.is_known for item in self.items)


def prepare(session: Session, viewer: Viewer, child: Child) -> Prepared:
    """The plan for a child as the record has it now."""
    record = plan_record.read(session, viewer, child)
    items = tuple(_item(record, one) for one in record.words.items)
    told = record.tasks.get(TEN_THINGS)
    return Prepared(
        items=items,
        document=_document(record, items),
        known={"release_on": record.release_on.isoformat() if record.release_on else ""}
        | {item.key: "\n".join(item.answers) for item in items},
        release_on=record.release_on,
        task_id=told.id if told else None,
        told_by_on=london_day(told.due_at) if told and told.due_at else None,
    )


def _item(record: PlanRecord, item: PlanItem) -> Item:
    task = next((record.tasks[form] for form in item.forms if form in record.tasks), None)
    told = record.tasks.get(TEN_THINGS)
    owner, role, is_person = _owner(record, item, task)
    answers, missing = _answers(record, item)
    days = [london_day(one.due_at) for one in (task, told) if one is not None and one.due_at]
    text = "\n".join(answers) if item.facts else ""
    return Item(
        key=item.key,
        label=item.label,
        owner=owner,
        owner_role=role,
        is_person=is_person,
        task_id=task.id if task else None,
        task_name=task.name if task else "",
        by_on=next((day for day in [*days, record.release_on] if day and day >= today()), None),
        answers=answers,
        missing=missing,
        source=_source(record, item, answers),
        hard=record.words.hard_in(text),
        offence=tuple(record.words.offence_in(text)),
        is_long=len(text.split()) >= WORDS_TO_MEASURE and grade(text) > AGE_NINE + 2,
    )


def _owner(record: PlanRecord, item: PlanItem, task: Any) -> tuple[str, str, bool]:
    """Who answers for an item: who has the task that finds it out, the child's worker, or a team; (name, role, a
    person?)."""
    if task is not None and task.assignee:
        return task.assignee, task.role, True
    held = {worker.role: worker.name for worker in record.workers}
    role = next((role for role in item.owners if role in held), None)
    if role is not None:
        return held[role], role, True
    role = next((role for role in item.owners if role in record.teams), item.owners[0])
    return record.teams.get(role, reference.roles().by_key[role].name), role, False


def _answers(record: PlanRecord, item: PlanItem) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is known of an item, and the names of what is not."""
    answers, missing = [], []
    for name in item.facts:
        value = record.facts.get(name)
        if not value and name == "night_help":
            value = record.night
        if not value and name == "who_does_what" and record.workers:
            continue
        if not value:
            missing.append(name)
            continue
        answers.append(day_in_words(day) if name.endswith("_on") and (day := as_day(value)) else str(value))
    if "who_does_what" in item.facts:
        answers += [who(record.words, worker) for worker in record.workers]
    return tuple(answers), tuple(missing)


def who(words: PlanWords, worker: Worker) -> str:
    """“Sam is your social worker. They …”"""
    known = words.workers[worker.role]
    return f"{worker.name} is {known.called}. {known.does}"


def _source(record: PlanRecord, item: PlanItem, answers: tuple[str, ...]) -> str:
    if not item.facts:
        return "The plan says it in its own words"
    found = next((record.noted[name] for name in item.facts if name in record.noted), None)
    if found:
        return f"Recorded by {found}"
    return "From the record" if answers else ""


def _document(record: PlanRecord, items: tuple[Item, ...]) -> Document:
    words = record.words
    leave = (
        words.opening["leave"].format(day=day_in_words(record.release_on))
        if record.release_on
        else words.opening["leave_later"]
    )
    asked = _capital(_child_words(record, items[0])) if items else ""
    closing = tuple(
        Block("text", sentence.format(who=record.workers[0].name if record.workers else asked))
        for sentence in words.closing
    )
    return Document(
        title=words.title,
        opening=(words.opening["hello"].format(name=record.child.given_name), words.opening["why"], leave),
        sections=(
            *(_section(record, said, item) for said, item in zip(words.items, items, strict=True)),
            Section("closing", words.closing_heading, closing),
        ),
    )


def _section(record: PlanRecord, said: PlanItem, item: Item) -> Section:
    blocks: list[Block] = []
    sentences = (said.known, said.second or said.known)
    who = _child_words(record, item)
    if not said.facts:
        blocks.append(Block("text", said.known))
    for sentence, name in zip(sentences, said.facts, strict=False):
        if name in item.missing:
            if name != said.facts[0] and said.second_missing:
                blocks.append(Block("text", said.second_missing))
            blocks += [block for block in _not_known(record, item, who) if block not in blocks]
        elif item.answers:
            answers = item.answers if len(said.facts) == 1 else (_one_answer(item, said, name),)
            blocks.append(Block("text", _capital(sentence.format(who=who))))
            blocks += [Block("answer", answer) for answer in answers]
    if said.after and item.is_known:
        blocks.append(Block("text", said.after))
    return Section(said.key, said.heading, tuple(blocks))


def _one_answer(item: Item, said: PlanItem, name: str) -> str:
    there = [fact for fact in said.facts if fact not in item.missing]
    return item.answers[there.index(name)]


def _not_known(record: PlanRecord, item: Item, who: str) -> list[Block]:
    words = record.words.not_known
    sentence = words["with_day"] if item.by_on else words["without_day"]
    day = day_in_words(item.by_on) if item.by_on else ""
    return [
        Block("unknown", sentence.format(who=_capital(who), day=day)),
        Block("text", words["ask"].format(who=who)),
    ]


def _child_words(record: PlanRecord, item: Item) -> str:
    """The owner as the child knows them: a name, or “your social worker”."""
    return item.owner if item.is_person else record.words.called(item.owner_role)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
