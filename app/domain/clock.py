"""The one clock. Live code reads the system's; a simulation and a test hand in their own.

The clock is a context variable, so that a simulation and a live request run side by side in one process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Anything that can say what time it is, as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Put the clock at `moment` (aware)."""
        self._now = moment.astimezone(UTC)


SYSTEM_CLOCK = SystemClock()
_clock: ContextVar[Clock] = ContextVar("clock", default=SYSTEM_CLOCK)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _clock.get().now()


def today() -> date:
    """The present day in London: the day that deadlines are counted from."""
    return now().astimezone(LONDON).date()


def is_system_clock() -> bool:
    """Whether time is the machine's own, so that a database server may be asked for it instead."""
    return _clock.get() is SYSTEM_CLOCK


@contextmanager
def use_clock(clock: Clock) -> Iterator[Clock]:
    """Within the block, in this thread or task, time is what `clock` says."""
    token = _clock.set(clock)
    try:
        yield clock
    finally:
        _clock.reset(token)
