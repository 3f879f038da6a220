"""Simulations in the browser: begun on a draft or a version, led step by step, taken back, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.clock import now
from app.domain.errors import Conflict, NotFound
from app.domain.ids import new_id
from app.engine.contracts import Bundle
from app.services import definitions, reference, simulated_walk
from app.services.simulated_walk import Inputs, Walked
from app.services.workbench import drafts, versions
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.scenarios import Simulation


@dataclass(frozen=True)
class Shown:
    """A simulation with everything that its inputs lead to; `called` says what is simulated."""

    id: str
    key: str
    name: str
    called: str
    draft_id: str | None
    bundle: Bundle
    walked: Walked


def begin(
    viewer: Viewer, key: str, *, start: datetime, profile: str | None = None, draft_id: str | None = None
) -> str:
    """Begin a simulation of the version in force, or of a draft as it is saved now; the simulation's id.

    Raises NotFound, NotAllowed for a draft of somebody who does not design, BadInput for a profile and for a drawing
    that the engine cannot run.
    """
    require(viewer, "simulate", AuthorityThing(viewer.authority_id))
    draft = drafts.show(viewer, draft_id) if draft_id else None
    key = draft.key if draft else key
    inputs = Inputs(key, reference.profile(profile or viewer.profile).key, start)
    with reading() as session:
        version_id = None if draft else versions.in_force(session, key)
        if draft is None and version_id is None:
            raise NotFound(f"There is no pathway called {key}.")
        bundle = draft.bundle if draft else definitions.bundle_of(session, version_id or "")
    simulated_walk.walk(inputs, around(bundle))  # what cannot run is not begun
    with transaction() as session:
        simulation_id, at = new_id(), now()
        session.execute(
            insert(Simulation).values(
                authority_id=viewer.authority_id,
                id=simulation_id,
                key=key,
                draft_id=draft_id,
                draft_revision=draft.revision if draft else None,
                version_id=version_id,
                inputs=inputs.to_text(),
                begun_at=at,
                begun_by=viewer.person_id,
                changed_at=at,
            )
        )
        facts = {"key": key, "simulation": simulation_id, "start": start.isoformat()}
        note(
            session,
            Entry(kind="simulation_begun", person_id=viewer.person_id, facts=facts),
            authority_id=viewer.authority_id,
            stream=f"pathway/{key}",
        )
    return simulation_id


def show(viewer: Viewer, simulation_id: str) -> Shown:
    """The simulation, taken again from its start. Raises NotFound, and BadInput as `walk` does."""
    row = _row(viewer, simulation_id)
    bundle, called = _subject(viewer, row)
    walked = simulated_walk.walk(Inputs.from_text(row.inputs), around(bundle))
    name = definitions.remember(bundle).name
    return Shown(row.id, row.key, name, called, row.draft_id, bundle, walked)


def act(viewer: Viewer, simulation_id: str, what: Mapping[str, Any], *, taken: int) -> None:
    """Take one input more, when it can be taken. `taken` is how many the page knew of: pressed twice it is one.

    Raises what `walk` raises, and keeps nothing then; Conflict when the simulation has gone on meanwhile.
    """
    row = _row(viewer, simulation_id)
    inputs = Inputs.from_text(row.inputs)
    if len(inputs.acts) != taken:
        raise Conflict("The simulation has gone on meanwhile.")
    following = inputs.then(what)
    bundle, _ = _subject(viewer, row)
    simulated_walk.walk(following, around(bundle))
    _keep(viewer, row, following)


def back(viewer: Viewer, simulation_id: str, *, taken: int) -> None:
    """Drop the last input, if there is one."""
    row = _row(viewer, simulation_id)
    inputs = Inputs.from_text(row.inputs)
    if inputs.acts and len(inputs.acts) == taken:
        _keep(viewer, row, replace(inputs, acts=inputs.acts[:-1]))


def again(viewer: Viewer, simulation_id: str) -> None:
    """Drop every input but the start."""
    row = _row(viewer, simulation_id)
    _keep(viewer, row, replace(Inputs.from_text(row.inputs), acts=()))


def around(bundle: Bundle) -> dict[str, Bundle]:
    """The pathways in force, with `bundle` in its own pathway's place. Those of this release stand in where none is."""
    shipped = definitions.shipped()
    with reading() as session:
        current = {one.key: one for one in definitions.in_force(session, shipped)}
    return {**shipped, **current, bundle.key: bundle}


def _row(viewer: Viewer, simulation_id: str) -> Row[Any]:
    require(viewer, "simulate", AuthorityThing(viewer.authority_id))
    columns = Simulation.__table__.c
    query = select(*columns).where(columns.authority_id == viewer.authority_id, columns.id == simulation_id)
    with reading() as session:
        found = session.execute(query).first()
    is_theirs = found is not None and found.begun_by == viewer.person_id
    if found is None or not (is_theirs or may(viewer, "design", AuthorityThing(viewer.authority_id))):
        raise NotFound("There is no such simulation.")  # it is for whoever began it, and for designers
    return found


def _subject(viewer: Viewer, row: Row[Any]) -> tuple[Bundle, str]:
    if row.draft_id:
        draft = drafts.show(viewer, row.draft_id, row.draft_revision)
        return draft.bundle, f"the draft (saved as {row.draft_revision})"
    with reading() as session:
        bundle = definitions.bundle_of(session, row.version_id)
        return bundle, f"version {definitions.number_of(session, row.version_id)}"


def _keep(viewer: Viewer, row: Row[Any], inputs: Inputs) -> None:
    with transaction() as session:
        found = session.execute(
            update(Simulation)
            .where(
                Simulation.authority_id == viewer.authority_id,
                Simulation.id == row.id,
                Simulation.inputs == row.inputs,
            )
            .values(inputs=inputs.to_text(), changed_at=now())
            .execution_options(synchronize_session=False)
        )
        if found.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict("The simulation has gone on meanwhile.")
