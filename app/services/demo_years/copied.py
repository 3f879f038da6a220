"""What a story left behind, written into the database for any number of children: every copy has ids of its own.

A copy is what the engine made, moment for moment; only ids, the child's name, reference and date of birth differ, and
the hash chains of its audit are linked anew. This is the fast load: minutes where living would take days.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.finding import REFERENCE, keys_of
from app.domain.names import folded
from app.services.children import new_reference
from app.services.demo_years.lived import Rows
from app.services.demo_years.stories import FAMILY_NAMES, NAMES
from app.store.audit import Tip, link
from app.store.db import Base

NOT_COPIED = frozenset({"child_keys"})
"""The keys by which a child is found are made anew from the copy's name."""
_ID = re.compile(r"[0-9a-f]{32}")
_OWN = "0" * 24
"""How the ids of a story begin: they were counted (app.domain.ids)."""
Swap = Callable[[str], str]


@dataclass(frozen=True)
class Pattern:
    """What is copied: rows by table, parents first, and the moments at which the story's ids were made."""

    rows: Rows
    child_id: str
    moments: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, rows: Rows) -> Pattern:
        """The pattern that a story's rows are."""
        kept = {
            table.name: rows[table.name]
            for table in Base.metadata.sorted_tables
            if table.name in rows and table.name not in NOT_COPIED
        }
        kept["audit"] = sorted(kept["audit"], key=lambda row: (row["stream"], row["seq"]))
        moments = sorted((int(row["id"], 16), int(row["at"].timestamp() * 1e9)) for row in kept["audit"])
        return cls(kept, rows["children"][0]["id"], tuple(moments))


def made(session: Session, pattern: Pattern, chance: Random) -> Rows:
    """The rows of one child more, not yet written."""
    swap = _fresh_ids(pattern, chance)
    rows: Rows = {
        name: [{column: _swapped(value, swap) for column, value in row.items()} for row in found]
        for name, found in pattern.rows.items()
    }
    _name(session, rows, chance)
    _tell(rows)
    _link(rows)
    return rows


def write(session: Session, copies: list[Rows]) -> dict[str, int]:
    """Insert the rows of several children at once, parents first; how many, by table."""
    numbers: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        rows = [row for one in copies for row in one.get(table.name, ())]
        if rows:
            session.execute(insert(table), rows)
            numbers[table.name] = len(rows)
    return numbers


def _fresh_ids(pattern: Pattern, chance: Random) -> Swap:
    """New ids in the order of the old, each of the moment at which the old was made."""
    own: dict[str, str] = {}
    end = f"{chance.getrandbits(64):016x}"
    counts = [count for count, _ in pattern.moments]

    def swap(found: str) -> str:
        if not found.startswith(_OWN):
            return found
        if found not in own:
            count = int(found, 16)
            at = pattern.moments[min(bisect_left(counts, count), len(counts) - 1)][1]
            own[found] = f"{at + count:016x}{end}"
        return own[found]

    return swap


def _swapped(value: Any, swap: Swap) -> Any:
    if isinstance(value, str):
        if len(value) == 32:
            return swap(value)
        return _ID.sub(lambda found: swap(found.group()), value) if _OWN in value else value
    if isinstance(value, (dict, list)):
        text = json.dumps(value)
        return json.loads(_ID.sub(lambda found: swap(found.group()), text)) if _OWN in text else value
    return value


def _name(session: Session, rows: Rows, chance: Random) -> None:
    """A name that nobody bears, a reference, a birthday within a month of the story's; found by them."""
    (child,) = rows["children"]
    given = f"{chance.choice(NAMES)} {chr(chance.randint(65, 90))}{chance.choice('aeiou')}"
    child["given_name"], child["family_name"] = given, chance.choice(FAMILY_NAMES)
    child["search_name"] = folded(f"{given} {child['family_name']}")
    child["reference"] = new_reference(session, child["authority_id"])
    child["date_of_birth"] += timedelta(days=chance.randint(-15, 15))
    keys = keys_of(given, child["family_name"], child["date_of_birth"], {REFERENCE: child["reference"]})
    rows["child_keys"] = [
        {"authority_id": child["authority_id"], "child_id": child["id"], "key": key} for key in sorted(keys)
    ]


def _tell(rows: Rows) -> None:
    """What was to be told, was: nothing of a copy is ever sent."""
    for row in (*rows.get("notifications", ()), *rows.get("letters", ())):
        if row["state"] in ("queued", "held"):
            row |= {"state": "delivered", "sent_at": row["created_at"], "delivered_at": row["created_at"]}


def _link(rows: Rows) -> None:
    tips: dict[str, Tip] = {}
    for row in rows["audit"]:
        tip = tips.get(row["stream"], Tip())
        row["hash"] = link(tip.hash, row)
        tips[row["stream"]] = Tip(row["seq"], row["hash"])
    for instance in rows["process_instances"]:
        instance["audit_hash"] = tips[instance["id"]].hash
