"""Rules about a task: whose team, role, child and agency it is, and who has it."""

from __future__ import annotations

from app.domain.viewer import TaskThing, Viewer


def within_reach(viewer: Viewer, task: TaskThing) -> bool:
    """The team; where no team is responsible, who holds the role; the assignee, the child's own worker, their cover.

    A guest is in no team: theirs is the work of their role, where it is shared with them.
    """
    if viewer.is_guest:
        return task.role in viewer.roles or task.assignee_id == viewer.person_id
    if task.team_id in viewer.team_ids or (task.team_id is None and task.role in viewer.roles):
        return True
    return task.assignee_id in viewer.stands_for or not viewer.stands_for.isdisjoint(task.worker_ids)


def manages_task(viewer: Viewer, task: TaskThing) -> bool:
    """A manager of the task's agency or team."""
    in_own_agency = task.agency is not None and task.agency in viewer.agencies
    return viewer.is_manager and (in_own_agency or task.team_id in viewer.team_ids)


def sees_task(viewer: Viewer, task: TaskThing) -> bool:
    """Who may remark on it, who signed it off, an administrator."""
    return viewer.is_admin or remarks_on_task(viewer, task) or signed(viewer, task)


def signed(viewer: Viewer, task: TaskThing) -> bool:
    """Who signed it off."""
    return task.signed_by in viewer.stands_for


def remarks_on_task(viewer: Viewer, task: TaskThing) -> bool:
    """Who reaches or manages it, and whoever sent it for sign-off."""
    own = task.author_id in viewer.stands_for
    return own or within_reach(viewer, task) or manages_task(viewer, task)


def acts_on_task(viewer: Viewer, task: TaskThing) -> bool:
    """Who reaches or manages it, unless it waits for sign-off."""
    return task.author_id is None and (within_reach(viewer, task) or manages_task(viewer, task))


def signs_off(viewer: Viewer, task: TaskThing) -> bool:
    """Who holds the manager's role, or covers for the manager who has it. Whether it is their own, the service asks."""
    return task.author_id is not None and (task.role in viewer.roles or task.assignee_id in viewer.covers)


def claims(viewer: Viewer, task: TaskThing) -> bool:
    """Who reaches it, while nobody else has it."""
    may_have_it = within_reach(viewer, task) if task.author_id is None else signs_off(viewer, task)
    return task.assignee_id in (None, viewer.person_id) and may_have_it


def releases(viewer: Viewer, task: TaskThing) -> bool:
    """Who has it, or manages it."""
    return task.assignee_id in viewer.stands_for or manages_task(viewer, task)


def has_task(viewer: Viewer, task: TaskThing) -> bool:
    """Who has it, or covers for them."""
    return task.assignee_id in viewer.stands_for


def was_told(viewer: Viewer, task: TaskThing) -> bool:
    """Who has it; while nobody has taken it, everybody who holds its role."""
    return task.assignee_id in viewer.stands_for if task.assignee_id else task.role in viewer.roles


def reopens(viewer: Viewer, task: TaskThing) -> bool:
    """Who completed it, or manages it."""
    return viewer.person_id == task.completed_by or manages_task(viewer, task)


def gives_out(viewer: Viewer, task: TaskThing) -> bool:
    """Who manages it, or an administrator."""
    return viewer.is_admin or manages_task(viewer, task)
