"""Whom somebody may record as away, and who could cover for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.access import Viewer, may
from app.domain.clock import today
from app.services import absences
from app.store import people
from app.store.db import reading


@dataclass(frozen=True)
class Choices:
    """Whom somebody may record as away, and who could cover: (id, name, with the days on which they are away)."""

    people: tuple[tuple[str, str], ...]
    covers: tuple[tuple[str, str], ...]


def show(viewer: Viewer, person_id: str | None = None) -> Choices:
    """What the form of an absence offers; for one person where it is known who it is."""
    with reading() as session:
        everybody = people.viewers(session, viewer.authority_id)
        away = absences.away_between(session, viewer.authority_id, today(), today() + absences.LONGEST)
    may_record = [one for one in everybody if may(viewer, "record_absence", absences.thing_of(one))]
    asked = [one for one in may_record if person_id in (None, one.person_id)]
    return Choices(
        people=tuple((one.person_id, one.name) for one in may_record),
        covers=tuple(
            (one.person_id, _with_absence(one.name, away.get(one.person_id)))
            for one in everybody
            if any(absences.may_cover(one, person) for person in asked)
        ),
    )


def _with_absence(name: str, away: Any) -> str:
    return f"{name} (away {absences.in_days(away.from_on, away.until_on)})" if away else name
