"""Whether the audit is as it was written: every chain without a gap, as far as each was anchored, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, String, Text, cast, select, type_coerce
from sqlalchemy.orm import Session

from app.store import seals
from app.store.audit import AuditEntry, Tip, link
from app.store.db import is_postgresql, table_of
from app.store.instances import ProcessInstance

_AUDIT = table_of(AuditEntry)


@dataclass(frozen=True)
class Anchor:
    """How far a stream had come: entry `seq` had `hash`, as `who` has seen it."""

    seq: int
    hash: str
    who: str


Anchors = dict[str, list[Anchor]]
"""What is known of each stream from elsewhere."""


def broken_links(session: Session, authority_id: str, anchors: Anchors | None = None) -> list[str]:
    """Sentences that name the first bad row of each broken chain; none when the audit of an authority verifies.

    `anchors` are heads that were seen before: what was cut off behind one, and a stream that is gone, is found by it.
    How far a pathway's stream goes is told by the pathway's own row as well. That is read first: somebody may be
    writing meanwhile.
    """
    known = {stream: list(seen) for stream, seen in (anchors or {}).items()}
    pathways = _tips_of_pathways(session, authority_id)
    for stream, tip in pathways.items():
        if tip.seq:
            known.setdefault(stream, []).append(Anchor(tip.seq, tip.hash, "its pathway"))
    sealed = seals.of_authority(session, authority_id)
    problems: dict[str, str] = {}
    ends: dict[str, Tip] = {}
    for row in _entries(session, authority_id):
        stream = row["stream"]
        if stream in problems:
            continue
        seal = sealed.get((stream, row["seq"]))
        sentence = _wrong(row, ends.get(stream, Tip()), seal[1] if seal else None) or _not_as_seen(
            row, known.get(stream, [])
        )
        if sentence:
            problems[stream] = sentence
        ends[stream] = Tip(row["seq"], row["hash"])
    for stream, seen in known.items():
        furthest = max(seen, key=lambda anchor: anchor.seq)
        if stream not in problems and ends.get(stream, Tip()).seq < furthest.seq:
            problems[stream] = _cut_off(stream, furthest, ends.get(stream))
    _find_forged(session, authority_id, pathways, ends, problems)
    named = [f"{authority_id}: {problems[stream]}" for stream in sorted(problems)]
    return named + seals.check(session, authority_id)


def _tips_of_pathways(session: Session, authority_id: str) -> dict[str, Tip]:
    rows = session.execute(
        select(ProcessInstance.id, ProcessInstance.audit_seq, ProcessInstance.audit_hash).where(
            ProcessInstance.authority_id == authority_id
        )
    )
    return {row.id: Tip(row.audit_seq, row.audit_hash) for row in rows}


def _find_forged(
    session: Session,
    authority_id: str,
    pathways: Mapping[str, Tip],
    ends: Mapping[str, Tip],
    problems: dict[str, str],
) -> None:
    """Entries at the end of a pathway's stream that the pathway has not written."""
    longer = [stream for stream, tip in pathways.items() if ends.get(stream, Tip()).seq > tip.seq]
    if not longer:
        return
    now_there = _tips_of_pathways(session, authority_id)
    for stream in longer:
        written = now_there.get(stream, Tip()).seq
        if stream not in problems and ends[stream].seq > written:
            problems[stream] = (
                f"entry {written + 1} of {stream} was not written by its pathway, which ends at entry {written}"
            )


def _entries(session: Session, authority_id: str) -> Iterator[dict[str, Any]]:
    """The rows as the database has them: what can no longer be read must not stop the search for it."""
    columns = {column.name: column for column in _AUDIT.columns}
    raw: dict[str, Any] = {
        **columns,
        "facts": cast(_AUDIT.c.facts, Text).label("facts"),
        "at": _AUDIT.c.at if is_postgresql(session) else type_coerce(_AUDIT.c.at, String).label("at"),
    }
    query: Select[Any] = (
        select(*raw.values())
        .where(_AUDIT.c.authority_id == authority_id)
        .order_by(_AUDIT.c.stream, _AUDIT.c.seq)
    )
    for found in session.execute(query).mappings():
        yield dict(found)


def _wrong(row: dict[str, Any], tip: Tip, seal: str | None) -> str | None:
    is_whole = False
    if row["seq"] == tip.seq + 1:
        try:
            read = _read(row)
            is_whole = row["hash"] == link(tip.hash, read) or seal == seals.seal_of(tip.hash, read)
        except (TypeError, ValueError):  # a byte that makes it no moment, or no JSON
            is_whole = False
    return None if is_whole else f"{_named(row)} is not as it was written"


def _named(row: Mapping[str, Any]) -> str:
    return f"entry {row['seq']} of {row['stream']} ({row['kind']})"


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """The row's values. Raises ValueError where its text is not exactly what would have been written for them."""
    facts = json.loads(row["facts"])
    at = row["at"]
    if json.dumps(facts) != row["facts"]:
        raise ValueError("not the text that was written")
    if not isinstance(at, datetime):
        at = datetime.fromisoformat(at).replace(tzinfo=UTC)
        if at.strftime("%Y-%m-%d %H:%M:%S.%f") != row["at"]:
            raise ValueError("not the moment that was written")
    return {**row, "facts": facts, "at": at}


def _not_as_seen(row: Mapping[str, Any], seen: list[Anchor]) -> str | None:
    for anchor in seen:
        if anchor.seq == row["seq"] and anchor.hash != row["hash"]:
            return f"{_named(row)} is not the one that {anchor.who} has seen"
    return None


def _cut_off(stream: str, anchor: Anchor, end: Tip | None) -> str:
    stops = f"it stops at entry {end.seq} now" if end else "there is no such stream now"
    return f"the end of {stream} is gone: {anchor.who} has seen entry {anchor.seq}, and {stops}"
