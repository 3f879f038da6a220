"""What a story left behind, written into the database for any number of children: every copy has ids of its own.

A copy is what the engine made, moment for moment; only ids, the child's name, reference and date of birth differ, and
the hash chains of its audit are linked anew. This is the fast load: minutes where living would take days. A story's
rows are made into text once; of each copy only the ends of its ids and what is its own are put in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.domain.finding import REFERENCE, keys_of
from app.domain.names import folded
from app.services.children import new_reference
from app.services.demo_years.lived import Rows
from app.services.demo_years.stories import FAMILY_NAMES, NAMES
from app.store.audit import GENESIS, content_of, link_content
from app.store.bulk import Cell, cell_makers, load
from app.store.children import Child
from app.store.db import Base, table_of
from app.store.finding import ChildKey

NOT_COPIED = frozenset({"child_keys"})
"""The keys by which a child is found are made anew from the copy's name."""
_OWN = re.compile(r"0{24}[0-9a-f]{8}")
"""The ids of a story were counted (app.domain.ids)."""
_END = "~" * 16
"""Stands in a pattern where the second half of an id is to be the copy's own."""
_BETWEEN, _NOTHING = "\x1f", "\x1e"
Made = list[Sequence[Cell]]
"""Rows of one table, each with its cells in the order of the table's columns."""


@dataclass(frozen=True)
class Sheet:
    """The rows of one table, column by column. Where a column holds ids, its cells are one text with _END in it."""

    table: Table
    columns: Mapping[str, list[Cell] | str]

    def rows(self, end: str, own: Mapping[str, list[Cell]]) -> Made:
        """The rows of a copy whose ids end so; `own` are columns that are its own altogether."""
        cells = (own.get(name) or _with_ids(found, end) for name, found in self.columns.items())
        return list(zip(*cells, strict=True))


@dataclass(frozen=True)
class Pattern:
    """What is copied: a sheet for each table, parents first, and what a copy needs to be itself.

    `audited` are the contents of the audit entries, which are hashed; `before` the place of the entry before in the
    same stream, or none; `tips` the place of the last entry of each instance.
    """

    sheets: tuple[Sheet, ...]
    child: Mapping[str, Any]
    audited: str
    before: tuple[int | None, ...]
    tips: tuple[int, ...]

    @classmethod
    def of(cls, session: Session, rows: Rows) -> Pattern:
        """The pattern that a story's rows are, for the database of the session."""
        (child,) = rows["children"]
        audit = sorted(rows["audit"], key=lambda row: (row["stream"], row["seq"]))
        mark = _marking(audit)
        _tell(rows)
        rows["audit"] = audit
        last = {row["stream"]: place for place, row in enumerate(audit)}
        return cls(
            tuple(
                _sheet(session, table, rows[table.name], mark)
                for table in Base.metadata.sorted_tables
                if table.name in rows and table.name not in NOT_COPIED
            ),
            {**child, "id": mark(child["id"])},
            _BETWEEN.join(mark(content_of(row)) for row in audit),
            tuple(place - 1 if row["seq"] > 1 else None for place, row in enumerate(audit)),
            tuple(last[instance["id"]] for instance in rows["process_instances"]),
        )


def made(session: Session, pattern: Pattern, chance: Random) -> dict[str, Made]:
    """The rows of one child more, by table, not yet written."""
    end = f"{chance.getrandbits(64):016x}"
    hashes = _linked(pattern, end)
    child = _named(session, pattern, end, chance)
    own = {
        "audit": {"hash": list(hashes)},
        "process_instances": {"audit_hash": [hashes[place] for place in pattern.tips]},
        "children": _column_by_column(session, table_of(Child), [child]),
    }
    found = {sheet.table.name: sheet.rows(end, own.get(sheet.table.name, {})) for sheet in pattern.sheets}
    keys = _column_by_column(session, table_of(ChildKey), _keys(child))
    return {**found, ChildKey.__tablename__: list(zip(*keys.values(), strict=True))}


def write(session: Session, copies: list[dict[str, Made]]) -> dict[str, int]:
    """Insert the rows of several children at once, parents first; how many, by table."""
    numbers: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        rows = [row for one in copies for row in one.get(table.name, ())]
        if rows:
            load(session, table, rows)
            numbers[table.name] = len(rows)
    return numbers


def _marking(audit: list[dict[str, Any]]) -> Callable[[str], str]:
    """Puts in place of a story's id one of the moment at which that was made, of which the end is still open."""
    moments = sorted((int(row["id"], 16), int(row["at"].timestamp() * 1e9)) for row in audit)
    counts = [count for count, _ in moments]

    def fresh(found: re.Match[str]) -> str:
        count = int(found[0], 16)
        at = moments[min(bisect_left(counts, count), len(counts) - 1)][1]
        return f"{at + count:016x}{_END}"

    return lambda words: _OWN.sub(fresh, words)


def _sheet(session: Session, table: Table, rows: list[dict[str, Any]], mark: Callable[[str], str]) -> Sheet:
    columns: dict[str, list[Cell] | str] = {}
    for name, cells in _column_by_column(session, table, rows).items():
        marked = [mark(cell) if isinstance(cell, str) else cell for cell in cells]
        has_ids = any(isinstance(cell, str) and _END in cell for cell in marked)
        columns[name] = (
            _BETWEEN.join(_NOTHING if one is None else one for one in marked) if has_ids else marked
        )
    return Sheet(table, columns)


def _column_by_column(session: Session, table: Table, rows: list[dict[str, Any]]) -> dict[str, list[Cell]]:
    makers = cell_makers(session, table)
    return {name: [make(row[name]) for row in rows] for name, make in makers.items()}


def _with_ids(cells: list[Cell] | str, end: str) -> list[Cell]:
    if not isinstance(cells, str):
        return cells
    found: list[Cell] = cells.replace(_END, end).split(_BETWEEN)
    return [None if cell == _NOTHING else cell for cell in found] if _NOTHING in cells else found


def _named(session: Session, pattern: Pattern, end: str, chance: Random) -> dict[str, Any]:
    """A name that nobody bears, a reference, a birthday within a month of the story's."""
    given = f"{chance.choice(NAMES)} {chr(chance.randint(65, 90))}{chance.choice('aeiou')}"
    family = chance.choice(FAMILY_NAMES)
    return {
        **pattern.child,
        "id": pattern.child["id"].replace(_END, end),
        "given_name": given,
        "family_name": family,
        "search_name": folded(f"{given} {family}"),
        "reference": new_reference(session, pattern.child["authority_id"]),
        "date_of_birth": pattern.child["date_of_birth"] + timedelta(days=chance.randint(-15, 15)),
    }


def _keys(child: dict[str, Any]) -> list[dict[str, Any]]:
    """What the child is found by."""
    numbers = {REFERENCE: child["reference"]}
    keys = keys_of(child["given_name"], child["family_name"], child["date_of_birth"], numbers)
    return [
        {"authority_id": child["authority_id"], "child_id": child["id"], "key": key} for key in sorted(keys)
    ]


def _tell(rows: Rows) -> None:
    """What was to be told, was: nothing of a copy is ever sent."""
    for row in (*rows.get("notifications", ()), *rows.get("letters", ())):
        if row["state"] in ("queued", "held"):
            row |= {"state": "delivered", "sent_at": row["created_at"], "delivered_at": row["created_at"]}


def _linked(pattern: Pattern, end: str) -> list[str]:
    """The hash of every audit entry, each behind the one before it in its stream."""
    hashes: list[str] = []
    contents = pattern.audited.replace(_END, end).split(_BETWEEN)
    for content, before in zip(contents, pattern.before, strict=True):
        hashes.append(link_content(GENESIS if before is None else hashes[before], content))
    return hashes
