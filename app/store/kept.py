"""What rows said before they were changed: the database itself keeps it, so that no change can go by unkept.

A trigger on each table of `KEPT` writes, for every update, what the changed columns said until then, and for a row
that is deleted all of it. With the rows as they are now, that answers what was known at any moment: see
`app.store.as_it_stood`. The audit says who did something, for ever; what the words were is kept here, beside the
child, so that it can be disposed of with the rest of the child's record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base

NOBODY = ""
"""The child of rows that belong to an authority and to no child."""


class KeptRow(Base):
    """What columns of a row said until a moment. `number` counts the changes of that row; `was` is JSON text."""

    __tablename__ = "kept_rows"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)  # the table
    row_key: Mapped[str] = mapped_column(primary_key=True)  # its key without the authority, parts joined by /
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until_at: Mapped[datetime]
    was: Mapped[str] = mapped_column(Text)
    __table_args__ = {"sqlite_with_rowid": False}


class KeepingBegan(Base):
    """Since when changes have been kept, for an authority that had children before that."""

    __tablename__ = "keeping_began"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class StandingClock(Base):
    """What the time is where it is simulated: one row, and only inside a transaction (SQLite has no better place)."""

    __tablename__ = "standing_clock"
    at: Mapped[datetime] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Kept:
    """A table whose changes are kept. `born` is its column that says since when a row is known; none: always.

    `children` are the columns that hold the child; `through` is the table, and the column of this one, by which the
    child is found where it has none. `left_out` are columns that say nothing about the child.
    """

    table: str
    born: str | None
    children: tuple[str, ...] = ("child_id",)
    through: tuple[str, str] | None = None
    left_out: frozenset[str] = frozenset()
    only: frozenset[str] | None = None

    @property
    def of(self) -> Table:
        """The table itself."""
        return Base.metadata.tables[self.table]

    @property
    def authority(self) -> str:
        """The column that names the authority."""
        return "id" if self.table == "authorities" else "authority_id"

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of its key, without the authority."""
        names = tuple(column.name for column in self.of.primary_key if column.name != "authority_id")
        return tuple(sorted(names, key=[column.name for column in self.of.columns].index))

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The columns that are kept, the key's among them."""
        return tuple(
            column
            for column in self.of.columns
            if column.name != "authority_id"
            and column.name not in self.left_out
            and (self.only is None or column.name in self.only or column.primary_key)
        )

    @property
    def changing(self) -> tuple[Column[Any], ...]:
        """Those whose change is kept."""
        return tuple(column for column in self.columns if not column.primary_key)


_TASK = ("user_tasks", "task_id")
_INSTANCE = ("process_instances", "instance_id")
KEPT: Mapping[str, Kept] = {
    one.table: one
    for one in (
        Kept("children", "created_at", children=("id",), left_out=frozenset({"search_name"})),
        Kept("child_facts", "recorded_at"),
        Kept("child_agencies", "since_at"),
        Kept("child_workers", "from_at"),
        Kept("record_keeping", "recorded_at"),
        Kept("subject_requests", "opened_at"),
        Kept("legal_statuses", "recorded_at"),
        Kept("bed_nights", "recorded_at"),
        Kept("siblings", "linked_at", children=("child_id", "sibling_id")),
        Kept(
            "process_instances",
            "created_at",
            left_out=frozenset({"state", "version", "audit_seq", "audit_hash"}),
        ),
        Kept("suspensions", "at", through=_INSTANCE),
        Kept("incidents", "created_at", left_out=frozenset({"command"})),
        Kept("user_tasks", "created_at", left_out=frozenset({"ref"})),
        Kept("late_reasons", "said_at", through=_TASK),
        Kept("acknowledgements", "at", through=_TASK),
        Kept("director_pages", "sent_at"),
        Kept("answers", "at"),
        Kept("earlier_answers", "corrected_at", through=_TASK),
        Kept("askings", "asked_at"),
        Kept("sign_offs", "submitted_at", through=_TASK),
        Kept("comments", "at"),
        Kept("snoozes", "at", through=_TASK),
        Kept("appointments", "recorded_at"),
        Kept("child_documents", "added_at"),
        Kept("recorded_elsewhere", "at", through=_TASK),
        Kept("child_plans", "made_at", left_out=frozenset({"paper"})),
        Kept("plans_given", "recorded_at"),
        Kept(
            "notifications",
            "created_at",
            left_out=frozenset({"attempts", "next_attempt_at", "provider_id", "reason"}),
        ),
        Kept("people", None, children=(), only=frozenset({"name"})),
        Kept("teams", None, children=(), only=frozenset({"name"})),
        Kept("authorities", None, children=(), only=frozenset({"name", "profile"})),
    )
}
"""Every table whose changes are kept, by its name."""


def said(row: KeptRow) -> dict[str, Any]:
    """What the columns said, as the database wrote it down. SQLite leaves rare control characters as they are."""
    values: dict[str, Any] = json.loads(row.was, strict=False)
    return values


def is_json(column: Column[Any]) -> bool:
    """Whether a column holds JSON: SQLite has it as text."""
    return isinstance(column.type, JSON)
