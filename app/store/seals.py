"""Taking what was said out of entries of the audit, so that the audit of an erased child stays verifiable.

Of an entry only `facts` goes: who did what kind of thing and when stays. Its hash stays too, so the chain holds; it no
longer follows from what is left. In its place a seal does: a hash over the entry before, what is left, and the entry's
own hash. All seals of one disposal are in its certificate, and the certificate's hash is an entry of the audit itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, Text, cast, func, insert, or_, select, text
from sqlalchemy.orm import Session

from app.store.audit import GENESIS, AuditEntry, content_of
from app.store.db import is_postgresql, table_of
from app.store.record_keeping import AuditErasure, DisposalCertificate

Seals = dict[tuple[str, int], tuple[str, str]]
"""Stream and number of an entry -> the certificate that it was erased under, and its seal."""
APPEND_ONLY = ("audit_erasures", "disposal_certificates")
_AUDIT = table_of(AuditEntry)
_OTHERS = tuple(column.name for column in _AUDIT.columns if column.name != "facts")
_IS_SEALED = (
    "EXISTS (SELECT 1 FROM audit_erasures e WHERE e.authority_id = OLD.authority_id AND e.stream = OLD.stream "
    "AND e.seq = OLD.seq AND {facts} = '{{\"erased\": \"' || e.certificate_id || '\"}}')"
)
SQLITE = (
    "DROP TRIGGER audit_no_update",
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN NOT ("
    + " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in _OTHERS)
    + " AND "
    + _IS_SEALED.format(facts="NEW.facts")
    + ") BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
)
"""An update is let through where it takes the facts out of a sealed entry and changes nothing else."""
POSTGRESQL = (
    "DROP TRIGGER audit_append_only ON audit",
    "CREATE TRIGGER audit_append_only BEFORE DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    "CREATE FUNCTION audit_only_loses_facts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
    + " AND ".join(f'NEW."{name}" IS NOT DISTINCT FROM OLD."{name}"' for name in _OTHERS)
    + " AND "
    + _IS_SEALED.format(facts="NEW.facts::text")
    + " THEN RETURN NEW; END IF; RAISE EXCEPTION 'the audit is append-only'; END $$",
    "CREATE TRIGGER audit_only_loses_facts BEFORE UPDATE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_only_loses_facts()",
    "CREATE FUNCTION audit_take_out(certificate text) RETURNS bigint LANGUAGE sql SECURITY DEFINER "
    "SET search_path = public, pg_temp AS $$ WITH done AS (UPDATE audit a SET facts = "
    "('{\"erased\": \"' || e.certificate_id || '\"}')::json FROM audit_erasures e "
    "WHERE e.certificate_id = certificate AND a.authority_id = e.authority_id AND a.stream = e.stream "
    "AND a.seq = e.seq RETURNING 1) SELECT count(*) FROM done $$",
)
"""The same; and a function of the owner's, since the role of the service cannot update the audit at all."""
_TAKE_OUT_SQLITE = text(
    "UPDATE audit SET facts = '{\"erased\": \"' || :certificate || '\"}' WHERE EXISTS (SELECT 1 FROM audit_erasures e "
    "WHERE e.certificate_id = :certificate AND e.authority_id = audit.authority_id AND e.stream = audit.stream "
    "AND e.seq = audit.seq)"
)


def seal_of(previous: str, row: Mapping[str, Any]) -> str:
    """The seal of an entry as it is after its facts went: over the hash before it, what is left and its own hash."""
    return hashlib.sha256(f"{previous}{content_of(dict(row))}{row['hash']}".encode()).hexdigest()


def digest(seals: Iterable[str]) -> str:
    """One hash over the seals of a disposal, in whatever order they come."""
    return hashlib.sha256("\n".join(sorted(seals)).encode()).hexdigest()


def hash_of(certificate: Mapping[str, Any]) -> str:
    """The hash of a certificate over everything else that it says."""
    said = {name: str(value) for name, value in certificate.items() if name not in {"hash", "rows"}}
    said["rows"] = json.dumps(certificate["rows"], sort_keys=True)
    for name in ("proposed_at", "decided_at"):
        said[name] = certificate[name].isoformat()
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def of_child(
    session: Session, authority_id: str, child_id: str, streams: Iterable[str], names: Iterable[str]
) -> list[dict[str, Any]]:
    """The entries about a child that still have facts: the child's own, those of the streams, those that say a name."""
    said = func.lower(cast(_AUDIT.c.facts, Text))
    about = [
        _AUDIT.c.child_id == child_id,
        _AUDIT.c.stream.in_([f"child:{child_id}", *streams]),
        *(said.contains(name.lower(), autoescape=True) for name in names),
        *(said.contains(json.dumps(name)[1:-1].lower(), autoescape=True) for name in names),
    ]
    sealed = select(AuditErasure.seq).where(
        AuditErasure.authority_id == _AUDIT.c.authority_id,
        AuditErasure.stream == _AUDIT.c.stream,
        AuditErasure.seq == _AUDIT.c.seq,
    )
    rows = session.execute(
        select(_AUDIT).where(_AUDIT.c.authority_id == authority_id, or_(*about), ~sealed.exists())
    )
    return [dict(row._mapping) for row in rows]


def prepare(session: Session, certificate_id: str, entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row of `audit_erasures` for each entry, with its seal; nothing is written."""
    return [
        {
            **{name: row[name] for name in ("authority_id", "stream", "seq")},
            "certificate_id": certificate_id,
            "seal": seal_of(_hash_before(session, row), {**row, "facts": {"erased": certificate_id}}),
        }
        for row in entries
    ]


def _hash_before(session: Session, row: Mapping[str, Any]) -> str:
    found = session.scalar(
        select(_AUDIT.c.hash).where(
            _AUDIT.c.authority_id == row["authority_id"],
            _AUDIT.c.stream == row["stream"],
            _AUDIT.c.seq == row["seq"] - 1,
        )
    )
    return found or GENESIS


def take_out(session: Session, certificate_id: str, sealed: list[dict[str, Any]]) -> None:
    """Write the seals, and take the facts out of their entries. The certificate is written already."""
    if sealed:
        session.execute(insert(AuditErasure), sealed)
    if is_postgresql(session):
        session.execute(text("SELECT audit_take_out(:certificate)"), {"certificate": certificate_id})
    else:
        session.execute(_TAKE_OUT_SQLITE, {"certificate": certificate_id})


def of_authority(session: Session, authority_id: str) -> Seals:
    """The seals of an authority's erased entries."""
    rows = session.execute(
        select(AuditErasure.stream, AuditErasure.seq, AuditErasure.certificate_id, AuditErasure.seal).where(
            AuditErasure.authority_id == authority_id
        )
    )
    return {(row.stream, row.seq): (row.certificate_id, row.seal) for row in rows}


def check(session: Session, authority_id: str) -> list[str]:
    """Sentences for certificates that are not as they were written, by themselves, their seals and the audit."""
    audited = {
        row.facts.get("certificate"): row.facts.get("sha256")
        for row in session.execute(
            select(AuditEntry.facts).where(
                AuditEntry.authority_id == authority_id, AuditEntry.kind == "record_erased"
            )
        )
    }
    seals: dict[str, list[str]] = {}
    for certificate_id, seal in of_authority(session, authority_id).values():
        seals.setdefault(certificate_id, []).append(seal)
    table: Table = table_of(DisposalCertificate)
    problems = []
    found = set()
    for row in session.execute(select(table).where(table.c.authority_id == authority_id)).mappings():
        own = seals.get(row["id"], [])
        is_whole = (
            row["hash"] == hash_of(dict(row)) == audited.get(row["id"])
            and row["entries"] == len(own)
            and row["seals"] == digest(own)
        )
        found.add(row["id"])
        if not is_whole:
            problems.append(f"{authority_id}: certificate {row['id']} is not as it was written")
    gone = (set(audited) | set(seals)) - found
    return problems + [f"{authority_id}: certificate {one} is gone" for one in sorted(filter(None, gone))]
