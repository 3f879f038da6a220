"""Days and moments in templates: every time on a page is London's, in words."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from app.domain import clock
from app.domain.explanations import in_brief
from app.domain.moments import LAST_SECOND, day_in_words, london_day, moment_in_words


def install(app: Flask) -> None:
    """Give templates the filters below."""
    app.jinja_env.filters.update(
        day=day,
        short_day=short_day,
        moment=moment,
        due=due,
        reason=reason,
        in_brief=in_brief,
        clock_time=clock_time,
        when=when,
        iso=iso,
    )


def day(value: date | datetime | str | None) -> str:
    """“Thursday 31 December 2026”; nothing for None."""
    return day_in_words(_as_day(value)) if value else ""


def short_day(value: date | datetime | str | None) -> str:
    """“31 Dec 2026”; nothing for None."""
    return f"{(on := _as_day(value)).day} {on:%b %Y}" if value else ""


def moment(value: datetime | str | None) -> str:
    """“Friday 25 December 2026 at 17:40”, in London; nothing for None."""
    return moment_in_words(_as_moment(value)) if value else ""


def due(value: datetime | str | None) -> str:
    """When something is due: “Friday 25 December 2026 at 17:40”, or the day alone where it has until its end."""
    if not value:
        return ""
    at = _as_moment(value)
    is_end_of_day = at.astimezone(clock.LONDON).time() >= LAST_SECOND
    return day(london_day(at)) if is_end_of_day else moment(at)


def reason(explanation: str | None, due_at: datetime | str | None) -> str:
    """Why it is due then, for a place that has said when: an explanation without the day that it begins with."""
    words = (explanation or "").removeprefix(f"{due(due_at)}: ").removeprefix(f"{moment(due_at)}: ")
    return f"{words[:1].upper()}{words[1:]}"


def clock_time(value: datetime | str | None) -> str:
    """“17:40”, in London; nothing for None."""
    return f"{_as_moment(value).astimezone(clock.LONDON):%H:%M}" if value else ""


def when(value: datetime | str | None) -> str:
    """The day as people say it: “today at 17:40”, “tomorrow at 09:00”, else the whole date."""
    if not value:
        return ""
    at = _as_moment(value)
    distance = (london_day(at) - clock.today()).days
    names = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return f"{names[distance]} at {clock_time(at)}" if distance in names else moment(at)


def iso(value: date | datetime | str | None) -> str:
    """For the `datetime` attribute of <time>."""
    return value if isinstance(value, str) else value.isoformat() if value else ""


def _as_moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _as_day(value: date | datetime | str) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > len("2026-12-31") else date.fromisoformat(value)
    if isinstance(value, datetime):
        return london_day(value) if value.tzinfo else value.date()
    return value
