"""What a change of a profile would do, before it is made: the item before and after, and each date that would move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, EngineFailure
from app.domain.profiles import Profile
from app.domain.statute_check import ADVICE
from app.engine import runner
from app.engine.words import as_sentence
from app.services import changed_profiles, definitions, projection, reference, surroundings
from app.services.workbench import dry_run, profile_items
from app.services.workbench.profile_items import Item
from app.store.children import Child
from app.store.db import reading, table_of
from app.store.definitions import DefinitionVersion
from app.store.instances import ProcessInstance
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask
from app.store.ties import sees_child

_INSTANCES = table_of(ProcessInstance)
MOST_COUNTED = 300
"""Pathways whose dates a preview works out; of the others it says how many there are."""


@dataclass(frozen=True)
class Moved:
    """A date that would move. `child` is the child's name for those who may see the child, else the reference."""

    instance_id: str
    child: str
    name: str
    was: datetime
    becomes: datetime
    is_late_then: bool


@dataclass(frozen=True)
class Preview:
    """What a change would do. `not_counted` pathways were too many to look at; they are counted when it is made."""

    before: Item
    after: Item
    moved: tuple[Moved, ...]
    counted: int
    not_counted: int

    @property
    def pathways(self) -> int:
        """How many running pathways have a date that would move."""
        return len({one.instance_id for one in self.moved})


def preview(viewer: Viewer, section: str, key: str, typed: Mapping[str, Any] | None) -> Preview:
    """What would change if an item were as `typed` (None: as its file says), and whose dates would move.

    Raises BadInput with a sentence for each question, also where a local limit would be later than the statute.
    """
    require(viewer, "edit_profile", AuthorityThing(viewer.authority_id))
    before = reference.profile(viewer.profile)
    after = built_with(viewer, section, key, typed)
    with reading() as session:
        found = hanging(session, viewer, section, key)
        moved = [one for row in found[:MOST_COUNTED] for one in _moved(session, viewer, row, after)]
    counted = min(len(found), MOST_COUNTED)
    return Preview(
        profile_items.item(before, section, key),
        profile_items.item(after, section, key),
        tuple(sorted(moved, key=lambda one: one.becomes)),
        counted,
        len(found) - counted,
    )


def built_with(viewer: Viewer, section: str, key: str, typed: Mapping[str, Any] | None) -> Profile:
    """The profile with one item changed, or as its file says where `typed` is None."""
    said = {name: _copy(value) for name, value in changed_profiles.overlay_of(viewer.profile).items()}
    own = said.setdefault(section, {})
    if section == "ladder":
        said[section] = None
    else:
        own.pop(key, None)
    if typed is not None:
        value = profile_items.said_of(reference.profile(viewer.profile), section, key, typed)
        if section == "ladder":
            said[section] = value
        else:
            own[key] = value
    kept = {name: value for name, value in said.items() if value}
    try:
        return reference.built_with(changed_profiles.base_of(viewer.profile), kept)
    except BadInput as refused:
        raise _at_its_question(refused, key) from None


def _at_its_question(refused: BadInput, key: str) -> BadInput:
    """A limit later than the statute, as whoever sees the page can mend it; any other refusal stays as it is."""
    for sentence in (refused.sentence, *(one for said in refused.errors.values() for one in said)):
        what, advice, _ = sentence.partition(f" {ADVICE}")
        _, named, late = what.rpartition(f"{key}: ")
        if advice and named:
            words = f"{as_sentence(late)} Shorten it, or say why it may be later"
            return BadInput(f"{words}.", {"acknowledged": [words]})
    return refused


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def hanging(session: Session, viewer: Viewer, section: str, key: str) -> Sequence[Row[Any]]:
    """The running pathways of the authority whose dates may move: those whose drawing names the rule."""
    if section not in ("deadlines", "switches"):
        return []
    instance, version = ProcessInstance, DefinitionVersion
    query: Any = (
        select(
            instance.id,
            instance.child_id,
            instance.version_id,
            case((is_open_to(viewer, instance.child_id), Child.reference), else_=dry_run.SHUT).label(
                "reference"
            ),
            Child.given_name,
            Child.family_name,
            sees_child(viewer, instance.authority_id, instance.child_id).label("is_seen"),
        )
        .join(version, version.id == instance.version_id)
        .join(Child, (Child.authority_id == instance.authority_id) & (Child.id == instance.child_id))
        .where(instance.authority_id == viewer.authority_id, instance.status == "running")
        .order_by(instance.id)
    )
    if section == "deadlines":
        query = query.where(version.bundle.contains(key, autoescape=True))
    return session.execute(query).all()


def _moved(session: Session, viewer: Viewer, row: Row[Any], after: Profile) -> list[Moved]:
    """The open tasks and timers of one pathway whose moment would differ, without changing anything."""
    instance = session.execute(
        select(_INSTANCES).where(_INSTANCES.c.authority_id == viewer.authority_id, _INSTANCES.c.id == row.id)
    ).one()
    context = surroundings.context_for(session, viewer.authority_id, row.child_id)
    version = definitions.compiled(session, row.version_id)
    try:
        step = runner.recompute(version, instance.state, replace(context, profile=after))
    except EngineFailure:
        return []  # it cannot be counted today either, and is an incident then
    known = _moments(session, instance)
    names = {task.ref: (task.element.name, task.due.due_at) for task in step.tasks if task.due is not None}
    names |= {timer.ref: (timer.name, timer.due_at) for timer in step.timers}
    child = _called(row)
    return [
        Moved(row.id, child, name, known[ref], becomes, becomes < now() <= known[ref])
        for ref, (name, becomes) in names.items()
        if known.get(ref, becomes) != becomes
    ]


def _moments(session: Session, instance: Row[Any]) -> dict[str, datetime]:
    """What is due when, by the engine's refs."""
    task = UserTask
    rows = session.execute(
        select(task.ref, task.due_at).where(
            task.authority_id == instance.authority_id,
            task.instance_id == instance.id,
            task.state == "open",
            task.due_at.is_not(None),
        )
    )
    found = {row.ref: row.due_at for row in rows if row.due_at is not None}
    return found | {timer.ref: timer.at for timer in projection.read(session, instance).engine_timers}


def _called(row: Row[Any]) -> str:
    if row.reference is None:
        return "The partnership"
    return f"{row.given_name} {row.family_name} ({row.reference})" if row.is_seen else str(row.reference)
