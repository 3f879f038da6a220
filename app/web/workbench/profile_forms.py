"""The forms by which one item of a profile is changed, a form for each section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.errors import NotFound
from app.domain.explanations import UNIT_WORDS
from app.domain.form_parts import Option
from app.domain.forms import Form, read_form
from app.domain.profile_files import FILE_UNITS
from app.services.workbench.profile_items import MOST_CONTACTS, MOST_LEVELS

_UNITS = [{"value": unit, "label": f"{UNIT_WORDS[unit]}s".capitalize()} for unit in FILE_UNITS]
_SOURCE: dict[str, Any] = {
    "type": "textfield", "key": "source", "label": "Where does it say so?",
    "description": "The clause, the agreement or the decision, with its date.",
    "validate": {"required": True, "maxLength": 200}, "properties": {"called": "where it says so"},
}  # fmt: skip


def form_for(section: str, roles: Sequence[tuple[str, str]]) -> Form:
    """The form of a section; `roles` are the keys and names to choose from. Raises NotFound."""
    makers = {
        "deadlines": _deadline,
        "contacts": _contacts,
        "switches": _switch,
        "money": _money,
        "ladder": _ladder,
    }
    if section not in makers:
        raise NotFound("A profile has no such part.")
    schema = {"type": "default", "components": [*makers[section](), _SOURCE]}
    form = read_form(f"workbench/profile_{section}", schema)
    return form.offering({"roles": [Option(*role) for role in roles]}) if section == "ladder" else form


def _deadline() -> list[dict[str, Any]]:
    return [
        {"type": "number", "key": "amount", "label": "How long is the local limit?", "decimalDigits": 0,
         "validate": {"required": True, "min": 0, "max": 10000}, "properties": {"called": "how long it is"}},
        {"type": "select", "key": "unit", "label": "Counted in", "values": _UNITS,
         "validate": {"required": True}, "properties": {"called": "what it is counted in"}},
        {"type": "textarea", "key": "acknowledged",
         "label": "Why may it be later than the statute?",
         "description": "Needed only where it may be later, and anew for each new number. The statute still "
                        "stands. At least ten characters.",
         "validate": {"maxLength": 500}, "properties": {"called": "why it may be later"}},
    ]  # fmt: skip


def _contacts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(1, MOST_CONTACTS + 1):
        more = "" if number == 1 else f" of contact {number}"
        found += [
            {"type": "textfield", "key": f"label_{number}", "label": f"Who answers{more}",
             "validate": {"maxLength": 120}, "properties": {"called": "who answers"}},
            {"type": "textfield", "key": f"email_{number}", "label": f"Email address{more}",
             "validate": {"maxLength": 200}, "properties": {"called": "an email address"}},
            {"type": "textfield", "key": f"phone_{number}", "label": f"Telephone number{more}",
             "validate": {"maxLength": 30}, "properties": {"called": "a telephone number"}},
        ]  # fmt: skip
    return found


def _switch() -> list[dict[str, Any]]:
    values = [{"value": "on", "label": "On"}, {"value": "off", "label": "Off"}]
    return [{"type": "radio", "key": "on", "label": "Does the area have it?", "values": values,
             "validate": {"required": True}, "properties": {"called": "whether the area has it"}}]  # fmt: skip


def _money() -> list[dict[str, Any]]:
    return [{"type": "number", "key": "amount", "label": "Amount in pounds", "decimalDigits": 2,
             "validate": {"required": True, "min": 0, "max": 1000000},
             "properties": {"called": "the amount"}}]  # fmt: skip


def _ladder() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    whom = (("any", "who hears of it"), ("yjs", "for youth justice, if somebody else"),
            ("csc", "for social care, if somebody else"))  # fmt: skip
    for number in range(1, MOST_LEVELS + 1):
        for agency, words in whom:
            found.append(
                {"type": "select", "key": f"{agency}_{number}", "label": f"Level {number}: {words}",
                 "valuesKey": "roles", "properties": {"called": f"who is level {number}"}}
            )  # fmt: skip
    return found
