"""Who may do what: the whole permission table, in one place, with "no" as its default.

Three ties decide:

* **authority** - everything belongs to one authority; a person of another never sees that it exists;
* **agency** - the youth justice service and children's social care each see a child once they have had work
  on that child, and no earlier; a person's agencies are those of their teams;
* **reach** - a task is acted on by its team, its assignee, a worker of the child, and who covers for one of them.

Before them stands the record itself (`of_records`): a restricted one is open to those who are named, for a time, and
to the emergency duty team; who is related to the child never sees it; a guest sees what is shared with them.

Designers draw, publish and migrate pathways, and change their authority's profile; by that right they see no child.
Managers give out the work of their own agency, and look after what is about the partnership of the agencies
and not about one child. Administrators look after people, pathways and incidents: they
see everything in their authority, because they must be able to repair it, and do no casework by that right.
The doors turn a "no" to *seeing* into "not found", so that a stranger cannot tell "hidden" from "absent".
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.access.everybody import CASEWORK_AGENCIES
from app.domain.access.of_records import PARTS, READING, is_barred, is_shut_out, keeps_out, shares
from app.domain.access.of_tasks import manages_task, signs_off, within_reach
from app.domain.access.table import TABLE, Thing
from app.domain.errors import NotAllowed, NotFound
from app.domain.viewer import (
    MANAGER_ROLES,
    AuthorityThing,
    ChildThing,
    InstanceThing,
    PersonThing,
    TaskThing,
    TeamThing,
    Viewer,
)

__all__ = [
    "CASEWORK_AGENCIES",
    "MANAGER_ROLES",
    "PARTS",
    "TABLE",
    "AuthorityThing",
    "ChildThing",
    "InstanceThing",
    "PersonThing",
    "TaskThing",
    "TeamThing",
    "Thing",
    "Viewer",
    "acts_for",
    "keeps_out",
    "may",
    "may_be_given",
    "require",
]


def may(viewer: Viewer, action: str, thing: Thing) -> bool:
    """Whether `viewer` may do `action` to `thing`. An unknown action or the wrong kind of thing is "no"."""
    kind, rule = TABLE.get(action, (Thing, None))
    if rule is None or not isinstance(thing, kind) or thing.authority_id != viewer.authority_id:
        return False
    if viewer.is_guest and not shares(viewer, action, thing):
        return False
    if isinstance(thing, ChildThing | TaskThing):
        if is_barred(viewer, thing.record):
            return False
        if viewer.person_id in thing.record.opened and action in READING:
            return True
        if is_shut_out(viewer, thing.record):
            return False
        if viewer.is_guest and isinstance(thing, ChildThing):
            return True
    return rule(viewer, thing)


def require(viewer: Viewer, action: str, thing: Thing, *, seen_by: str | None = None) -> None:
    """Return when `viewer` may do `action` to `thing`.

    `seen_by` names the action that makes the thing visible (`see_task` beside `complete`): raises NotFound
    when even that is refused, NotAllowed when the thing may be seen and this may not be done to it.
    Without `seen_by`, a "no" is always NotFound.
    """
    if may(viewer, action, thing):
        return
    if seen_by is None or not may(viewer, seen_by, thing):
        raise NotFound()
    raise NotAllowed("You can see this, but your role does not let you do that to it.")


def may_be_given(person: Viewer, task: TaskThing) -> bool:
    """Whether `task` may be given to `person`: of its team, holder of its role or worker of the child.

    One that waits for sign-off only to who may sign it off.
    """
    if person.authority_id != task.authority_id or keeps_out(person, task.record):
        return False
    if person.is_guest and not shares(person, "see_task", task):
        return False
    if task.author_id is not None:
        return signs_off(person, task) and person.person_id != task.author_id
    return within_reach(person, task) or task.role in person.roles


def acts_for(viewer: Viewer, task: TaskThing) -> str | None:
    """For whom `viewer` does something to `task`: whoever is away and has it, or is the worker whose right it is.

    None when the viewer does it as themselves.
    """
    if task.assignee_id in viewer.covers:
        return task.assignee_id
    alone = replace(viewer, covers=frozenset())
    if within_reach(alone, task) or manages_task(alone, task):
        return None
    return min(viewer.covers & task.worker_ids, default=None)
