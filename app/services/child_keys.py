"""The keys under which a child is found, worked out anew with every write of a name, a date of birth or a number."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app.domain.finding import NUMBERS, REFERENCE, keys_of
from app.store.children import CHILD, Child, ChildFact
from app.store.db import execute, table_of
from app.store.finding import ChildKey

_KEYS = table_of(ChildKey)
_THERE = select(_KEYS.c.key).where(
    _KEYS.c.authority_id == bindparam("of_authority"), _KEYS.c.child_id == bindparam("of_child")
)
_GONE = delete(_KEYS).where(
    _KEYS.c.authority_id == bindparam("of_authority"),
    _KEYS.c.child_id == bindparam("of_child"),
    _KEYS.c.key == bindparam("of_key"),
)
_FRESH = insert(_KEYS)


def write(session: Session, authority_id: str, child_id: str) -> None:
    """Make the keys those of the record as it is now. The record of a partnership has none."""
    child = session.execute(
        select(Child.reference, Child.given_name, Child.family_name, Child.date_of_birth, Child.kind).where(
            Child.authority_id == authority_id, Child.id == child_id
        )
    ).one()
    if child.kind != CHILD:
        return
    numbers = {REFERENCE: str(child.reference), **numbers_of(session, authority_id, child_id)}
    keys = keys_of(child.given_name, child.family_name, child.date_of_birth, numbers)
    of = {"of_authority": authority_id, "of_child": child_id}
    there = {row.key for row in execute(session, _THERE, of)}
    gone = [{**of, "of_key": key} for key in sorted(there - keys)]
    fresh = [{"authority_id": authority_id, "child_id": child_id, "key": key} for key in sorted(keys - there)]
    if gone:
        execute(session, _GONE, gone)
    if fresh:
        execute(session, _FRESH, fresh)


def numbers_of(session: Session, authority_id: str, child_id: str) -> dict[str, str]:
    """The numbers by which other systems know the child, by kind: facts like any other."""
    return numbers_of_many(session, authority_id, [child_id]).get(child_id, {})


def numbers_of_many(
    session: Session, authority_id: str, child_ids: Collection[str]
) -> dict[str, dict[str, str]]:
    """The same for many children, by child; nothing for one who has no number."""
    rows = session.execute(
        select(ChildFact.child_id, ChildFact.name, ChildFact.value).where(
            ChildFact.authority_id == authority_id,
            ChildFact.child_id.in_(sorted(child_ids)),
            ChildFact.name.in_(sorted(NUMBERS)),
        )
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.value["value"]:
            found.setdefault(row.child_id, {})[row.name] = str(row.value["value"])
    return found
