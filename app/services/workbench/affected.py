"""What stands between a draft and its being in force, and whom it will concern."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.access import AuthorityThing, Viewer, require
from app.engine.contracts import Finding
from app.services.workbench import checking, publishing, versions
from app.services.workbench.drafts import Draft
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
class Readiness:
    """Whether a draft can be sent for approval: a sentence for each thing that stands in its way."""

    errors: tuple[Finding, ...]
    warnings: int
    waived: int
    is_changed: bool
    running: tuple[Running, ...]

    @property
    def can_be_asked(self) -> bool:
        """Whether nothing stands in its way."""
        return self.is_changed and not self.errors


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
    return Readiness(tuple(checked.errors), len(checked.warnings), len(checked.waived), is_changed, running)
