"""What the page “Access” of one child shows: whether the record is restricted, for whom it is open, who is kept out."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.access import Viewer, keeps_out, may
from app.services import accounts
from app.services.access import rules
from app.services.access.rules import RuleRow
from app.services.child_rows import ChildRow, child_row
from app.services.children import get
from app.store.db import reading
from app.store.record_rules import BARRED, LET_IN, OPENED, RESTRICTED, SHARED
from app.store.ties import child_thing


@dataclass(frozen=True)
class AccessView:
    """The rules of a record that run. `sees` is false for who looks after it by its reference alone."""

    child: ChildRow
    sees: bool
    restricted: RuleRow | None
    let_in: tuple[RuleRow, ...]
    opened: tuple[RuleRow, ...]
    barred: tuple[RuleRow, ...]
    shared: tuple[RuleRow, ...]
    workers: frozenset[str]


def show(viewer: Viewer, child_id: str) -> AccessView:
    """The page for whoever controls the record. Raises NotFound."""
    with reading() as session:
        child = get(session, viewer.authority_id, child_id)
        thing = rules.controlled(session, viewer, child_id)
        listed = rules.running(session, viewer.authority_id, child_id)
        of = {kind: tuple(row for row in listed if row.kind == kind)
              for kind in (RESTRICTED, LET_IN, OPENED, BARRED, SHARED)}  # fmt: skip
        return AccessView(
            child_row(child),
            may(viewer, "control_access", thing),
            next(iter(of[RESTRICTED]), None),
            of[LET_IN],
            of[OPENED],
            of[BARRED],
            of[SHARED],
            thing.worker_ids,
        )


def colleagues(viewer: Viewer, view: AccessView) -> list[tuple[str, str]]:
    """(id, name) of those who can be named for the record, or kept out of it: no guest, nobody who is kept out."""
    barred = {row.person_id for row in view.barred}
    return [
        (one.person_id, one.name)
        for one in accounts.colleagues(viewer)
        if not one.is_guest and one.person_id not in barred
    ]


def keepers(viewer: Viewer, view: AccessView) -> list[tuple[str, str]]:
    """(id, name) of the child's workers and of the managers who control the record: who is offered to keep it."""
    with reading() as session:
        thing = child_thing(session, viewer.authority_id, view.child.id)
    return [
        (one.person_id, one.name)
        for one in accounts.colleagues(viewer)
        if one.person_id != viewer.person_id
        and not one.is_guest
        and not keeps_out(one, thing.record)
        and (one.person_id in thing.worker_ids or may(one, "control_access", thing))
    ]
