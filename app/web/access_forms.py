"""The forms by which a record is restricted, opened and shared: made in code, because they name colleagues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.domain.access import PARTS
from app.domain.forms import Form, read_form
from app.services.access.emergencies import HOURS
from app.services.access.rules import LONGEST_REASON
from app.services.access.sharing import AGENCIES, BASES, LONGEST_WORDS

Choices = Iterable[tuple[str, str]]


def reason(label: str, hint: str = "", key: str = "reason", called: str = "the reason") -> dict[str, Any]:
    """A question for words that have to be given."""
    return {
        "type": "textarea", "key": key, "label": label, "description": hint,
        "validate": {"required": True, "maxLength": LONGEST_REASON}, "properties": {"called": called},
    }  # fmt: skip


def person(label: str, choices: Choices, hint: str = "") -> dict[str, Any]:
    """A question for one of the colleagues."""
    return {
        "type": "select", "key": "person_id", "label": label, "description": hint, "values": values(choices),
        "validate": {"required": True}, "properties": {"called": "a colleague"},
    }  # fmt: skip


def last_day(label: str, hint: str) -> dict[str, Any]:
    """A question for the day on which something ends by itself."""
    return {
        "type": "datetime", "subtype": "date", "key": "until_on", "label": label, "description": hint,
        "validate": {"required": True}, "properties": {"called": "the last day"},
    }  # fmt: skip


def values(choices: Choices) -> list[dict[str, str]]:
    """Choices as a form file has them."""
    return [{"value": key, "label": words} for key, words in choices]


def form(key: str, title: str, *components: dict[str, Any]) -> Form:
    """The form with these questions."""
    return read_form(f"access/{key}", {"type": "default", "title": title, "components": list(components)})


def restrict(people: Choices) -> Form:
    """Why, for whom it stays open, until when."""
    listed = list(people)
    named = {
        "type": "checklist", "key": "people", "label": "Who else keeps the record?",
        "description": "You keep it yourself. Anybody else can be named afterwards.",
        "values": values(listed), "properties": {"called": "who keeps the record"},
    }  # fmt: skip
    return form(
        "restrict",
        "Restrict this record",
        reason("Why is it restricted?", "It is read by those who control this record, and by nobody else."),
        *([named] if listed else []),
        last_day(
            "Until which day are you and they named?",
            "At most half a year. The record stays restricted after it; who is needed for longer is named again.",
        ),
    )


def let_in(people: Choices) -> Form:
    """Who, why, until when."""
    return form(
        "let_in",
        "Name somebody for this record",
        person("Who?", people),
        reason("Why do they need it?"),
        last_day("Until which day?", "At most half a year. It ends by itself."),
    )


def keep_out(people: Choices) -> Form:
    """Who, and how they are related to the child."""
    return form(
        "keep_out",
        "Keep somebody out of this record",
        person("Who is related to the child, or knows them?", people),
        reason(
            "How?", "For example, an aunt, or a neighbour of the family.", called="how they know the child"
        ),
    )


def lift() -> Form:
    """Why."""
    return form("lift", "Lift the restriction", reason("Why is it no longer restricted?"))


def end(title: str) -> Form:
    """Why."""
    return form("end", title, reason("Why?"))


def emergency() -> Form:
    """Which child, why, for how long."""
    hours = [(str(number), "1 hour" if number == 1 else f"{number} hours") for number in HOURS]
    return form(
        "emergency",
        "Open a record in an emergency",
        {
            "type": "textfield", "key": "sought", "label": "Which child?",
            "description": "The reference, a number of another system, or the full name and the date of birth.",
            "validate": {"required": True, "maxLength": 200}, "properties": {"called": "which child"},
        },
        reason("Why do you need it now?", "The managers of the record read this at once."),
        {
            "type": "radio", "key": "hours", "label": "For how long?", "values": values(hours),
            "validate": {"required": True}, "properties": {"called": "for how long"},
        },
    )  # fmt: skip


def looked_into() -> Form:
    """What came of it."""
    return form(
        "looked_into",
        "What came of it",
        reason(
            "What came of it?",
            "For example: asked the duty worker, the police had found the child.",
            key="finding",
            called="what came of it",
        ),
    )


def share(guests: Choices) -> Form:
    """What is given, to whom, on which basis, why; and what a guest may see because of it."""
    listed = list(guests)
    asked: list[dict[str, Any]] = [
        {
            "type": "select", "key": "agency", "label": "Which agency?", "values": values(AGENCIES.items()),
            "validate": {"required": True}, "properties": {"called": "the agency"},
        },
        {
            "type": "textfield", "key": "to_whom", "label": "Who there?",
            "description": "Name and post, for example Pat Example, resettlement officer.",
            "validate": {"required": True, "maxLength": LONGEST_WORDS}, "properties": {"called": "who it is given to"},
        },
        {
            "type": "textarea", "key": "what", "label": "What is given?",
            "description": "Say which information, not the information itself.",
            "validate": {"required": True, "maxLength": LONGEST_REASON}, "properties": {"called": "what is given"},
        },
        {
            "type": "select", "key": "basis", "label": "On which basis?", "values": values(BASES.items()),
            "validate": {"required": True}, "properties": {"called": "the basis"},
        },
        reason("Why do they need it?", "What they can do for the child with it.", "why", "why they need it"),
        {
            "type": "datetime", "subtype": "date", "key": "on_day", "label": "On which day?",
            "validate": {"required": True}, "properties": {"called": "the day", "when": "past"},
        },
    ]  # fmt: skip
    if listed:
        asked += _as_guest(listed)
    return form("share", "Share information with another agency", *asked)


def _as_guest(guests: Choices) -> list[dict[str, Any]]:
    parts = [(key, words) for key, (words, _) in PARTS.items()]
    for_a_guest = {"conditional": {"hide": "=guest_id = null"}}
    return [
        {
            "type": "select", "key": "guest_id", "label": "Which guest shall see it here?", "values": values(guests),
            "description": "Leave this empty where it is told, sent or handed over.",
            "properties": {"called": "the guest"},
        },
        {
            "type": "checklist", "key": "parts", "label": "Which parts does the guest see?",
            "description": "The first is always among them.", "values": values(parts),
            "validate": {"required": True}, "properties": {"called": "which parts the guest sees"}, **for_a_guest,
        },
        {
            "type": "datetime", "subtype": "date", "key": "until_on", "label": "Until which day?",
            "description": "It ends by itself, at the latest in a year.",
            "validate": {"required": True}, "properties": {"called": "the last day"}, **for_a_guest,
        },
    ]  # fmt: skip
