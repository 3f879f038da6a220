"""The half page that somebody reads who opens a child's record for the first time: only what is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.clock import today
from app.domain.moments import day_in_words, london_day
from app.services.chronology import Happening
from app.services.instance_view import InstanceRow
from app.services.lists import TaskRow
from app.services.plan_record import as_day

BEGAN = {
    "remand_yda": "{name} was remanded to youth detention accommodation on {day}",
    "rilaa": "{name} was remanded to local authority accommodation on {day}",
    "custodial_sentence": "{name} was sentenced to custody on {day}",
    "yro_laa": "A court made a youth rehabilitation order with a residence requirement for {name} on {day}",
    "before_court": "{name} has been expected in court since {day}",
    "release_preparation": "{name}’s release has been prepared for since {day}",
    "community_support": "{name} has been supported in the community since {day}",
}
"""How the story begins, by the pathway that stands first here and runs."""


@dataclass(frozen=True)
class Known:
    """What the story is made from. `looked_after_since` is the first day of an open status.

    `pathways` is None for a guest with whom they are not shared: whether any runs is then not said.
    """

    name: str
    facts: Mapping[str, Any]
    pathways: Sequence[InstanceRow] | None
    tasks: Sequence[TaskRow]
    done: Sequence[Happening]
    looked_after_since: date | None


def sentences(known: Known) -> tuple[str, ...]:
    """Up to seven sentences, in the order in which one would tell it; fewer where little is known."""
    told = [
        _began(known),
        _status(known),
        _hearing(known),
        _release(known),
        _done(known),
        _open(known),
    ]
    return tuple(sentence for sentence in told if sentence)


def _began(known: Known) -> str:
    if known.pathways is None:
        return ""
    running = {one.definition_key: one for one in reversed(known.pathways) if one.ended_at is None}
    for key, words in BEGAN.items():
        if key in running:
            told = words.format(name=known.name, day=day_in_words(london_day(running[key].started_at)))
            court, place = known.facts.get("court_name"), known.facts.get("establishment")
            by = f" by {court}" if court and key in {"remand_yda", "rilaa", "custodial_sentence"} else ""
            held = f" and is held at {place}" if place and key in {"remand_yda", "custodial_sentence"} else ""
            return f"{told}{by}{held}."
    if running:
        first = next(iter(running.values()))
        return f"“{first.name}” has been running since {day_in_words(london_day(first.started_at))}."
    return (
        f"Nothing is running for {known.name}."
        if known.pathways
        else f"Nothing has been started for {known.name} yet."
    )


def _status(known: Known) -> str:
    if known.looked_after_since is None:
        return ""
    return f"{known.name} has been looked after since {day_in_words(known.looked_after_since)}."


def _hearing(known: Known) -> str:
    day = as_day(known.facts.get("next_hearing_on"))
    if day is None or day < today():
        return ""
    hour = known.facts.get("next_hearing_time")
    return f"The next hearing is on {day_in_words(day)}{f' at {hour}' if hour else ''}."


def _release(known: Known) -> str:
    day = as_day(known.facts.get("release_on"))
    if day is None or day < today():
        return ""
    address = "an address is recorded" if known.facts.get("release_address") else "no address is recorded yet"
    return f"The earliest day of release is {day_in_words(day)}; {address}."


def _done(known: Known) -> str:
    last = next((one for one in known.done if one.kind == "task_completed"), None)
    if last is None:
        return ""
    by = f" by {last.person}" if last.person else ""
    return f"Last done: {last.words.removeprefix('Completed: ')}, on {day_in_words(last.at.date())}{by}."


def _open(known: Known) -> str:
    late = sum(task.is_overdue for task in known.tasks)
    if not known.tasks:
        return ""
    number = len(known.tasks)
    told = f"{number} task{'s are' if number > 1 else ' is'} open"
    return f"{told}, {late} of them overdue." if late else f"{told}, none of them overdue."
