"""When a sentence of custody lets a child go: the end, and the early, middle and late day, each with its arithmetic.

A help and no sentence calculation: the secure establishment's calculation wins. Written from knowledge, to be confirmed
by the establishment. Sources:
  - Detention and training order: Sentencing Act 2020, sections 233 to 248. Half of the term is served in detention
    (section 241); the Secretary of State may release one month earlier where the term is 8 months or more and less than
    18, two months earlier where it is 18 months or more; the youth court may order release as much later. Time on
    remand counts since 28 June 2022 (Criminal Justice Act 2003, section 240ZA, as changed by the Police, Crime,
    Sentencing and Courts Act 2022).
  - Detention under section 250: Criminal Justice Act 2003, sections 244 and 244ZA. Half; two thirds of a term of seven
    years or more for some offences.
  - Extended sentence: section 246A. Two thirds of the custodial term if the Parole Board agrees, else all of it.
A term begins on the day of the sentence, which counts. Months are calendar months; half and two thirds are counted in
days, a part of a day as a whole one. Days on remand are taken off each date that is counted from the start.
Release under a tag (home detention curfew), days added, and tagged bail are not counted here.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.domain.moments import day_in_words

WHICH: frozenset[str] = frozenset({"end", "early", "middle", "late"})
KNOWN = frozenset({"dto", "section_250", "extended"})
SHORTEST_WITH_WINDOW, LONG_WINDOW, SEVEN_YEARS = 8, 18, 84


@dataclass(frozen=True)
class WorkedOut:
    """A day and the sentence that says how it was counted."""

    on: date
    how: str


@dataclass(frozen=True)
class Term:
    """A sentence of custody: its kind, its first day, and its length in calendar months and further days."""

    kind: str
    sentenced_on: date
    months: int
    days: int
    remand_days: int

    @property
    def last_day(self) -> date:
        """The last day of the whole term, nothing taken off."""
        return months_after(self.sentenced_on, self.months) + timedelta(days=self.days - 1)

    @property
    def length(self) -> int:
        """The whole term in days, first and last counted."""
        return (self.last_day - self.sentenced_on).days + 1

    @property
    def in_words(self) -> str:
        """“12 months and 10 days”."""
        parts = [_many(self.months, "month")] if self.months else []
        return " and ".join([*parts, _many(self.days, "day")] if self.days else parts)


def months_after(day: date, months: int) -> date:
    """The same day of the month that many months on (back, where negative), or that month's last day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def work_out(term: Term) -> dict[str, WorkedOut]:
    """The days that can be worked out for this kind of sentence; none for a kind whose rule is not known here."""
    if term.kind not in KNOWN or term.length < 1:
        return {}
    ends = _served(term, 1, 1, f"The last day of {term.in_words} from {day_in_words(term.sentenced_on)}")
    if term.kind == "dto":
        return {"end": ends, **_training_order(term)}
    two_thirds = _served(term, 2, 3, f"Two thirds of {_many(term.length, 'day')}")
    if term.kind == "extended":
        early = WorkedOut(two_thirds.on, f"{two_thirds.how} Only if the Parole Board agrees.")
        last = WorkedOut(ends.on, "The end of the custodial term: the latest day without the Parole Board.")
        return {"end": ends, "early": early, "late": last}
    half = _served(term, 1, 2, f"Half of {_many(term.length, 'day')}")
    found = {"end": ends, "early": half, "middle": half}
    if term.months >= SEVEN_YEARS:
        words = f"{two_thirds.how} It is so for some offences where the term is seven years or more."
        found["late"] = WorkedOut(two_thirds.on, words)
    return found


def from_answers(answers: Mapping[str, Any]) -> tuple[dict[str, WorkedOut], str]:
    """The days for what was answered so far (typed or stored), and what is missing where there are none.

    Answers: sentence_type, sentenced_on, sentence_months, sentence_days, remand_days. Never raises.
    """
    kind, day = answers.get("sentence_type"), _day(answers.get("sentenced_on"))
    months, days, remand = (
        _count(answers.get(key)) for key in ("sentence_months", "sentence_days", "remand_days")
    )
    if kind and kind not in KNOWN:
        return {}, "The dates of this kind of sentence cannot be worked out here. Ask the establishment."
    missing = [] if kind else ["what the sentence is"]
    missing += [] if day else ["the day of the sentence"]
    missing += [] if months or days or None in (months, days) else ["its length in months or days"]
    if missing or day is None or None in (months, days, remand):
        listed = " and ".join([", ".join(missing[:-1]), missing[-1]] if len(missing) > 1 else missing)
        return {}, f"To work out the dates, give {listed or 'whole numbers of months and days'}."
    term = Term(str(kind), day, months or 0, days or 0, remand or 0)
    if term.remand_days >= term.length:
        return {}, "The time on remand is as long as the sentence. Ask the establishment for the dates."
    return work_out(term), ""


def _training_order(term: Term) -> dict[str, WorkedOut]:
    """Mid-term, and the window around it that long orders have."""
    middle = _served(term, 1, 2, f"Mid-term: half of {_many(term.length, 'day')}")
    if term.months < SHORTEST_WITH_WINDOW:
        early = "Mid-term. An order of less than 8 months has no early or late release."
        return {"early": WorkedOut(middle.on, early), "middle": middle}
    window = 1 if term.months < LONG_WINDOW else 2
    span = f"order of {term.in_words}"
    return {
        "early": WorkedOut(
            max(months_after(middle.on, -window), term.sentenced_on),
            f"{_many(window, 'month')} before mid-term, for an {span}, if the Secretary of State agrees.",
        ),
        "middle": middle,
        "late": WorkedOut(
            months_after(middle.on, window),
            f"{_many(window, 'month')} after mid-term, for an {span}, only if the youth court orders it.",
        ),
    }


def _served(term: Term, part: int, whole: int, words: str) -> WorkedOut:
    """The last day of a part of the term (rounded up to a day), remand taken off; never before the sentence."""
    days = -(-term.length * part // whole)
    counted = f"{words}, which is {_many(days, 'day')}" if part != whole else words
    off = f", less {_many(term.remand_days, 'day')} on remand" if term.remand_days else ""
    on = term.sentenced_on + timedelta(days=days - 1 - term.remand_days)
    if on < term.sentenced_on:
        return WorkedOut(term.sentenced_on, f"{counted}{off}: already served on the day of the sentence.")
    return WorkedOut(on, f"{counted}{off}.")


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count:,} {thing}s"


def _count(value: Any) -> int | None:
    """A whole number as typed; 0 for nothing, None for what is no number of months or days."""
    text = "" if value is None else str(value).strip()
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else None


def _day(value: Any) -> date | None:
    """A stored day, or one in three boxes."""
    parts = (
        [value.get(part, "") for part in ("year", "month", "day")]
        if isinstance(value, Mapping)
        else str(value or "")[:10].split("-")
    )
    try:
        found = date(*(int(str(part)) for part in parts))
    except (TypeError, ValueError):
        return None
    return found if 1990 < found.year < 2200 else None
