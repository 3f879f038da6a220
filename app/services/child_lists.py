"""Records of children as another system lists them, and finds one by what it knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.finding import read_words
from app.services import child_keys
from app.services.child_rows import ChildRow, child_row
from app.services.finding import search
from app.services.listing import Page, Paged, in_order
from app.store import audit
from app.store.audit import Entry
from app.store.children import CHILD, Child
from app.store.db import reading, transaction
from app.store.ties import sees_child

ORDERS = {
    "family_name": Child.family_name,
    "given_name": Child.given_name,
    "date_of_birth": Child.date_of_birth,
    "created_at": Child.created_at,
    "reference": Child.reference,
}


@dataclass(frozen=True)
class ListedChild:
    """A child, with the numbers of other systems where the viewer sees the record itself."""

    row: ChildRow
    numbers: Mapping[str, str]


def find(viewer: Viewer, words: str | None, sort: str | None, paged: Paged) -> Page[ListedChild]:
    """One page of the children whom the viewer may see; those whom `words` fit, best first, where there are any.

    A search is said in the audit, by what was searched, never for whom.
    """
    require(viewer, "search_children", AuthorityThing(viewer.authority_id))
    if words and words.strip():
        return _searched(viewer, words, paged)
    chosen = (
        Child.authority_id == viewer.authority_id,
        Child.kind == CHILD,
        sees_child(viewer, Child.authority_id, Child.id),
    )
    with reading() as session:
        total = session.scalar(select(func.count()).select_from(Child).where(*chosen)) or 0
        usual = (Child.family_name, Child.given_name)
        found = session.scalars(
            select(Child)
            .where(*chosen)
            .order_by(*in_order(ORDERS, sort, usual, Child.id))
            .limit(paged.page_size)
            .offset(paged.offset)
        )
        rows = [child_row(child) for child in found]
    return Page(_with_numbers(viewer, rows), total, paged.page, paged.page_size)


def _searched(viewer: Viewer, words: str, paged: Paged) -> Page[ListedChild]:
    found = search(viewer, words)
    facts = {"by": list(read_words(words).kinds), "found": len(found)}
    entry = Entry(kind="children_searched", person_id=viewer.person_id, facts=facts)
    with transaction() as session:
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{viewer.person_id}")
    shown = list(found[paged.offset : paged.offset + paged.page_size])
    return Page(_with_numbers(viewer, shown), len(found), paged.page, paged.page_size)


def _with_numbers(viewer: Viewer, rows: Sequence[ChildRow]) -> tuple[ListedChild, ...]:
    with reading() as session:
        numbers = child_keys.numbers_of_many(
            session, viewer.authority_id, [row.id for row in rows if row.can_open]
        )
    return tuple(ListedChild(row, numbers.get(row.id, {})) for row in rows)
