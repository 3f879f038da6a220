"""The functions that an expression in a diagram may call: they read the context of the step and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Self

from app.domain.clock import LONDON
from app.domain.deadlines import Deadline, compute
from app.domain.errors import ExpressionRefused
from app.domain.moments import age_on, birthday
from app.engine.contracts import EngineContext
from app.engine.moments import as_date, as_moment

_MAX_DAYS = 366 * 100


class DeadlineText(str):  # noqa: SLOT000 - it carries the Deadline
    """The ISO text that `deadline()` gives; it remembers the whole Deadline, with its explanation."""

    deadline: Deadline

    def __new__(cls, deadline: Deadline) -> Self:
        text = super().__new__(cls, deadline.due_at.astimezone(UTC).isoformat())
        text.deadline = deadline
        return text


class Functions:
    """The functions, bound to the context of one step."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context

    def deadline(self, key: str, counted_from: Any) -> str:
        """When the profile's rule `key` falls due, counted from a date or time: ISO text in UTC."""
        rule = self._context.profile.deadline(key)
        return DeadlineText(_computed(_Same(rule), as_moment(counted_from), _Same(self._context.calendar)))

    def now(self) -> datetime:
        """The moment of the step."""
        return self._context.now

    def today(self) -> dt.date:
        """The day of the step, in London."""
        return self._context.now.astimezone(LONDON).date()

    def days(self, number: int) -> timedelta:
        """A length of so many calendar days."""
        return timedelta(days=_whole(number))

    def weeks(self, number: int) -> timedelta:
        """A length of so many weeks."""
        return timedelta(weeks=_whole(number))

    def hours(self, number: int) -> timedelta:
        """A length of so many hours, in real time."""
        return timedelta(hours=_whole(number))

    def date(self, value: Any) -> dt.date:
        """The day in London of a date, a time, or the ISO text of either."""
        return as_date(value)

    def time(self, value: Any) -> datetime:
        """The moment that an ISO text means; a date alone is London's midnight."""
        return as_moment(value)

    def working_days(self, number: int, counted_from: Any = None) -> dt.date:
        """The Nth working day after a day (today, if none is given); before it when the number is negative."""
        start = self.today() if counted_from is None else as_date(counted_from)
        return self._context.calendar.add(start, _whole(number))[0]

    def year(self, value: Any) -> int:
        return as_date(value).year

    def month(self, value: Any) -> int:
        return as_date(value).month

    def day(self, value: Any) -> int:
        return as_date(value).day

    def weekday(self, value: Any) -> int:
        """1 for Monday to 7 for Sunday."""
        return as_date(value).isoweekday()

    def age(self, born: Any, on: Any = None) -> int:
        """Whole years since a date of birth, today or on a given day."""
        return age_on(as_date(born), self.today() if on is None else as_date(on))

    def fact(self, name: str, default: Any = None) -> Any:
        """What is known about the child under `name`, else `default`."""
        value = self._context.facts.get(name)
        return default if value is None else value

    def birthday(self, years: int) -> dt.date | None:
        """The day on which the child is so many years old; None while the date of birth is not known."""
        born = self._context.facts.get("date_of_birth")
        return None if born is None else birthday(as_date(born), _whole(years))

    def switch(self, name: str) -> bool:
        """Whether the area's profile has this (a care panel, say)."""
        return self._context.profile.switch(name)

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting of the profile, else `default`."""
        value = self._context.profile.settings.get(name, default)
        return list(value) if isinstance(value, tuple) else value

    def money(self, name: str) -> Any:
        """An amount of the profile, in pounds."""
        return _known(self._context.profile.money, name, "amount")

    def word(self, name: str) -> str:
        """What the area calls something."""
        return str(_known(self._context.profile.words, name, "word"))

    def has_ladder(self, level: int) -> bool:
        """Whether the profile's escalation ladder has this level (from 1)."""
        return 1 <= _whole(level) <= len(self._context.profile.ladder)

    def recipients(self, list_name: str) -> list[str]:
        """The role keys of one of the profile's lists of recipients (empty where the area has none)."""
        return list(self._context.profile.recipients.get(list_name, ()))


class _Same:
    """Equal to another only when both hold the very same thing: a key that needs no hashing of its content."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


@lru_cache(maxsize=4096)
def _computed(rule: _Same, from_at: datetime, calendar: _Same) -> Deadline:
    # Each step works out the due times of all open tasks again, nearly always from the same dates as before.
    return compute(rule.thing, from_at, calendar.thing)


def table(context: EngineContext) -> dict[str, Callable[..., Any]]:
    """Every function by the name that a diagram calls it by."""
    bound = Functions(context)
    return {name: getattr(bound, name) for name in _OWN} | _PLAIN


def _whole(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > _MAX_DAYS:
        raise ExpressionRefused("The number of days, weeks or hours must be a whole number.")
    return number


def _known(values: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in values:
        raise ExpressionRefused(f"The profile has no {kind} called {name}.")
    return values[name]


def _text(value: Any = "") -> str:
    if isinstance(value, dt.date | datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def _integer(value: Any = 0) -> int:
    if isinstance(value, str) and len(value) > 40:
        raise ExpressionRefused("The text is too long to be a number.")
    return int(value)


def _length(value: Any) -> int:
    return 0 if value is None else len(value)


_OWN = tuple(name for name in vars(Functions) if not name.startswith("_"))
_PLAIN: dict[str, Callable[..., Any]] = {
    "len": _length,
    "min": lambda *values: min(*values),
    "max": lambda *values: max(*values),
    "str": _text,
    "int": _integer,
    "float": lambda value=0.0: float(value),
    "bool": lambda value=False: bool(value),
    "abs": lambda value: abs(value),
    "round": lambda value, places=0: round(value, places) if places else round(value),
}
NAMES = frozenset(_OWN) | frozenset(_PLAIN)
SIGNATURES: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(Functions(None), name) for name in _OWN},  # type: ignore[arg-type]
    **_PLAIN,
}
