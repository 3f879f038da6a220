"""What of a profile can be changed in the browser, each item in words, and what an overlay then says of it.

An overlay is a profile's file in small: it says only what differs (app.domain.profile_files).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import BadInput, NotFound
from app.domain.explanations import rule_in_words, source_in_words
from app.domain.profiles import Contact, LadderStep, Profile
from app.services import reference

SECTIONS = ("deadlines", "contacts", "switches", "money", "ladder")
MOST_CONTACTS = 3
MOST_LEVELS = 4
LADDER = "steps"
"""The one item of the section ladder."""
_OF = {"yjs": "youth justice", "csc": "social care"}


@dataclass(frozen=True)
class Item:
    """One thing of a profile: what it is called, what it says, and beside a deadline what the law says."""

    section: str
    key: str
    name: str
    words: str
    statute: str = ""
    source: str = ""
    about: str = ""
    is_used: bool = True


def listed(profile: Profile, section: str) -> list[Item]:
    """The items of a section in the order of their names. Raises NotFound for a section that there is not."""
    if section not in SECTIONS:
        raise NotFound("A profile has no such part.")
    if section == "ladder":
        return [item(profile, section, LADDER)]
    keys = getattr(profile, section)
    return sorted((item(profile, section, key) for key in keys), key=lambda one: one.name.lower())


def says(one: Item, words: str) -> bool:
    """Whether every one of these words stands somewhere in the item, however it is written."""
    said = f"{one.key} {one.name} {one.words} {one.statute} {one.source}".lower()
    return all(word in said for word in words.lower().split())


def item(profile: Profile, section: str, key: str) -> Item:
    """One of them. Raises NotFound."""
    if section == "ladder" and key == LADDER:
        return Item(section, LADDER, "Who hears of late work", _ladder(profile.ladder))
    if section not in SECTIONS or section == "ladder" or key not in getattr(profile, section):
        raise NotFound("The profile has no such item.")
    if section == "deadlines":
        return _deadline(profile, key)
    if section == "contacts":
        return Item(section, key, _role(key), _contacts(profile.contacts[key]))
    if section == "switches":
        return Item(section, key, _plain(key), "On" if profile.switches[key] else "Off")
    return Item(section, key, _plain(key), f"£{profile.money[key]:.2f}")


def said_of(profile: Profile, section: str, key: str, typed: Mapping[str, Any]) -> Any:
    """What an overlay says of an item so that it is as `typed`. Raises BadInput with a sentence for each question."""
    item(profile, section, key)
    if section == "deadlines":
        return _said_deadline(profile, key, typed)
    if section == "contacts":
        return _said_contacts(typed)
    if section == "switches":
        return typed["on"] == "on"
    return _said_money(typed) if section == "money" else _said_ladder(typed)


def answers_of(profile: Profile, section: str, key: str) -> dict[str, Any]:
    """The item as answers to its form."""
    item(profile, section, key)
    if section == "deadlines":
        rule = profile.deadlines[key]
        local = rule.local or rule.statutory
        return {"amount": local.amount, "unit": local.unit} if local else {}
    if section == "contacts":
        return {
            f"{name}_{number}": getattr(contact, name)
            for number, contact in enumerate(profile.contacts[key][:MOST_CONTACTS], start=1)
            for name in ("label", "email", "phone")
        }
    if section == "switches":
        return {"on": "on" if profile.switches[key] else "off"}
    if section == "money":
        return {"amount": profile.money[key]}
    return {
        f"{agency}_{number}": step.roles.get(agency)
        for number, step in enumerate(profile.ladder, start=1)
        for agency in ("any", "yjs", "csc")
    }


def _deadline(profile: Profile, key: str) -> Item:
    rule = profile.deadline(key)
    local = rule.local
    return Item(
        "deadlines",
        key,
        rule.title,
        f"{rule_in_words(local)}, counted from {rule.counted_from}"
        if local
        else f"none of its own, counted from {rule.counted_from}",
        statute=f"{rule_in_words(rule.statutory)} ({source_in_words(rule.statutory)})"
        if rule.statutory
        else "",
        source=local.source if local else "",
        about=rule.acknowledged,
        is_used=profile.applies(rule),
    )


def _said_deadline(profile: Profile, key: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    rule = profile.deadlines[key]
    side = rule.local or rule.statutory
    local = {
        "amount": int(typed["amount"]),
        "unit": typed["unit"],
        "direction": side.direction if side else "after",
        "source": typed["source"],
    }
    said = {"local": local, "source": typed["source"]}
    reason = str(typed.get("acknowledged") or "").strip()
    return {**said, "acknowledged": reason} if reason else said


def _said_contacts(typed: Mapping[str, Any]) -> list[dict[str, str]]:
    found = []
    for number in range(1, MOST_CONTACTS + 1):
        names = ("label", "email", "phone")
        given = {name: str(typed.get(f"{name}_{number}") or "").strip() for name in names}
        if any(given.values()):
            missing = next((name for name in names if not given[name]), None)
            if missing:
                sentence = "Enter a name, an email address and a telephone number, or leave all three empty"
                raise BadInput(sentence, {f"{missing}_{number}": [sentence]})
            found.append(given)
    if not found:
        raise BadInput("Enter at least one contact", {"label_1": ["Enter at least one contact"]})
    return found


def _said_money(typed: Mapping[str, Any]) -> int | float:
    amount = round(float(typed["amount"]), 2)
    return int(amount) if amount == int(amount) else amount


def _said_ladder(typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps = []
    for number in range(1, MOST_LEVELS + 1):
        roles = {agency: typed.get(f"{agency}_{number}") for agency in ("any", "yjs", "csc")}
        given = {agency: role for agency, role in roles.items() if role}
        if not given:
            break
        if "any" not in given:
            sentence = f"Select who hears of it at level {number} when no agency is named"
            raise BadInput(sentence, {f"any_{number}": [sentence]})
        steps.append({"roles": given, "response": "escalation.response"})
    if not steps:
        sentence = "Select who hears of late work first"
        raise BadInput(sentence, {"any_1": [sentence]})
    return steps


def _contacts(contacts: tuple[Contact, ...]) -> str:
    return "\n".join(f"{one.label}, {one.email}, {one.phone}" for one in contacts)


def _ladder(steps: tuple[LadderStep, ...]) -> str:
    lines = []
    for level, step in enumerate(steps, start=1):
        own = [f"{_role(role)} for {_OF[agency]}" for agency, role in step.roles.items() if agency != "any"]
        others = f"{_role(step.roles['any'])}{' for all others' if own else ''}"
        lines.append(f"{level}. {'; '.join([*own, others])}")
    return "\n".join(lines)


def _role(key: str) -> str:
    known = reference.roles().by_key.get(key)
    return known.name if known else _plain(key)


def _plain(key: str) -> str:
    words = key.replace(".", ": ").replace("_", " ")
    return words[:1].upper() + words[1:]
