"""Who may do what: the whole permission table, in one place, with "no" as its default.

Three ties decide, and nothing else:

* **authority** - everything belongs to one authority; a person of another never sees that it exists;
* **agency** - the youth justice service and children's social care each see a child once they have had work
  on that child, and no earlier; a person's agencies are those of their teams;
* **reach** - a task is acted on by its team, by the person it was given to, or by a worker allocated to the
  child; and by whoever covers for one of them today.

Designers draw, publish and migrate pathways, and change their authority's profile; by that right they see no child.
Managers give out the work of their own agency, and look after what is about the partnership of the agencies
and not about one child. Administrators look after people, pathways and incidents: they
see everything in their authority, because they must be able to repair it, and do no casework by that right.
The doors turn a "no" to *seeing* into "not found", so that a stranger cannot tell "hidden" from "absent".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

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
    "may",
    "may_be_given",
    "require",
]

CASEWORK_AGENCIES = frozenset({"yjs", "csc"})
"""The agencies whose people open records of children and start pathways; the others answer when asked."""

Thing = AuthorityThing | ChildThing | TaskThing | TeamThing | PersonThing
Rule = Callable[[Viewer, Any], bool]


def _anyone(viewer: Viewer, thing: Thing) -> bool:
    return True


def _caseworker(viewer: Viewer, thing: Thing) -> bool:
    return not viewer.agencies.isdisjoint(CASEWORK_AGENCIES)


def _administrator(viewer: Viewer, thing: Thing) -> bool:
    return viewer.is_admin


def _designer(viewer: Viewer, thing: Thing) -> bool:
    return viewer.is_designer or viewer.is_admin


def _manager(viewer: Viewer, thing: Thing) -> bool:
    return viewer.is_manager


def _manager_or_administrator(viewer: Viewer, thing: Thing) -> bool:
    return viewer.is_manager or viewer.is_admin


def _tied_to_child(viewer: Viewer, child: ChildThing) -> bool:
    if child.is_partnership:
        return viewer.is_manager
    return not viewer.stands_for.isdisjoint(child.worker_ids) or not viewer.agencies.isdisjoint(
        child.agencies
    )


def _sees_child(viewer: Viewer, child: ChildThing) -> bool:
    return viewer.is_admin or _tied_to_child(viewer, child)


def _works_on_child(viewer: Viewer, child: ChildThing) -> bool:
    return _tied_to_child(viewer, child) and (child.is_partnership or _caseworker(viewer, child))


def _starts(viewer: Viewer, thing: AuthorityThing | ChildThing) -> bool:
    return _works_on_child(viewer, thing) if isinstance(thing, ChildThing) else _caseworker(viewer, thing)


def _sees_casework(viewer: Viewer, child: ChildThing) -> bool:
    """What the two casework agencies share; an agency that answers when asked sees the child, its tasks and plans."""
    return viewer.is_admin or _works_on_child(viewer, child)


def _settles_status(viewer: Viewer, child: ChildThing) -> bool:
    return "csc" in viewer.agencies and not child.is_partnership and _tied_to_child(viewer, child)


def _manages_child(viewer: Viewer, child: ChildThing) -> bool:
    return viewer.is_manager and _works_on_child(viewer, child)


def _mends_child(viewer: Viewer, thing: AuthorityThing | ChildThing) -> bool:
    if viewer.is_admin:
        return True
    return viewer.is_manager if isinstance(thing, AuthorityThing) else _manages_child(viewer, thing)


def _within_reach(viewer: Viewer, task: TaskThing) -> bool:
    """The team; where no team is responsible, who holds the role; the assignee, the child's own worker, their cover."""
    if task.team_id in viewer.team_ids or (task.team_id is None and task.role in viewer.roles):
        return True
    return task.assignee_id in viewer.stands_for or not viewer.stands_for.isdisjoint(task.worker_ids)


def _manages_task(viewer: Viewer, task: TaskThing) -> bool:
    in_own_agency = task.agency is not None and task.agency in viewer.agencies
    return viewer.is_manager and (in_own_agency or task.team_id in viewer.team_ids)


def _sees_task(viewer: Viewer, task: TaskThing) -> bool:
    return viewer.is_admin or _remarks_on_task(viewer, task) or _signed(viewer, task)


def _signed(viewer: Viewer, task: TaskThing) -> bool:
    return task.signed_by in viewer.stands_for


def _remarks_on_task(viewer: Viewer, task: TaskThing) -> bool:
    own = task.author_id in viewer.stands_for
    return own or _within_reach(viewer, task) or _manages_task(viewer, task)


def _acts_on_task(viewer: Viewer, task: TaskThing) -> bool:
    return task.author_id is None and (_within_reach(viewer, task) or _manages_task(viewer, task))


def _signs_off(viewer: Viewer, task: TaskThing) -> bool:
    """Who holds the manager's role, or covers for the manager who has it. Whether it is their own, the service asks."""
    return task.author_id is not None and (task.role in viewer.roles or task.assignee_id in viewer.covers)


def _claims(viewer: Viewer, task: TaskThing) -> bool:
    may_have_it = _within_reach(viewer, task) if task.author_id is None else _signs_off(viewer, task)
    return task.assignee_id in (None, viewer.person_id) and may_have_it


def _releases(viewer: Viewer, task: TaskThing) -> bool:
    return task.assignee_id in viewer.stands_for or _manages_task(viewer, task)


def _has_task(viewer: Viewer, task: TaskThing) -> bool:
    return task.assignee_id in viewer.stands_for


def _reopens(viewer: Viewer, task: TaskThing) -> bool:
    return viewer.person_id == task.completed_by or _manages_task(viewer, task)


def _gives_out(viewer: Viewer, task: TaskThing) -> bool:
    return viewer.is_admin or _manages_task(viewer, task)


def _sees_team(viewer: Viewer, team: TeamThing) -> bool:
    return viewer.is_admin or team.team_id in viewer.team_ids or _manages_team(viewer, team)


def _manages_team(viewer: Viewer, team: TeamThing) -> bool:
    return viewer.is_manager and team.agency in viewer.agencies


def _manages_person(viewer: Viewer, person: PersonThing) -> bool:
    return viewer.is_admin or (viewer.is_manager and not viewer.agencies.isdisjoint(person.agencies))


def _self_or_manages(viewer: Viewer, person: PersonThing) -> bool:
    return viewer.person_id == person.person_id or _manages_person(viewer, person)


def _sees_absence(viewer: Viewer, person: PersonThing) -> bool:
    return viewer.person_id == person.cover_id or _self_or_manages(viewer, person)


TABLE: Mapping[str, tuple[type | tuple[type, ...], Rule]] = {
    # the authority as a whole
    "see_own_work": (AuthorityThing, _anyone),
    "see_pathways": (AuthorityThing, _anyone),
    "see_duties": (AuthorityThing, _anyone),
    "simulate": (AuthorityThing, _anyone),
    "search_children": (AuthorityThing, _anyone),
    "create_child": (AuthorityThing, _caseworker),
    "see_incidents": (AuthorityThing, _manager_or_administrator),
    "see_board": (AuthorityThing, _manager_or_administrator),
    "see_running": (AuthorityThing, _manager_or_administrator),
    "see_compliance": (AuthorityThing, _manager_or_administrator),
    "see_escalations": (AuthorityThing, _manager_or_administrator),
    "see_reports": (AuthorityThing, _manager_or_administrator),
    "see_partnership": (AuthorityThing, _manager_or_administrator),
    "see_cover": (AuthorityThing, _anyone),
    "see_people": (AuthorityThing, _manager_or_administrator),
    "start_for_partnership": (AuthorityThing, _manager),
    "design": (AuthorityThing, _designer),
    "publish": (AuthorityThing, _designer),
    "migrate": (AuthorityThing, _designer),
    "edit_profile": (AuthorityThing, _designer),
    "manage_people": (AuthorityThing, _administrator),
    "see_letters": (AuthorityThing, _manager_or_administrator),
    "mend_letters": (AuthorityThing, _administrator),
    # a child and the child's pathways
    "see_child": (ChildThing, _sees_child),
    "edit_child": (ChildThing, _works_on_child),
    "start_pathway": ((AuthorityThing, ChildThing), _starts),
    "see_plans": (ChildThing, _sees_child),
    "make_plan": (ChildThing, _works_on_child),
    "settle_status": (ChildThing, _settles_status),
    "see_money": (ChildThing, _works_on_child),
    "see_documents": (ChildThing, _sees_casework),
    "see_timeline": (ChildThing, _sees_casework),
    "see_network": (ChildThing, _sees_casework),
    "add_document": (ChildThing, _works_on_child),
    "see_instance": (ChildThing, _sees_child),
    "send_message": (ChildThing, _works_on_child),
    "cancel_instance": (ChildThing, _manages_child),
    "change_course": (ChildThing, _manages_child),
    "correct_start": (ChildThing, _manages_child),
    "take_record": (ChildThing, _manages_child),
    "suspend_instance": (ChildThing, _mends_child),
    "resume_instance": (ChildThing, _mends_child),
    "see_incident": (ChildThing, _mends_child),
    "retry_incident": ((AuthorityThing, ChildThing), _mends_child),
    # a task
    "see_task": (TaskThing, _sees_task),
    "claim": (TaskThing, _claims),
    "release": (TaskThing, _releases),
    "assign": (TaskThing, _gives_out),
    "put_off": (TaskThing, _has_task),
    "save_draft": (TaskThing, _acts_on_task),
    "complete": (TaskThing, _acts_on_task),
    "reopen": (TaskThing, _reopens),
    "set_aside": (TaskThing, _acts_on_task),
    "set_aside_duty": (TaskThing, _manages_task),
    "move_deadline": (TaskThing, _manages_task),
    "say_why_late": (TaskThing, _remarks_on_task),
    "attach": (TaskThing, _remarks_on_task),
    "record_elsewhere": (TaskThing, _remarks_on_task),
    "ask": (TaskThing, _acts_on_task),
    "sign_off": (TaskThing, _signs_off),
    "sign_off_again": (TaskThing, _signed),
    "comment": (TaskThing, _remarks_on_task),
    # a team
    "see_team": (TeamThing, _sees_team),
    "assign_in_team": (TeamThing, _manages_team),
    # a colleague
    "record_absence": (PersonThing, _self_or_manages),
    "see_absence": (PersonThing, _sees_absence),
    "hand_over_work": (PersonThing, _manages_person),
}
"""The whole permission table: action -> (what it is done to, who may)."""


def may(viewer: Viewer, action: str, thing: Thing) -> bool:
    """Whether `viewer` may do `action` to `thing`. An unknown action or the wrong kind of thing is "no"."""
    kind, rule = TABLE.get(action, (Thing, None))
    if rule is None or not isinstance(thing, kind):
        return False
    return thing.authority_id == viewer.authority_id and rule(viewer, thing)


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
    if person.authority_id != task.authority_id:
        return False
    if task.author_id is not None:
        return _signs_off(person, task) and person.person_id != task.author_id
    return _within_reach(person, task) or task.role in person.roles


def acts_for(viewer: Viewer, task: TaskThing) -> str | None:
    """For whom `viewer` does something to `task`: whoever is away and has it, or is the worker whose right it is.

    None when the viewer does it as themselves.
    """
    if task.assignee_id in viewer.covers:
        return task.assignee_id
    alone = replace(viewer, covers=frozenset())
    if _within_reach(alone, task) or _manages_task(alone, task):
        return None
    return min(viewer.covers & task.worker_ids, default=None)
