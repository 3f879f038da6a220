"""Who is tied to a child: agencies with work on the child, people allocated. Lists of children read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.domain.access import ChildThing, Viewer
from app.domain.clock import now
from app.domain.viewer import Record
from app.store.children import PARTNERSHIP, Child, ChildWorker
from app.store.db import execute, known_as, table_of
from app.store.people import ChildAgency
from app.store.record_rules import MOST_KEPT, RecordRule, is_open_to, record_of, runs, was_opened_by
from app.store.upsert import put

RULES: Any = select(
    literal_column("'rule'").label("what"),
    (RecordRule.kind + "|" + func.coalesce(RecordRule.person_id, "") + "|" + RecordRule.parts).label("value"),
).where(
    RecordRule.authority_id == bindparam("of_authority"),
    RecordRule.child_id == bindparam("of_child"),
    runs(RecordRule, bindparam("at", type_=RecordRule.until_at.type)),
)
"""The running rules of one record, for `read_rules`."""
_AGENCIES = select(ChildAgency.agency).where(
    ChildAgency.authority_id == bindparam("of_authority"), ChildAgency.child_id == bindparam("of_child")
)
_WORKERS = select(ChildWorker.person_id).where(
    ChildWorker.authority_id == bindparam("of_authority"),
    ChildWorker.child_id == bindparam("of_child"),
    ChildWorker.until_at.is_(None),
)
_TIES: CompoundSelect[tuple[str, str]] = union_all(
    select(literal_column("'agency'").label("what"), ChildAgency.agency.label("value")).where(
        ChildAgency.authority_id == bindparam("of_authority"), ChildAgency.child_id == bindparam("of_child")
    ),
    select(literal_column("'worker'"), ChildWorker.person_id).where(
        ChildWorker.authority_id == bindparam("of_authority"),
        ChildWorker.child_id == bindparam("of_child"),
        ChildWorker.until_at.is_(None),
    ),
    select(literal_column("'kind'"), Child.kind).where(
        Child.authority_id == bindparam("of_authority"), Child.id == bindparam("of_child")
    ),
    RULES,
)


def tie(
    session: Session,
    authority_id: str,
    child_id: str,
    agencies: Iterable[str],
    *,
    known: Collection[str] | None = None,
) -> None:
    """From now on the people of `agencies` see the child. Ties that exist already stay as they are.

    `known` are those that exist, where the caller has asked for them.
    """
    if known is None:
        known = agencies_of(session, authority_id, child_id)
    fresh = sorted(set(agencies).difference(known))
    if fresh:
        put(
            session,
            table_of(ChildAgency),
            [
                {"authority_id": authority_id, "child_id": child_id, "agency": agency, "since_at": now()}
                for agency in fresh
            ],
        )


def agencies_of(session: Session, authority_id: str, child_id: str) -> frozenset[str]:
    """The agencies with work on the child, past or present."""
    found = execute(session, _AGENCIES, {"of_authority": authority_id, "of_child": child_id})
    return frozenset(row.agency for row in found)


def workers_of(session: Session, authority_id: str, child_id: str) -> frozenset[str]:
    """The people allocated to the child today."""
    found = execute(session, _WORKERS, {"of_authority": authority_id, "of_child": child_id})
    return frozenset(row.person_id for row in found)


def child_thing(session: Session, authority_id: str, child_id: str) -> ChildThing:
    """The child as the permission table sees it."""
    rows = execute(session, _TIES, {"of_authority": authority_id, "of_child": child_id, "at": now()}).all()
    return ChildThing(
        authority_id,
        agencies=frozenset(row.value for row in rows if row.what == "agency"),
        worker_ids=frozenset(row.value for row in rows if row.what == "worker"),
        is_partnership=any(row.what == "kind" and row.value == PARTNERSHIP for row in rows),
        record=_read_rules(row.value for row in rows if row.what == "rule"),
    )


def record_of_child(session: Session, authority_id: str, child_id: str) -> Record:
    """Who is kept out of the child's record and who is let in today."""
    rows = execute(session, RULES, {"of_authority": authority_id, "of_child": child_id, "at": now()})
    return _read_rules(row.value for row in rows)


def records_of_each(session: Session, authority_id: str, child_ids: Collection[str]) -> dict[str, Record]:
    """The same of many children: only those that have any rule."""
    rows = session.execute(
        select(RecordRule.child_id, RecordRule.kind, RecordRule.person_id, RecordRule.parts).where(
            RecordRule.authority_id == authority_id,
            RecordRule.child_id.in_(sorted(child_ids)),
            runs(RecordRule),
        )
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.child_id, []).append((row.kind, f"{row.person_id or ''}|{row.parts}"))
    return {child_id: record_of(own) for child_id, own in found.items()}


def _read_rules(values: Iterable[str]) -> Record:
    parted = (value.partition("|") for value in values)
    return record_of((kind, rest) for kind, _, rest in parted)


@lru_cache(maxsize=MOST_KEPT)
def sees_child(viewer: Viewer, authority_id: Any, child_id: Any) -> ColumnElement[bool]:
    """The rule `see_child` of the permission table as an SQL condition, so that lists are filtered in SQL.

    `authority_id` and `child_id` are the columns of the list's table. Written once for a viewer and a table.
    """
    own = and_(authority_id == viewer.authority_id, is_open_to(viewer, child_id))
    if viewer.is_admin or viewer.is_guest:
        return own
    by_agency = exists().where(
        ChildAgency.authority_id == viewer.authority_id,
        ChildAgency.child_id == child_id,
        ChildAgency.agency.in_(sorted(viewer.agencies)),
    )
    by_allocation = exists().where(
        ChildWorker.authority_id == viewer.authority_id,
        ChildWorker.child_id == child_id,
        ChildWorker.person_id.in_(sorted(viewer.stands_for)),
        ChildWorker.until_at.is_(None),
    )
    tied = or_(by_agency, by_allocation, was_opened_by(viewer, child_id))
    if viewer.is_manager:
        return and_(own, or_(tied, _is_partnership(viewer, child_id)))
    return and_(own, tied, ~_is_partnership(viewer, child_id))


@lru_cache(maxsize=MOST_KEPT)
def sees_own_child(viewer: Viewer, child_id: Any, part: str = "") -> ColumnElement[bool]:
    """What is left of `sees_child` for a child who is allocated to somebody for whom the viewer stands."""
    is_open = is_open_to(viewer, child_id, part)
    if viewer.is_admin or viewer.is_guest or viewer.is_manager:
        return is_open
    return and_(is_open, ~_is_partnership(viewer, child_id))


def _is_partnership(viewer: Viewer, child_id: Any) -> ColumnElement[bool]:
    record = known_as(Child, "record")
    return exists().where(
        record.authority_id == viewer.authority_id, record.id == child_id, record.kind == PARTNERSHIP
    )
