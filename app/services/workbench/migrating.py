"""Moving running pathways to another version in one batch, and back: each in a transaction of its own.

Who asks writes what is to be done, a row for each pathway; whoever comes by does it (the request itself for two
seconds, the scheduler after that), and a process that dies leaves the rest to the next. Each is looked at again under
its lock: what has happened since the preview counts, and one that cannot move stays where it is and says why. One in
which something goes wrong that nobody foresaw stays as it was, runs on, and has an incident; the others go on.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, Busy, Conflict, EngineFailure, NotFound, PathwayCannotMove, StaleTask
from app.domain.ids import new_id
from app.engine.migration import CHOICES, Moves
from app.services import advance
from app.services.crashpoints import crash_point
from app.services.incident_rows import note_incident
from app.services.poison import one_step
from app.services.read_first import read_first
from app.services.workbench import dry_run, moving_one
from app.services.workbench.dry_run import Route
from app.services.workbench.moving_one import Order
from app.services.workbench.versions import RUNNING
from app.store.audit import Entry, note
from app.store.db import reading, savepoint, transaction
from app.store.moving import MovedInstance, Moving

LONGEST_REASON = 500
SECONDS = 2.0
TO_DO = ("waiting", "going_back")
DO = "migrate"
"""What the command of an incident says when the step was a move."""


def begin(viewer: Viewer, route: Route, reason: str) -> str:
    """Move all that runs on the versions of `route`; the batch's id. It goes on by itself until each had its turn.

    Raises BadInput without a reason, for a choice that there is not or when nothing runs there; Conflict while
    another batch of the pathway is under way.
    """
    require(viewer, "migrate", AuthorityThing(viewer.authority_id))
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(
            "Say why they are moved.",
            {"reason": ["Enter the reason" if not reason else f"Use {LONGEST_REASON} characters or fewer"]},
        )
    if set(route.moves.choices.values()) - set(CHOICES):
        raise BadInput("Choose what happens to each date.")
    moving_id = _order(viewer, route, reason)
    _go_on(viewer.authority_id, moving_id, time.monotonic() + SECONDS)
    return moving_id


@read_first
def _order(viewer: Viewer, route: Route, reason: str) -> str:
    with transaction() as session:
        left, to = dry_run.versions_of(session, route)
        instances = dry_run.running(session, viewer.authority_id, list(left))
        if not instances:
            raise BadInput("Nothing runs on that version, so there is nothing to move.")
        moving_id = _write(session, viewer, route, to.version_id, reason)
        session.execute(
            insert(MovedInstance),
            [
                {
                    "authority_id": viewer.authority_id,
                    "moving_id": moving_id,
                    "instance_id": instance.id,
                    "child_id": instance.child_id,
                    "from_version_id": instance.version_id,
                    "state": "waiting",
                    "rows_before": [],
                    "dates": [],
                }
                for instance in instances
            ],
        )
        facts = {"key": route.key, "migration": moving_id, "to": to.version_id, "pathways": len(instances)}
        entry = Entry(kind="migration_begun", person_id=viewer.person_id, facts={**facts, "reason": reason})
        note(session, entry, authority_id=viewer.authority_id, stream=f"pathway/{route.key}")
        crash_point("before_commit")
    crash_point("after_commit")
    return moving_id


def _write(session: Session, viewer: Viewer, route: Route, to_version_id: str, reason: str) -> str:
    moving_id = new_id()
    try:
        session.execute(
            insert(Moving).values(
                authority_id=viewer.authority_id,
                id=moving_id,
                key=route.key,
                to_version_id=to_version_id,
                choices=dict(route.moves.choices),
                names=dict(route.moves.names),
                reason=reason,
                asked_at=now(),
                asked_by=viewer.person_id,
                asked_by_name=viewer.name,
            )
        )
    except IntegrityError as error:
        raise Conflict(
            "Pathways of this kind are being moved at this moment. Wait until that is done."
        ) from error
    return moving_id


def take_back(viewer: Viewer, moving_id: str) -> None:
    """Put back each pathway of a finished batch that has not moved on since; the others stay and say why.

    Raises NotFound, Conflict when it is still under way or has been taken back.
    """
    require(viewer, "migrate", AuthorityThing(viewer.authority_id))
    with transaction() as session:
        moving = read(session, viewer.authority_id, moving_id)
        if moving.finished_at is None:
            raise Conflict("They are still being moved. Wait until that is done.")
        if moving.taken_back_at is not None:
            raise Conflict("This has been taken back already.")
        try:
            session.execute(
                update(Moving)
                .where(Moving.authority_id == viewer.authority_id, Moving.id == moving_id)
                .values(finished_at=None, taken_back_at=now(), taken_back_by=viewer.person_id)
                .execution_options(synchronize_session=False)
            )
        except IntegrityError as error:
            raise Conflict("Pathways of this kind are being moved at this moment.") from error
        session.execute(
            update(MovedInstance)
            .where(*of_moving(viewer.authority_id, moving_id), MovedInstance.state == "moved")
            .values(state="going_back")
            .execution_options(synchronize_session=False)
        )
        facts = {"key": moving.key, "migration": moving_id}
        entry = Entry(kind="migration_taken_back", person_id=viewer.person_id, facts=facts)
        note(session, entry, authority_id=viewer.authority_id, stream=f"pathway/{moving.key}")
    _go_on(viewer.authority_id, moving_id, time.monotonic() + SECONDS)


def go_on(seconds: float = SECONDS) -> int:
    """Do what is left of every batch, for some seconds; how many pathways had their turn."""
    until = time.monotonic() + seconds
    with reading() as session:
        found = session.execute(
            select(Moving.authority_id, Moving.id).where(Moving.finished_at.is_(None))
        ).all()
    return sum(_go_on(row.authority_id, row.id, until) for row in found)


def of_moving(authority_id: str, moving_id: str) -> tuple[Any, Any]:
    """The condition on the rows of a batch."""
    return MovedInstance.authority_id == authority_id, MovedInstance.moving_id == moving_id


def _go_on(authority_id: str, moving_id: str, until: float) -> int:
    with reading() as session:
        moving = read(session, authority_id, moving_id)
        order = Order(
            moving.to_version_id,
            Moves(moving.choices, moving.names),
            moving.reason,
            moving.taken_back_by or moving.asked_by,
        )
        todo = session.scalars(
            select(MovedInstance.instance_id)
            .where(*of_moving(authority_id, moving_id), MovedInstance.state.in_(TO_DO))
            .order_by(MovedInstance.instance_id)
        ).all()
    done = 0
    for instance_id in todo:
        if time.monotonic() > until:
            return done
        done += _have_its_turn(authority_id, moving_id, instance_id, order)
    if done == len(todo):
        _finish(authority_id, moving_id)
    return done


def _have_its_turn(authority_id: str, moving_id: str, instance_id: str, order: Order) -> bool:
    """One pathway, once; False when somebody holds it, so that it is tried again later."""
    try:
        _move_one(authority_id, moving_id, instance_id, order)
    except (Busy, StaleTask):
        return False
    return True


@read_first
def _move_one(authority_id: str, moving_id: str, instance_id: str, order: Order) -> None:
    with transaction() as session:
        instance = advance.lock(session, authority_id, instance_id)
        row = session.get(
            MovedInstance,
            (authority_id, moving_id, instance_id),
            with_for_update=True,
            populate_existing=True,
        )
        if row is not None and row.state in TO_DO:
            _set(session, row, **_outcome(session, instance, row, order))
        crash_point("before_commit")
    crash_point("after_commit")


def _outcome(
    session: Session, instance: advance.InstanceRow, row: MovedInstance, order: Order
) -> dict[str, Any]:
    if row.state == "waiting" and instance.status not in RUNNING:
        return {"state": "over", "sentence": "It ended before it was its turn."}
    if row.state == "waiting" and instance.version_id != row.from_version_id:
        return {"state": "over", "sentence": "It has gone to another version already."}
    try:
        with one_step(), savepoint(session):
            if row.state == "going_back":
                moving_one.put_back(session, instance, row, order)
                return {"state": "back", "sentence": None, "state_before": None}
            moved = moving_one.move(session, instance, order)
    except PathwayCannotMove as answer:
        return {"state": "blocked" if row.state == "waiting" else "stays", "sentence": answer.sentence}
    except EngineFailure as failure:
        _note_fault(session, instance, row, failure, order)
        return {"state": "fault", "sentence": failure.sentence}
    return {
        "state": "moved",
        "moved_at": now(),
        "state_before": moved.state_before,
        "hash_after": moved.hash_after,
        "rows_before": moved.rows,
        "dates": moved.dates,
    }


def _note_fault(
    session: Session, instance: advance.InstanceRow, row: MovedInstance, failure: EngineFailure, order: Order
) -> None:
    incident_id = note_incident(
        session,
        failure,
        {"do": DO, "moving": row.moving_id},
        authority_id=instance.authority_id,
        child_id=instance.child_id,
        instance_id=instance.id,
        definition_key=instance.definition_key,
    )
    facts = {
        "definition": instance.definition_key,
        "name": instance.name,
        "detail": failure.sentence,
        "incident": incident_id,
    }
    entry = Entry(kind="migration_failed", child_id=instance.child_id, person_id=order.person_id, facts=facts)
    advance.record(session, instance, [entry])


def have_another_turn(session: Session, authority_id: str, instance_id: str, moving_id: str) -> None:
    """One in which something went wrong is to be moved (or put back) after all, by `go_on`. Raises Conflict.

    Nothing is done where it has had its turn since, or where the batch has been taken back before it was moved.
    """
    moving = read(session, authority_id, moving_id)
    row = session.get(
        MovedInstance, (authority_id, moving_id, instance_id), with_for_update=True, populate_existing=True
    )
    if row is None or row.state != "fault":
        return
    if moving.taken_back_at is not None and row.moved_at is None:
        _set(session, row, state="over", sentence="The others were put back before it could be moved.")
        return
    _set(session, row, state="waiting" if row.moved_at is None else "going_back", sentence=None)
    try:
        session.execute(
            update(Moving)
            .where(Moving.authority_id == authority_id, Moving.id == moving_id)
            .values(finished_at=None)
            .execution_options(synchronize_session=False)
        )
    except IntegrityError as error:
        raise Conflict("Pathways of this kind are being moved at this moment.") from error


def _set(session: Session, row: MovedInstance, **values: Any) -> None:
    session.execute(
        update(MovedInstance)
        .where(*of_moving(row.authority_id, row.moving_id), MovedInstance.instance_id == row.instance_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _finish(authority_id: str, moving_id: str) -> None:
    left = select(MovedInstance.instance_id).where(
        *of_moving(authority_id, moving_id), MovedInstance.state.in_(TO_DO)
    )
    with transaction() as session:
        session.execute(
            update(Moving)
            .where(Moving.authority_id == authority_id, Moving.id == moving_id, Moving.finished_at.is_(None))
            .where(~left.exists())
            .values(finished_at=now())
            .execution_options(synchronize_session=False)
        )


def read(session: Session, authority_id: str, moving_id: str) -> Moving:
    """A batch. Raises NotFound."""
    found = session.get(Moving, (authority_id, moving_id), populate_existing=True)
    if found is None:
        raise NotFound()
    return found
