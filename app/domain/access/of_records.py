"""What stands before every other rule: restricted records, relatives, emergencies, and what is shared with guests."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.viewer import AuthorityThing, ChildThing, Record, TaskThing, Viewer

PARTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "overview": (
        "Who the child is, the legal status, what is open and the dates ahead",
        frozenset({"see_child"}),
    ),
    "pathways": ("The pathways, step by step", frozenset({"see_instance"})),
    "tasks": ("Tasks that fall to the guest", frozenset()),
    "plans": ("“What I need to know”", frozenset({"see_plans"})),
    "documents": ("Documents", frozenset({"see_documents"})),
    "timeline": ("The timeline", frozenset({"see_timeline"})),
    "people": ("The people around the child", frozenset({"see_network"})),
}
"""The parts of a record that can be shared with a guest: words, and the actions that each opens."""
READING = frozenset().union(*(actions for _, actions in PARTS.values())) | {"see_task"}
"""What may be done in a record that was opened in an emergency."""
OF_GUESTS = frozenset({"see_own_work", "see_shared"})
"""What a guest may do in the authority as a whole."""


def is_barred(viewer: Viewer, record: Record) -> bool:
    """Whether the viewer never sees the record: they are related to the child, or know them."""
    return viewer.person_id in record.barred


def is_shut_out(viewer: Viewer, record: Record) -> bool:
    """Whether the record is restricted, and the viewer is nobody to whom it is open all the same."""
    if not record.is_restricted or viewer.is_operator or viewer.is_out_of_hours:
        return False
    return viewer.person_id not in record.let_in


def keeps_out(viewer: Viewer, record: Record) -> bool:
    """Whether nothing can be done in the record by the viewer, whatever ties them to the child."""
    return is_barred(viewer, record) or is_shut_out(viewer, record)


def shares(viewer: Viewer, action: str, thing: object) -> bool:
    """Whether a guest may do that: where the part of the record that it needs is shared with them."""
    if isinstance(thing, AuthorityThing):
        return action in OF_GUESTS
    if isinstance(thing, ChildThing):
        return any((viewer.person_id, part) in thing.record.shared for part, (_, opens) in PARTS.items()
                   if action in opens or action == "see_child")  # fmt: skip
    return isinstance(thing, TaskThing) and (viewer.person_id, "tasks") in thing.record.shared
