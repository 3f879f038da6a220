"""How far a batch of moved pathways has come, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.services import definitions
from app.services.workbench import dry_run, migrating
from app.services.workbench.migrating import TO_DO, of_moving
from app.store.db import reading
from app.store.definitions import DefinitionVersion
from app.store.moving import MovedInstance, Moving

SHOWN = 100
STATES = ("fault", "blocked", "stays", "waiting", "going_back", "moved", "back", "over")
"""What needs a look comes first."""


@dataclass(frozen=True)
class ResultLine:
    """What became of one pathway; the name for those who may see the child."""

    instance_id: str
    child_id: str
    reference: str
    name: str | None
    number: int
    state: str
    sentence: str | None
    dates: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Progress:
    """A batch as its page shows it. `counts` by state; `lines` are the first hundred, what needs a look first."""

    id: str
    key: str
    name: str
    to_number: int
    reason: str
    asked_at: datetime
    asked_by: str
    is_finished: bool
    is_taken_back: bool
    counts: Mapping[str, int]
    lines: tuple[ResultLine, ...]

    @property
    def total(self) -> int:
        """How many pathways it is about."""
        return sum(self.counts.values())

    @property
    def to_do(self) -> int:
        """How many nobody has got to yet."""
        return sum(self.counts.get(state, 0) for state in TO_DO)

    @property
    def can_be_taken_back(self) -> bool:
        """Whether somebody may ask for the way back."""
        return self.is_finished and not self.is_taken_back and self.counts.get("moved", 0) > 0


def show(viewer: Viewer, moving_id: str) -> Progress:
    """How far a batch has come, and what became of each pathway. Raises NotFound."""
    require(viewer, "migrate", AuthorityThing(viewer.authority_id))
    with reading() as session:
        moving = migrating.read(session, viewer.authority_id, moving_id)
        counts = session.execute(
            select(MovedInstance.state, func.count().label("pathways"))
            .where(*of_moving(viewer.authority_id, moving_id))
            .group_by(MovedInstance.state)
        ).all()
        to = definitions.compiled(session, moving.to_version_id)
        return Progress(
            id=moving.id,
            key=moving.key,
            name=to.name,
            to_number=definitions.number_of(session, moving.to_version_id),
            reason=moving.reason,
            asked_at=moving.asked_at,
            asked_by=moving.asked_by_name,
            is_finished=moving.finished_at is not None,
            is_taken_back=moving.taken_back_at is not None,
            counts={row.state: row.pathways for row in counts},
            lines=tuple(_result_lines(session, viewer, moving_id)),
        )


def _result_lines(session: Session, viewer: Viewer, moving_id: str) -> list[ResultLine]:
    one, version = MovedInstance, DefinitionVersion
    rank = case({state: number for number, state in enumerate(STATES)}, value=one.state)
    rows = session.execute(
        select(one.instance_id, one.child_id, one.state, one.sentence, one.dates, version.number)
        .join(version, version.id == one.from_version_id)
        .where(*of_moving(viewer.authority_id, moving_id))
        .order_by(rank, one.instance_id)
        .limit(SHOWN)
    ).all()
    known = dry_run.names(session, viewer, sorted({row.child_id for row in rows}))
    return [
        ResultLine(
            row.instance_id,
            row.child_id,
            *known[row.child_id],
            row.number,
            row.state,
            row.sentence,
            tuple(row.dates),
        )
        for row in rows
    ]


def listed(viewer: Viewer, key: str) -> Sequence[Row[str, datetime, str, str]]:
    """The last batches of a pathway, newest first."""
    require(viewer, "migrate", AuthorityThing(viewer.authority_id))
    with reading() as session:
        query = (
            select(Moving.id, Moving.asked_at, Moving.asked_by_name, Moving.reason)
            .where(Moving.authority_id == viewer.authority_id, Moving.key == key)
            .order_by(Moving.asked_at.desc())
            .limit(10)
        )
        return session.execute(query).all()
