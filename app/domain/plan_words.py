"""The sentences of “What I need to know”, and who answers for each of its ten items: processes/need_to_know.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.domain.errors import BadInput

_TEXT = validate.Length(1, 300)


@dataclass(frozen=True)
class PlanItem:
    """One thing that the child must know. `label`, `owners`, `facts` and `forms` are for the workers; `heading`,
    `known` (above the first answer), `second` (above a second one;
    `second_missing` where that is not known) and `after` are what the child reads."""

    key: str
    label: str
    owners: tuple[str, ...]
    facts: tuple[str, ...]
    forms: tuple[str, ...]
    heading: str
    known: str
    second: str
    second_missing: str
    after: str


@dataclass(frozen=True)
class PlanWorker:
    """A role as a child knows it: “your social worker”, and what they do."""

    called: str
    does: str


class _Item(Schema):
    label = fields.String(required=True, validate=_TEXT)
    owners = fields.List(fields.String(), required=True, validate=validate.Length(1))
    facts = fields.List(fields.String(), required=True)
    forms = fields.List(fields.String(), load_default=list)
    heading = fields.String(required=True, validate=_TEXT)
    known = fields.String(required=True, validate=_TEXT)
    second = fields.String(load_default="")
    second_missing = fields.String(load_default="")
    after = fields.String(load_default="")


class _Worker(Schema):
    called = fields.String(required=True)
    does = fields.String(required=True)


class _Opening(Schema):
    hello = fields.String(required=True)
    why = fields.String(required=True)
    leave = fields.String(required=True)
    leave_later = fields.String(required=True)


class _NotKnown(Schema):
    with_day = fields.String(required=True)
    without_day = fields.String(required=True)
    ask = fields.String(required=True)


class _Closing(Schema):
    heading = fields.String(required=True)
    sentences = fields.List(fields.String(), required=True)


class _File(Schema):
    title = fields.String(required=True)
    opening = fields.Nested(_Opening, required=True)
    not_known = fields.Nested(_NotKnown, required=True)
    closing = fields.Nested(_Closing, required=True)
    items = fields.Dict(fields.String(), fields.Nested(_Item), required=True)
    workers = fields.Dict(fields.String(), fields.Nested(_Worker), required=True)
    hard_words = fields.Dict(fields.String(), fields.String(), required=True)
    offence_words = fields.List(fields.String(), required=True)


@dataclass(frozen=True)
class PlanWords:
    """Everything that the file says."""

    title: str
    opening: Mapping[str, str]
    not_known: Mapping[str, str]
    closing_heading: str
    closing: tuple[str, ...]
    items: tuple[PlanItem, ...]
    workers: Mapping[str, PlanWorker]
    hard_words: Mapping[str, str]
    offence_words: tuple[str, ...]

    @classmethod
    def build(cls, raw: Any) -> PlanWords:
        """From the file. Raises BadInput for another shape."""
        try:
            read = _File().load(raw)
        except ValidationError as error:
            raise BadInput(f"The file of the child’s plan cannot be used: {error}") from None
        return cls(
            title=read["title"],
            opening=read["opening"],
            not_known=read["not_known"],
            closing_heading=read["closing"]["heading"],
            closing=tuple(read["closing"]["sentences"]),
            items=tuple(_item(key, said) for key, said in read["items"].items()),
            workers={role: PlanWorker(**said) for role, said in read["workers"].items()},
            hard_words=read["hard_words"],
            offence_words=tuple(read["offence_words"]),
        )

    def called(self, role: str) -> str:
        """A role as the child knows it; “your worker” for one that the file does not name."""
        return self.workers[role].called if role in self.workers else "your worker"

    def sentences(self) -> list[str]:
        """Every sentence that a child reads, with a name and a day filled in: what is measured."""
        texts = [
            self.title,
            *self.opening.values(),
            *self.not_known.values(),
            self.closing_heading,
            *self.closing,
        ]
        for item in self.items:
            texts += [item.heading, item.known, item.second, item.second_missing, item.after]
        for worker in self.workers.values():
            texts += [f"Sam is {worker.called}.", worker.does]
        filled = {"name": "Alex", "who": "Sam", "day": "Monday", "place": "here"}
        return [text.format(**filled) for text in texts if text]

    def hard_in(self, text: str) -> dict[str, str]:
        """The hard words of a text, each with what to write instead."""
        return {word: instead for word, instead in self.hard_words.items() if _has(text, word)}

    def offence_in(self, text: str) -> list[str]:
        """The words of a text that may be about an offence."""
        return [word for word in self.offence_words if _has(text, word)]


def _item(key: str, said: Mapping[str, Any]) -> PlanItem:
    return PlanItem(
        key=key,
        label=said["label"],
        owners=tuple(said["owners"]),
        facts=tuple(said["facts"]),
        forms=tuple(said["forms"]),
        heading=said["heading"],
        known=said["known"],
        second=said["second"],
        second_missing=said["second_missing"],
        after=said["after"],
    )


def _has(text: str, word: str) -> bool:
    flags = 0 if word.isupper() else re.IGNORECASE
    return re.search(rf"\b{re.escape(word)}\b", text, flags) is not None
