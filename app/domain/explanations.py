"""Why a deadline falls when it does, in one plain sentence that names weekdays, full dates and sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from app.domain.clock import LONDON
from app.domain.limits import Limit, Rule
from app.domain.moments import day_in_words, london_day, moment_in_words
from app.domain.workdays import ONE_DAY, SUNDAY, WEEKDAYS, Skipped, WorkingCalendar

Side = Literal["local", "statutory"]
WEEKENDS_TO_NAME = 3
SKIPPING, MOVED_BACK, BETWEEN = ", skipping ", ", moved back to a working day past ", "; "
_BEHIND_THE_SOURCE = re.compile(rf"(?<=\))(?:{SKIPPING}|{MOVED_BACK}|{BETWEEN})")
"""Where the rule that decided has been said, with its source in brackets, and everything else begins."""
UNIT_WORDS = {
    "hours": "hour",
    "working_day_hours": "hour",
    "calendar_days": "day",
    "working_days": "working day",
    "weeks": "week",
    "months": "month",
}


def amount_in_words(rule: Rule) -> str:
    """In words: one week, 5 working days, 24 hours."""
    unit = UNIT_WORDS[rule.unit]
    words = f"one {unit}" if rule.amount == 1 else f"{rule.amount} {unit}s"
    return f"{words} of working days" if rule.unit == "working_day_hours" else words


def rule_in_words(rule: Rule) -> str:
    """In words: 5 working days, 14 days before, the same day, at once."""
    if rule.amount == 0:
        return "at once" if rule.is_in_hours else "the same day"
    return f"{amount_in_words(rule)} before" if rule.direction == "before" else amount_in_words(rule)


def source_in_words(rule: Rule) -> str:
    """The rule's source, and that nobody has checked the statutory text where that is so."""
    return rule.source if rule.verified else f"{rule.source}, not yet verified"


def explain(
    from_at: datetime,
    local: Limit | None,
    statutory: Limit | None,
    won_by: Side,
    calendar: WorkingCalendar,
) -> str:
    """What falls due and why, which side won, what the other would have been and which days were skipped."""
    winner, other = (local, statutory) if won_by == "local" else (statutory, local)
    if winner is None:
        raise ValueError("the side that won has no limit")
    parts = [f"{_due(winner)}: {_how(winner, from_at)}{_skipping(winner, london_day(from_at).year)}"]
    if other is not None:
        parts.append(_other_side(winner, other, won_by, london_day(from_at).year))
    if _clocks_change(winner, from_at):
        parts.append("the clocks change in between, and hours run in real time")
    last = max(side.due_on for side in (local, statutory) if side)
    if calendar.holidays and not calendar.covers(london_day(from_at), last):
        parts.append("the bank holidays of some of these days are not known yet")
    return BETWEEN.join(parts)


def in_brief(explanation: str) -> str:
    """An explanation for a list: what falls due and by which rule, without skipped days and the side that lost."""
    return _BEHIND_THE_SOURCE.split(explanation, maxsplit=1)[0]


def skipped_in_words(skipped: Sequence[Skipped], year: int) -> str:
    """Such as: Friday 25 December (Christmas Day), Saturday 26 and Sunday 27 December.

    Days outside `year` name theirs; more than three weekends are counted, not listed.
    """
    days = sorted(skipped, key=lambda day: day.on)
    runs = [list(run) for _, run in groupby(days, key=_weekend)]
    plain = [run for run in runs if all(day.why in WEEKDAYS for day in run)]
    if len(plain) <= WEEKENDS_TO_NAME:
        return _listed([_days_in_words(run, year) for run in runs])
    named = [_days_in_words(run, year) for run in runs if run not in plain]
    return _listed([*named, f"{len(plain)} weekends"])


def _weekend(day: Skipped) -> date:
    return day.on - ONE_DAY if day.on.weekday() == SUNDAY else day.on


def _days_in_words(run: list[Skipped], year: int) -> str:
    last = run[-1]
    words = day_in_words(last.on, year=last.on.year != year)
    if len(run) == 1:
        return words if last.why in WEEKDAYS else f"{words} ({last.why})"
    first = run[0].on
    if first.month == last.on.month:
        return f"{WEEKDAYS[first.weekday()]} {first.day} and {words}"
    return f"{day_in_words(first, year=first.year != year)} and {words}"


def _listed(phrases: list[str]) -> str:
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])}, and {phrases[-1]}"


def _due(limit: Limit) -> str:
    return moment_in_words(limit.due_at) if limit.rule.is_in_hours else day_in_words(limit.due_on)


def _how(limit: Limit, from_at: datetime) -> str:
    rule = limit.rule
    event = moment_in_words(from_at) if rule.is_in_hours else day_in_words(london_day(from_at))
    if rule.amount == 0:
        how = f"at once, from {event}" if rule.is_in_hours else f"the same day as the event on {event}"
    else:
        how = f"{amount_in_words(rule)} {rule.direction} {event}"
    return f"{how} ({source_in_words(rule)})"


def _skipping(limit: Limit, year: int) -> str:
    if not limit.skipped:
        return ""
    days = skipped_in_words(limit.skipped, year)
    if limit.rule.direction == "before" and limit.rule.unit != "working_days":
        return f"{MOVED_BACK}{days}"
    return f"{SKIPPING}{days}"


def _other_side(winner: Limit, other: Limit, won_by: Side, year: int) -> str:
    whose = "the statutory" if won_by == "local" else "the protocol's"
    words, source = f"{whose} {rule_in_words(other.rule)}", f"({source_in_words(other.rule)})"
    if other.due_at == winner.due_at:
        return f"{words} {source} come{'s' if other.rule.amount == 1 else ''} to the same moment"
    return f"{words} would end {_due(other)} {source}{_skipping(other, year)}"


def _clocks_change(limit: Limit, from_at: datetime) -> bool:
    if limit.rule.unit != "hours":
        return False
    return from_at.astimezone(LONDON).utcoffset() != limit.due_at.astimezone(LONDON).utcoffset()
