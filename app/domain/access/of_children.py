"""Rules about a child and the child's pathways."""

from __future__ import annotations

from app.domain.access.everybody import caseworker
from app.domain.viewer import AuthorityThing, ChildThing, Viewer


def tied_to_child(viewer: Viewer, child: ChildThing) -> bool:
    """Whose agency has (had) work on the child, or who is allocated; a manager, where it is the partnership."""
    if child.is_partnership:
        return viewer.is_manager
    return not viewer.stands_for.isdisjoint(child.worker_ids) or not viewer.agencies.isdisjoint(
        child.agencies
    )


def sees_child(viewer: Viewer, child: ChildThing) -> bool:
    """Who is tied to the child; an administrator."""
    return viewer.is_admin or tied_to_child(viewer, child)


def works_on_child(viewer: Viewer, child: ChildThing) -> bool:
    """Who is tied to the child and does casework."""
    return tied_to_child(viewer, child) and (child.is_partnership or caseworker(viewer, child))


def starts(viewer: Viewer, thing: AuthorityThing | ChildThing) -> bool:
    """Who works on the child; before there is one, any caseworker."""
    return works_on_child(viewer, thing) if isinstance(thing, ChildThing) else caseworker(viewer, thing)


def sees_casework(viewer: Viewer, child: ChildThing) -> bool:
    """What the two casework agencies share; an agency that answers when asked sees the child, its tasks and plans."""
    return viewer.is_admin or works_on_child(viewer, child)


def settles_status(viewer: Viewer, child: ChildThing) -> bool:
    """Social care, for a child that it works on."""
    return "csc" in viewer.agencies and not child.is_partnership and tied_to_child(viewer, child)


def manages_child(viewer: Viewer, child: ChildThing) -> bool:
    """A manager who works on the child."""
    return viewer.is_manager and works_on_child(viewer, child)


def mends_child(viewer: Viewer, thing: AuthorityThing | ChildThing) -> bool:
    """A manager of the child, or an administrator."""
    if viewer.is_admin:
        return True
    return viewer.is_manager if isinstance(thing, AuthorityThing) else manages_child(viewer, thing)


def controls_record(viewer: Viewer, child: ChildThing) -> bool:
    """A manager of the child; of a restricted record, one who is let in. Never of the partnership's."""
    return manages_child(viewer, child) and not child.is_partnership
