"""Where a pathway is late, slow or busy: a number for each of its steps, to be written on its drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, extract, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import NotFound
from app.domain.small_numbers import HIDDEN, hidden_keys
from app.engine.names import PERSON_TASKS
from app.services import definitions
from app.services.oversight.compliance_groups import Share, counted
from app.services.oversight.compliance_rules import Asked, conditions
from app.services.workbench import versions
from app.store.db import is_postgresql, reading
from app.store.definitions import DefinitionVersion
from app.store.tasks import UserTask

WAYS = MappingProxyType(
    {"compliance": "On time", "waiting": "Median waiting time", "volume": "How many were completed"}
)
_NUMBERS = (
    select(DefinitionVersion.number)
    .where(DefinitionVersion.key == bindparam("of_key"))
    .order_by(DefinitionVersion.number.desc())
)
BANDS = ("good", "fair", "poor", "little", "some", "much")
"""How a number stands, best or least first: marks of the drawing. The number is written at the step as well."""


@dataclass(frozen=True)
class Spot:
    """A step, its number in words, its band ("" without a number), and what the number rests on."""

    element_id: str
    name: str
    words: str
    band: str
    note: str
    is_hidden: bool = False


@dataclass(frozen=True)
class Heat:
    """A drawing and its spots in the order of the steps; `number` is of the version that is drawn.

    `numbers` are those of all versions, newest first; `by` is one of WAYS.
    """

    key: str
    name: str
    by: str
    number: int
    numbers: tuple[int, ...]
    xml: str
    spots: tuple[Spot, ...]

    @property
    def bands(self) -> tuple[str, ...]:
        """Those of BANDS that are on it."""
        return tuple(band for band in BANDS if band in self.band_of.values())

    @property
    def band_of(self) -> dict[str, str]:
        """The band of each step that has a number; those that want looking at come first, where the drawing opens."""
        found = sorted((one for one in self.spots if one.band), key=lambda one: -BANDS.index(one.band))
        return {one.element_id: one.band for one in found}

    @property
    def words_of(self) -> dict[str, str]:
        """What is written at each step."""
        return {one.element_id: one.words for one in self.spots if one.words}


def heat(
    viewer: Viewer,
    key: str,
    looked_at: Asked,
    by: str,
    number: int | None = None,
    *,
    is_shared: bool = False,
) -> Heat:
    """The heat map of a pathway. With a `number`, that version and what ran on it alone; else the one in force and all.

    Small numbers are hidden where `is_shared`, and wherever the viewer may not see the children behind them. Raises
    NotFound.
    """
    require(viewer, "see_compliance", AuthorityThing(viewer.authority_id))
    if by not in WAYS:
        raise NotFound()
    with reading() as session:
        version_id = versions.version_id_of(session, key, number) if number else None
        drawn_id = version_id or definitions.current(session, key).version_id
        version = definitions.compiled(session, drawn_id)
        asked = replace(looked_at, scope=replace(looked_at.scope, pathway=key), version_id=version_id)
        steps = {one.id: one.name or one.id for one in version.elements if one.type in PERSON_TASKS}
        hides = is_shared or not asked.names_children(viewer)
        if by == "compliance":
            spots = _on_time(session, viewer, asked, steps, hides)
        else:
            spots = _by_size(session, viewer, asked, steps, by, hides)
        return Heat(
            key,
            version.name,
            by,
            number or definitions.number_of(session, drawn_id),
            tuple(session.scalars(_NUMBERS, {"of_key": key})),
            definitions.diagram_of(session, drawn_id),
            spots,
        )


def _on_time(
    session: Session, viewer: Viewer, asked: Asked, steps: Mapping[str, str], hides: bool
) -> tuple[Spot, ...]:
    shares: dict[str, Share] = {}
    for group in counted(session, viewer, asked):
        shares[group.element_id] = shares.get(group.element_id, Share()) + group.shares["due"]
    hidden = (
        hidden_keys({key: (one.met, one.missed) for key, one in shares.items()}) if hides else frozenset()
    )
    spots = []
    for key, name in steps.items():
        share = shares.get(key, Share())
        if key in hidden:
            spots.append(
                Spot(key, name, HIDDEN, "", "Fewer than 5, or enough to work one out", is_hidden=True)
            )
        elif share.percent is None:
            spots.append(Spot(key, name, "", "", "Nothing fell due"))
        else:
            band = "good" if share.percent >= 95 else "fair" if share.percent >= 80 else "poor"
            note = f"{share.met} of {share.counted} by the due date"
            spots.append(Spot(key, name, f"{share.percent} %", band, note))
    return tuple(spots)


def _by_size(
    session: Session, viewer: Viewer, asked: Asked, steps: Mapping[str, str], by: str, hides: bool
) -> tuple[Spot, ...]:
    found = {row.element_id: (int(row.number), float(row.median)) for row in _medians(session, viewer, asked)}
    hidden = hidden_keys({key: (found[key][0],) for key in found}) if hides else frozenset()
    sizes = sorted(
        found[key][0 if by == "volume" else 1] for key in steps if key in found and key not in hidden
    )
    spots = []
    for key, name in steps.items():
        if key in hidden:
            spots.append(
                Spot(key, name, HIDDEN, "", "Fewer than 5, or enough to work one out", is_hidden=True)
            )
        elif key not in found:
            spots.append(Spot(key, name, "", "", "None was completed"))
        else:
            number, median = found[key]
            size = number if by == "volume" else median
            band = ("little", "some", "much")[min(2, 3 * sum(one < size for one in sizes) // len(sizes))]
            words = str(number) if by == "volume" else length(median)
            spots.append(Spot(key, name, words, band, f"{number} completed" if by == "waiting" else ""))
    return tuple(spots)


def _medians(session: Session, viewer: Viewer, asked: Asked) -> Any:
    """For each step how many were completed in the period, and the median of seconds from opened to completed."""
    done, opened = UserTask.completed_at, UserTask.created_at
    seconds: Any = (
        extract("epoch", done - opened)
        if is_postgresql(session)
        else (func.julianday(done) - func.julianday(opened)) * 86400.0
    )
    tasks = (
        select(UserTask.element_id, seconds.label("seconds"))
        .where(
            *conditions(viewer, asked, UserTask.completed_at), UserTask.state == literal_column("'completed'")
        )
        .subquery()
    )
    step, wait = tasks.c.element_id, tasks.c.seconds
    ranked = select(
        tasks.c.element_id,
        tasks.c.seconds,
        func.row_number().over(partition_by=step, order_by=wait).label("place"),
        func.count().over(partition_by=step).label("number"),
    ).subquery()
    middle = ranked.c.place.in_([(ranked.c.number + 1) // 2, (ranked.c.number + 2) // 2])
    return session.execute(
        select(
            ranked.c.element_id,
            func.max(ranked.c.number).label("number"),
            func.avg(ranked.c.seconds).label("median"),
        )
        .where(middle)
        .group_by(ranked.c.element_id)
    )


def length(seconds: float) -> str:
    """A length of time in minutes, hours or days, whichever reads best."""
    hours = seconds / 3600
    if hours < 1:
        return f"{round(seconds / 60)} min"
    return f"{round(hours)} h" if hours < 48 else f"{round(hours / 24)} days"
