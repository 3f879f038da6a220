"""Steps of due timers that are worked out before anybody is kept from writing.

SQLite lets one write at a time, and the engine takes half of a firing. So while others write as well
(`app.store.turns.others_write`), the engine works before the transaction and not within it. The engine is pure: a
step that it made is taken where all that it was made from is still the same, and is made anew within where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import SystemRandom
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.errors import EngineFailure, StaleTask
from app.engine import runner
from app.engine.contracts import EngineContext, Step
from app.services import definitions, surroundings
from app.services.advance import INSTANCE_COLUMNS, InstanceRow
from app.services.poison import one_step
from app.store.db import execute, table_of
from app.store.instances import ProcessInstance

FURTHEST = 4
"""Who is not alone passes by at most so many times the number that is taken at once."""
BACK_TO_THE_OLDEST = 0.05
"""How often, of all looks, who is not alone begins with the oldest again."""
_INSTANCES = table_of(ProcessInstance)
_chance = SystemRandom()
_AGAIN = select(*INSTANCE_COLUMNS).where(
    _INSTANCES.c.authority_id.in_(bindparam("of_authorities", expanding=True)),
    _INSTANCES.c.id.in_(bindparam("of_instances", expanding=True)),
    _INSTANCES.c.status == "running",
)


@dataclass(frozen=True)
class Worked:
    """A step, and what it was made from beside its instance."""

    ref: str
    context: EngineContext
    step: Step


@dataclass(frozen=True)
class Ahead:
    """Instances that had a due timer, in the order of these, as they were before they were locked; and their steps."""

    instances: Mapping[str, InstanceRow] = field(default_factory=dict)
    steps: Mapping[str, Worked] = field(default_factory=dict)

    def locked(self, session: Session) -> Sequence[InstanceRow]:
        """Those of them that nobody has touched since, now that nobody else can."""
        asked = {
            "of_authorities": sorted({row.authority_id for row in self.instances.values()}),
            "of_instances": list(self.instances),
        }
        now_there = {row.id: row for row in execute(session, _AGAIN, asked)} if self.instances else {}
        return [
            now_there[row.id]
            for row in self.instances.values()
            if row.id in now_there and now_there[row.id].version == row.version
        ]

    def step(self, instance: InstanceRow, context: EngineContext, ref: str) -> Worked | None:
        """What the engine makes of that timer, if that is known already."""
        worked, was = self.steps.get(instance.id), self.instances.get(instance.id)
        if worked is None or was is None or worked.ref != ref:
            return None
        is_same = (was.version_id, was.state) == (instance.version_id, instance.state)
        return worked if is_same and replace(context, now=worked.context.now) == worked.context else None


NOTHING = Ahead()


@dataclass
class Place:
    """How many of the oldest due timers this process leaves to others: none, until it has met others there."""

    skipped: int = 0

    def met_others(self, at_once: int) -> None:
        """Somebody else has taken what was worked out here."""
        self.skipped = at_once * _chance.randint(1, FURTHEST)

    def looked(self, found: int) -> None:
        """So many were found there. Now and then it is the oldest's turn, however many come behind them."""
        if not found or _chance.random() < BACK_TO_THE_OLDEST:
            self.skipped = 0


def work_out(session: Session, found: Sequence[Any], at: datetime) -> Ahead:
    """The steps of the oldest due timers of these instances, none of them locked.

    What cannot be taken is left out: it is found out again under the lock, and becomes an incident there. Raises
    EngineFailure where what is known around one of them cannot be read: see `one_step`.
    """
    instances = {row.id: row for row in found}
    steps: dict[str, Worked] = {}
    with one_step():
        around = surroundings.around_each(session, instances.values())
    for instance in instances.values():
        context, mirror = around[instance.id]
        timer = mirror.oldest_due(at)
        if timer is None or timer.what == "overdue":
            continue
        try:
            with one_step():
                version = definitions.compiled(session, instance.version_id)
                step = runner.fire(version, instance.state, context, timer.ref)
        except (EngineFailure, StaleTask):
            continue
        steps[instance.id] = Worked(timer.ref, context, step)
    return Ahead(instances, steps)
