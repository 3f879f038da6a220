"""What stands between a draft and its being in force, and whom it will concern."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.engine.contracts import Bundle, Finding
from app.services import definitions
from app.services.workbench import checking, comparing, publishing, scenario_runs, versions
from app.services.workbench.drafts import Draft
from app.services.workbench.scenarios import Result
from app.services.workbench.versions import RUNNING
from app.store.db import reading
from app.store.definitions import DefinitionVersion
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask


@dataclass(frozen=True)
class Running:
    """The pathways of the viewer's authority that go by one version, and their open tasks: they stay on it."""

    number: int
    pathways: int
    tasks: int


@dataclass(frozen=True)
class Touched:
    """A step that the draft changes or takes away, and its open tasks in the viewer's authority."""

    element: str
    name: str
    tasks: int


@dataclass(frozen=True)
class Readiness:
    """Whether a draft can be sent for approval: a sentence for each thing that stands in its way."""

    errors: tuple[Finding, ...]
    warnings: int
    waived: int
    is_changed: bool
    running: tuple[Running, ...]
    touched: tuple[Touched, ...] = ()
    scenarios: tuple[Result, ...] = ()

    @property
    def red(self) -> tuple[Result, ...]:
        """The scenarios whose expectations the draft does not meet."""
        return tuple(one for one in self.scenarios if not one.is_green)

    @property
    def can_be_asked(self) -> bool:
        """Whether nothing stands in its way."""
        return self.is_changed and not self.errors and not self.red


def readiness(viewer: Viewer, draft: Draft) -> Readiness:
    """How far a draft is from being published, and how many pathways run on the versions before it."""
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    bundle = publishing.bundle_to_publish(draft)
    instance, task, version = ProcessInstance, UserTask, DefinitionVersion
    query = (
        select(version.number, func.count(func.distinct(instance.id)), func.count(task.id))
        .join(instance, instance.version_id == version.id)
        .outerjoin(
            task,
            (task.authority_id == instance.authority_id)
            & (task.instance_id == instance.id)
            & (task.state == "open"),
        )
        .where(
            version.key == draft.key,
            instance.authority_id == viewer.authority_id,
            instance.status.in_(RUNNING),
        )
        .group_by(version.number)
        .order_by(version.number.desc())
    )
    with reading() as session:
        running = tuple(Running(*row) for row in session.execute(query))
        is_changed = versions.in_force(session, draft.key) != bundle.version_id()
        checked = checking.of_bundle(session, bundle)
        touched = _touched(session, viewer, draft.key, bundle) if running and is_changed else ()
    ran = scenario_runs.of_bundle(bundle) if not checked.errors else []
    return Readiness(
        errors=tuple(checked.errors),
        warnings=len(checked.warnings),
        waived=len(checked.waived),
        is_changed=is_changed,
        running=running,
        touched=touched,
        scenarios=tuple(ran),
    )


def _touched(session: Session, viewer: Viewer, key: str, bundle: Bundle) -> tuple[Touched, ...]:
    """The steps with open tasks that differ between the version in force and `bundle`."""
    current = versions.in_force(session, key)
    if current is None:
        return ()
    found = comparing.between(definitions.bundle_of(session, current), bundle)
    names = {one.element: one.called for one in found.changes if one.kind != "added"}
    names |= {one.old: one.called for one in found.changes if one.what == "Id"}
    task = UserTask
    query = (
        select(task.element_id, func.count())
        .where(
            task.authority_id == viewer.authority_id,
            task.definition_key == key,
            task.state == "open",
            task.element_id.in_(names),
        )
        .group_by(task.element_id)
        .order_by(task.element_id)
    )
    return tuple(Touched(row[0], names[row[0]], row[1]) for row in session.execute(query))
