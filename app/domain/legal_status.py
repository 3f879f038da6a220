"""What the law makes of a child's time in care, as a suggestion with reasons; a person confirms it.

Sources: Children Act 1989, sections 20, 22, 23A to 24 and 31, and schedule 2, paragraph 19B; Legal Aid, Sentencing and
Punishment of Offenders Act 2012, section 104; Care Leavers (England) Regulations 2010, regulation 3; Care Planning,
Placement and Case Review (England) Regulations 2010, regulation 40. Written from knowledge: it supports legal advice
and does not replace it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from app.domain.errors import BadInput
from app.domain.moments import age_on, birthday, day_in_words

Status = Literal[
    "looked_after",
    "eligible",
    "relevant",
    "former_relevant",
    "qualifying",
    "former_looked_after",
    "never_looked_after",
    "unknown",
]
Route = Literal["still_looked_after", "former", "care_leaver", "never"]

WEEKS_NEEDED = 13
DAYS_NEEDED = WEEKS_NEEDED * 7
IN_CARE: frozenset[str] = frozenset({"looked_after", "care_order", "section_20"})
NAMES: dict[str, str] = {
    "looked_after": "Looked after",
    "eligible": "Eligible child",
    "relevant": "Relevant child",
    "former_relevant": "Former relevant child",
    "qualifying": "Qualifying for advice and assistance",
    "former_looked_after": "Formerly looked after",
    "never_looked_after": "Not looked after",
    "unknown": "Cannot be worked out yet",
    "care_order": "Care order (section 31)",
    "section_20": "Accommodated by agreement (section 20)",
    "youth_detention": "Detained",
}
RECORDED = ("care_order", "section_20", "looked_after")
"""The times in care that a person may record."""
CONFIRMED = (
    "eligible",
    "relevant",
    "former_relevant",
    "qualifying",
    "former_looked_after",
    "never_looked_after",
)
"""What a person settles: what a child is in law by the time in care."""
ROUTES: dict[str, Route] = {
    "looked_after": "still_looked_after",
    "eligible": "still_looked_after",
    "relevant": "care_leaver",
    "former_relevant": "care_leaver",
    "qualifying": "former",
    "former_looked_after": "former",
    "never_looked_after": "never",
}


def name_of(status: str) -> str:
    """A status, or the basis of a time in care, as a page says it."""
    return NAMES.get(status, status.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Period:
    """A time on one legal basis: from a day to a day, both counted; open while `until_on` is None."""

    basis: str
    from_on: date
    until_on: date | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on < self.from_on:
            raise BadInput("A period cannot end before it began.")

    def covers(self, day: date) -> bool:
        """Whether the period is in force on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True)
class Suggestion:
    """What the child's status seems to be: reasons are sentences, `next_on` the day on which it would change.

    `route` is the way that the custodial pathway takes; None while the status cannot be worked out.
    """

    status: Status
    reasons: tuple[str, ...]
    next_on: date | None = None
    next_words: str = ""

    @property
    def name(self) -> str:
        """The status as a page says it."""
        return NAMES[self.status]

    @property
    def route(self) -> Route | None:
        """The status route of a custodial sentence."""
        return ROUTES.get(self.status)


def suggest(born_on: date | None, periods: Sequence[Period], today: date) -> Suggestion:
    """The status of a child on a day, from the date of birth and every known time in care or in detention."""
    if born_on is None:
        return Suggestion(
            "unknown", ("The date of birth is not known. Record it, and the status is worked out.",)
        )
    care = [period for period in periods if period.basis in IN_CARE and period.from_on <= today]
    if not care:
        return Suggestion("never_looked_after", ("No time in care is recorded.",))
    history = _History(born_on, care, [p for p in periods if p.basis == "youth_detention"], today)
    if history.age >= 18:
        return _adult(history)
    return _in_care(history) if history.is_looked_after else _left_care(history)


class _History:
    """The child's time in care, as the sections ask about it."""

    def __init__(self, born_on: date, care: list[Period], detained: list[Period], today: date) -> None:
        self.fourteenth, self.sixteenth = birthday(born_on, 14), birthday(born_on, 16)
        self.eighteenth = birthday(born_on, 18)
        self.today = today
        self.detained = detained
        self.care = care
        self.age = age_on(born_on, today)
        self.is_looked_after = any(period.covers(today) for period in care)
        self.days = _days(care, min(today, self.eighteenth - timedelta(days=1)))
        self.since_14 = sorted(day for day in self.days if day >= self.fourteenth)
        self.last_day = max(self.days, default=None)

    @property
    def has_weeks(self) -> bool:
        """Thirteen weeks in care since the fourteenth birthday."""
        return len(self.since_14) >= DAYS_NEEDED

    @property
    def in_care_after_16(self) -> bool:
        """In care at some time after the sixteenth birthday."""
        return self.last_day is not None and self.last_day >= self.sixteenth

    @property
    def was_eligible(self) -> bool:
        """Eligible when care ended: thirteen weeks since 14, some of it after 16."""
        return self.has_weeks and self.in_care_after_16

    @property
    def detained_at_16(self) -> bool:
        """Detained on the sixteenth birthday, straight from care that had lasted thirteen weeks since 14."""
        return any(
            period.covers(self.sixteenth)
            and (period.from_on in self.days or period.from_on - timedelta(days=1) in self.days)
            and sum(day < period.from_on for day in self.since_14) >= DAYS_NEEDED
            for period in self.detained
        )

    def counted(self) -> str:
        """How long the child was in care since 14."""
        weeks, days = divmod(len(self.since_14), 7)
        length = f"{weeks} weeks" + (f" and {days} day{'s' if days != 1 else ''}" if days else "")
        return f"In care for {length} since the fourteenth birthday, days on remand counted (13 weeks are needed)."


def _in_care(history: _History) -> Suggestion:
    bases = {period.basis for period in history.care if period.covers(history.today)}
    reasons = [
        "Looked after under a care order, which goes on in custody."
        if "care_order" in bases
        else "Accommodated by agreement; that ends when a custodial sentence begins."
        if "section_20" in bases
        else "Looked after now, by remand or by a requirement of the court."
    ]
    if history.age < 16:
        words = "becomes an eligible child at 16 if 13 weeks in care since 14 are reached by then"
        return Suggestion("looked_after", (*reasons, history.counted()), history.sixteenth, words)
    if history.has_weeks:
        reasons += [
            history.counted(),
            f"Aged {history.age}: an eligible child keeps a pathway plan and a personal adviser.",
        ]
        words = "turns 18: looked-after status ends; a former relevant child from then on"
        return Suggestion("eligible", tuple(reasons), history.eighteenth, words)
    missing = DAYS_NEEDED - len(history.since_14)
    on = history.today + timedelta(days=missing)
    if on < history.eighteenth:
        return Suggestion(
            "looked_after",
            (*reasons, history.counted()),
            on,
            f"becomes an eligible child if still looked after ({missing} more days)",
        )
    return Suggestion(
        "looked_after", (*reasons, history.counted()), history.eighteenth, "turns 18: the status ends"
    )


def _left_care(history: _History) -> Suggestion:
    assert history.last_day is not None
    left = f"Care ended on {day_in_words(history.last_day)}."
    if history.age < 16:
        return Suggestion("former_looked_after", (left, history.counted()))
    if history.was_eligible:
        words = "turns 18: a former relevant child from then on"
        reason = "Was an eligible child when care ended: relevant, unless six months at home have succeeded."
        return Suggestion("relevant", (left, history.counted(), reason), history.eighteenth, words)
    if history.detained_at_16:
        reason = "Was detained on the sixteenth birthday, straight from at least 13 weeks in care."
        words = "turns 18: a former relevant child from then on"
        return Suggestion("relevant", (left, reason), history.eighteenth, words)
    if history.in_care_after_16:
        reason = (
            "In care after 16, for less than 13 weeks since 14: advice and assistance, not a pathway plan."
        )
        return Suggestion("qualifying", (left, history.counted(), reason))
    return Suggestion(
        "former_looked_after", (left, history.counted(), "Care ended before the sixteenth birthday.")
    )


def _adult(history: _History) -> Suggestion:
    turned = f"Turned 18 on {day_in_words(history.eighteenth)}; being looked after ended then at the latest."
    if history.was_eligible or history.detained_at_16:
        reason = "Was an eligible or a relevant child: support to 21, and to 25 on request."
        return Suggestion("former_relevant", (turned, history.counted(), reason))
    if history.in_care_after_16 and history.age < 21:
        return Suggestion(
            "qualifying", (turned, history.counted(), "In care after 16, for less than 13 weeks since 14.")
        )
    return Suggestion("former_looked_after", (turned, history.counted()))


def _days(periods: Iterable[Period], last: date) -> frozenset[date]:
    """Every day on which one of the periods was in force, up to and with `last`."""
    found: set[date] = set()
    for period in periods:
        end = min(period.until_on or last, last)
        found.update(period.from_on + timedelta(days=n) for n in range((end - period.from_on).days + 1))
    return frozenset(found)
