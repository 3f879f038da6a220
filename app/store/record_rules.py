"""What stands between a person and a child's record, and what was given away or looked at.

A rule is one row for as long as it runs: a restricted record, a person named for it, an emergency in which somebody
opened it, a relative who is kept out, a guest with whom parts are shared. It ends by itself at `until_at`, or sooner
when somebody ends it, and stays as a row, so that it can be answered later who could see the record on a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Select, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.viewer import Record
from app.store.db import Base, known_as

RESTRICTED, LET_IN, OPENED, BARRED, SHARED = "restricted", "let_in", "opened", "barred", "shared"
MOST_KEPT = 32
"""Conditions that are kept written, of some 90 kB each: those of a viewer for a column, asked for again and again in
one page. To write one takes longer than to execute it."""


class RecordRule(Base):
    """A rule of one record. Without a `person_id` it is for everybody; `parts`, with commas, is what is shared."""

    __tablename__ = "record_rules"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    kind: Mapped[str]
    person_id: Mapped[str | None]
    parts: Mapped[str]
    reason: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    by_id: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_because: Mapped[str | None]
    looked_into_at: Mapped[datetime | None]  # of an emergency: a manager has asked about it
    looked_into_by: Mapped[str | None]
    finding: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        Index("ix_record_rules_child", "authority_id", "child_id", "kind"),
        Index("ix_record_rules_person", "authority_id", "person_id", "kind"),
        Index("ix_record_rules_kind", "authority_id", "kind", "from_at"),
    )


class Disclosure(Base):
    """Information about a child that was given to another agency: what, to whom, on which basis of the law, why."""

    __tablename__ = "disclosures"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    rule_id: Mapped[str | None]  # what a guest may see because of it
    agency: Mapped[str]
    to_whom: Mapped[str]
    what: Mapped[str]
    basis: Mapped[str]
    why: Mapped[str]
    on_day: Mapped[date]
    at: Mapped[datetime]
    by_id: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        ForeignKeyConstraint(["authority_id", "rule_id"], ["record_rules.authority_id", "record_rules.id"]),
        Index("ix_disclosures_child", "authority_id", "child_id", "id"),
    )


class Look(Base):
    """That a person has looked at a child's record on a day: as what, when first and last, at how many pages.

    What another system was answered has rows of its own, with the id of its token; it is empty for pages.
    """

    __tablename__ = "looks"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    token_id: Mapped[str] = mapped_column(primary_key=True)
    as_what: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    visits: Mapped[int]
    is_out_of_hours: Mapped[bool]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        Index("ix_looks_first_at", "authority_id", "first_at"),
        Index("ix_looks_person", "authority_id", "person_id", "first_at"),
    )


def at_execution() -> BindParameter[datetime]:
    """The moment at which a condition is executed, for one that is kept."""
    return bindparam(None, callable_=now, type_=RecordRule.until_at.type, unique=True)


def runs(rule: Any, at: Any = None) -> ColumnElement[bool]:
    """That a rule runs at a moment: now, unless another or a parameter is given."""
    moment = now() if at is None else at
    return and_(
        rule.ended_at.is_(None),
        rule.from_at <= moment,
        or_(rule.until_at.is_(None), rule.until_at > moment),
    )


def record_of(rows: Iterable[tuple[str, str]]) -> Record:
    """The record as the permission table sees it, from its running rules: (kind, person and parts with a bar)."""
    people: dict[str, set[str]] = {LET_IN: set(), OPENED: set(), BARRED: set()}
    shared: set[tuple[str, str]] = set()
    is_restricted = False
    for kind, value in rows:
        person_id, _, parts = value.partition("|")
        if kind == RESTRICTED:
            is_restricted = True
        elif kind == SHARED:
            shared |= {(person_id, part) for part in parts.split(",")}
        else:
            people[kind].add(person_id)
    return Record(
        is_restricted,
        frozenset(people[LET_IN]),
        frozenset(people[OPENED]),
        frozenset(people[BARRED]),
        frozenset(shared),
    )


def _children(
    authority: Any, kind: str, at: Any, person: Any = None, part: str = "", *, within: bool = False
) -> Select[Any]:
    rule: Any = known_as(RecordRule, "inner_rule" if within else "rule")
    found = select(rule.child_id).where(rule.authority_id == authority, rule.kind == kind, runs(rule, at))
    if person is not None:
        found = found.where(rule.person_id == person)
    if part:
        found = found.where(("," + rule.parts + ",").contains(f",{part},"))
    return found


def _closed(authority: Any, person: Any, at: Any, *, sees_restricted: bool) -> Any:
    """The children whose record is closed to a person: barred, or restricted and not open to them."""
    barred = _children(authority, BARRED, at, person)
    if sees_restricted:
        return barred
    is_open = union_all(
        _children(authority, LET_IN, at, person, within=True),
        _children(authority, OPENED, at, person, within=True),
    )
    restricted = _children(authority, RESTRICTED, at)
    restricted = restricted.where(restricted.selected_columns.child_id.not_in(is_open))
    return union_all(barred, restricted)


@lru_cache(maxsize=MOST_KEPT)
def is_open_to(viewer: Viewer, child_id: Any, part: str = "") -> ColumnElement[bool]:
    """That a list may hold rows of the child (a column) at all, whatever else it asks; for a guest, that it is shared.

    The rules of an authority are few: each database reads them once for a list, not once for a row. The condition
    asks for the time whenever it is executed, so it is written once for a viewer and a column.
    """
    of, at = viewer.authority_id, at_execution()
    closed = _closed(of, viewer.person_id, at, sees_restricted=viewer.is_out_of_hours or viewer.is_operator)
    found: ColumnElement[bool] = child_id.not_in(closed)
    if viewer.is_guest:
        return and_(found, child_id.in_(_children(of, SHARED, at, viewer.person_id, part)))
    return found


def is_open(child_id: Any, *, sees_restricted: bool, for_guest: bool) -> ColumnElement[bool]:
    """The same for a statement that is kept, of a guest's tasks; its parameters are of_authority, of_viewer, passed."""
    of: Any = bindparam("of_authority")
    person: Any = bindparam("of_viewer")
    at: Any = bindparam("passed", type_=RecordRule.until_at.type)
    found: ColumnElement[bool] = child_id.not_in(_closed(of, person, at, sees_restricted=sees_restricted))
    if for_guest:
        return and_(found, child_id.in_(_children(of, SHARED, at, person, "tasks")))
    return found


def was_opened_by(viewer: Viewer, child_id: Any) -> ColumnElement[bool]:
    """That the viewer has opened the record in an emergency that still lasts."""
    opened = _children(viewer.authority_id, OPENED, at_execution(), viewer.person_id)
    found: ColumnElement[bool] = child_id.in_(opened)
    return found
