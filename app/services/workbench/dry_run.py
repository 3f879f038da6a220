"""What moving the running pathways of one kind to another version would do: to each of them, before anybody does it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, case, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import BadInput, EngineFailure
from app.engine import catalogue, migration
from app.engine.contracts import CompiledVersion
from app.engine.migration import Clockwork, Moves
from app.services import advance, definitions, reference, surroundings
from app.services.due_words import due_in_one_line
from app.services.manual.meanings import forms_of, meanings
from app.services.poison import one_step
from app.services.workbench import moving_one, moving_rows, versions
from app.services.workbench.moving_one import DateLine, Prospect
from app.services.workbench.versions import RUNNING, version_id_of
from app.store.children import Child
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.record_rules import is_open_to
from app.store.ties import sees_child

AT_ONCE = 100
SECONDS = 4.0
"""How long a page may look at pathways before it shows what it has found; the next look begins there."""
SHOWN = 100
SHUT = "A restricted record"
OLDER = "older"


@dataclass(frozen=True)
class Route:
    """From which versions (their numbers) of a pathway to which, and how."""

    key: str
    from_numbers: tuple[int, ...]
    to_number: int
    moves: Moves = field(default_factory=Moves)


@dataclass(frozen=True)
class Line:
    """One pathway: the child's reference, and the name for those who may see the child."""

    instance_id: str
    child_id: str
    reference: str
    name: str | None
    number: int
    blocks: tuple[str, ...]
    dates: tuple[DateLine, ...]
    lost: tuple[str, ...]

    @property
    def moved_dates(self) -> tuple[DateLine, ...]:
        """The dates that will be others."""
        return tuple(date for date in self.dates if date.has_moved)

    @property
    def is_late(self) -> bool:
        """Whether something will be late that is not."""
        return any(date.is_late for date in self.dates)


@dataclass(frozen=True)
class DryRun:
    """Those that were looked at, counted; `lines` are the first hundred, those that need a look first.

    `total` is how many run there; `next` is where another look begins when there was no time for all of them.
    """

    total: int
    looked_at: int
    blocked: int
    late: int
    with_moved_dates: int
    lines: tuple[Line, ...]
    next: str | None

    @property
    def movable(self) -> int:
        """How many of those that were looked at can be moved."""
        return self.looked_at - self.blocked


def clocks(viewer: Viewer, route: Route) -> tuple[Clockwork, ...]:
    """The rules of due times and timers, old and new, changed ones first. Raises NotFound, BadInput."""
    require(viewer, "migrate", AuthorityThing(viewer.authority_id))
    with reading() as session:
        found: dict[str, Clockwork] = {}
        to = definitions.compiled(session, version_id_of(session, route.key, route.to_number))
        for number in route.from_numbers:
            old = definitions.compiled(session, version_id_of(session, route.key, number))
            for clock in migration.clockworks(old, to, route.moves.names):
                if clock.has_changed or clock.element_id not in found:
                    found[clock.element_id] = clock
    return tuple(sorted(found.values(), key=lambda one: (not one.has_changed, one.name, one.element_id)))


def rules_in_words(viewer: Viewer, route: Route, found: Sequence[Clockwork]) -> dict[str, str]:
    """What the rules of `clocks` mean, in the limits of the viewer's area: expression -> words."""
    profile = reference.profile(viewer.profile)
    with reading() as session:
        bundle = definitions.bundle_of(session, version_id_of(session, route.key, route.to_number))
    said = meanings(catalogue.drawn(bundle.main).processes, forms_of(bundle))
    rules = {rule for clock in found for rule in (clock.was, clock.rule) if rule}
    return {rule: due_in_one_line(rule, profile, said, reference.called) for rule in rules}


def running(session: Session, authority_id: str, version_ids: Sequence[str]) -> list[Row[Any]]:
    """The rows of an authority's running and suspended pathways on some versions, in the order of their ids."""
    return list(
        session.execute(
            select(*advance.INSTANCE_COLUMNS)
            .where(
                ProcessInstance.authority_id == authority_id,
                ProcessInstance.version_id.in_(version_ids),
                ProcessInstance.status.in_(RUNNING),
            )
            .order_by(ProcessInstance.id)
        )
    )


def versions_of(session: Session, route: Route) -> tuple[dict[str, int], CompiledVersion]:
    """The versions to leave (id -> number) and the one to go to. Raises NotFound, BadInput for a way to itself."""
    if not route.from_numbers:
        raise BadInput("Nothing runs on another version, so there is nothing to move.")
    if route.to_number in route.from_numbers:
        raise BadInput("They are on this version already.", {"to": ["Choose another version"]})
    left = {version_id_of(session, route.key, number): number for number in route.from_numbers}
    to = definitions.compiled(session, version_id_of(session, route.key, route.to_number))
    for version_id in left:
        old = definitions.compiled(session, version_id)
        known = {was: new for was, new in route.moves.names.items() if old.element(was) is not None}
        migration.check_names(old, to, known if len(left) > 1 else route.moves.names)
    return left, to


def left_behind(viewer: Viewer, key: str, to_number: int) -> tuple[int, ...]:
    """The numbers of the versions, other than one, on which something runs in the viewer's authority.

    Raises NotFound for a pathway that there is not.
    """
    return tuple(
        one.number for one in versions.listed(viewer, key) if one.number != to_number and one.running
    )


def dry_run(viewer: Viewer, route: Route, *, after: str = "", seconds: float | None = None) -> DryRun:
    """What would happen to each, now; to those behind the id `after`, for as long as `seconds` allow.

    Nothing is written. Raises NotFound, BadInput.
    """
    until = time.monotonic() + seconds if seconds is not None else None
    require(viewer, "migrate", AuthorityThing(viewer.authority_id))
    with reading() as session:
        left, to = versions_of(session, route)
        instances = running(session, viewer.authority_id, list(left))
        todo = [instance for instance in instances if instance.id > after]
        lines: list[Line] = []
        for start in range(0, len(todo), AT_ONCE):
            if lines and until is not None and time.monotonic() > until:
                break
            some = todo[start : start + AT_ONCE]
            lines += _lines(session, viewer, left, to, route.moves, some)
    reached = lines[-1].instance_id if len(lines) < len(todo) else None
    lines.sort(key=lambda line: (not line.blocks, not line.is_late, not line.moved_dates, line.reference))
    return DryRun(
        total=len(instances),
        looked_at=len(lines),
        blocked=sum(bool(line.blocks) for line in lines),
        late=sum(line.is_late for line in lines if not line.blocks),
        with_moved_dates=sum(bool(line.moved_dates) for line in lines if not line.blocks),
        lines=tuple(lines[:SHOWN]),
        next=reached,
    )


def _lines(
    session: Session,
    viewer: Viewer,
    left: dict[str, int],
    to: CompiledVersion,
    moves: Moves,
    some: Sequence[Row[Any]],
) -> Iterator[Line]:
    children = sorted({instance.child_id for instance in some})
    contexts = surroundings.contexts_for(session, viewer.authority_id, children)
    known = names(session, viewer, children)
    ids = [instance.id for instance in some]
    begun = moving_one.entered(session, viewer.authority_id, ids)
    tasks: dict[str, list[Row[Any]]] = {instance_id: [] for instance_id in ids}
    for task in moving_rows.open_tasks(session, viewer.authority_id, ids):
        tasks[task.instance_id].append(task)
    for instance in some:
        context = contexts[instance.child_id]
        found = _prospect(session, instance, to, moves, context, tasks[instance.id], begun[instance.id])
        reference, name = known[instance.child_id]
        yield Line(
            instance.id,
            instance.child_id,
            reference,
            name,
            left[instance.version_id],
            found.blocks,
            found.dates if not found.blocks else (),
            found.lost,
        )


def _prospect(session: Session, instance: Row[Any], *about: Any) -> Prospect:
    try:
        with one_step():
            return moving_one.prospect(session, instance, *about, is_preview=True)
    except EngineFailure as failure:  # a state that cannot be read stops its own pathway and no preview
        return Prospect((failure.sentence,))


def names(session: Session, viewer: Viewer, child_ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Child id -> reference, and the name where the viewer may see the child.

    Of a restricted record that is shut to the viewer not even the reference is said.
    """
    seen = sees_child(viewer, Child.authority_id, Child.id)
    query = select(
        Child.id,
        case((is_open_to(viewer, Child.id), Child.reference), else_=SHUT).label("reference"),
        Child.given_name,
        Child.family_name,
        seen.label("is_seen"),
    ).where(Child.authority_id == viewer.authority_id, Child.id.in_(child_ids))
    return {
        row.id: (row.reference, f"{row.given_name} {row.family_name}" if row.is_seen else None)
        for row in session.execute(query)
    }
