"""Checkpoints of the audit: how far every stream had come at a moment, so that none can be cut off or taken away.

A chain alone does not tell that its last entries are missing, or all of it. A checkpoint holds the head of each
stream that has grown since the one before, and a hash over them and over the checkpoint before. Its line leaves the
database (see `app.services.anchors`): whoever owns the database can write it anew, and not what lies elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.audit import GENESIS, AuditEntry
from app.store.chains import Anchor, Anchors
from app.store.db import Base

LINE = re.compile(r"throughcare-audit-1 (?P<number>\d+) \S+ \d+ (?P<hash>[0-9a-f]{64}) [0-9a-f]{64}")
Head = tuple[str, str, int, str]
"""Authority, stream, number and hash of its last entry."""


class AuditHead(Base):
    """How far one stream had come when the checkpoint was made."""

    __tablename__ = "audit_heads"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]
    checkpoint: Mapped[int] = mapped_column(index=True)


class AuditCheckpoint(Base):
    """One checkpoint of all authorities; `hash` covers everything before it, `signature` is made with our secret."""

    __tablename__ = "audit_checkpoints"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    streams: Mapped[int]  # that have grown
    hash: Mapped[str]
    signature: Mapped[str]


APPEND_ONLY = ("audit_heads", "audit_checkpoints")


def append_only_sqlite(table: str) -> tuple[str, ...]:
    """Triggers that refuse to change or remove rows of a table."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, 'the audit is append-only'); END"
        for verb in ("update", "delete")
    )


def append_only_postgresql(table: str) -> tuple[str, ...]:
    """The same; the function is the audit's own."""
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    )


@dataclass(frozen=True)
class Sealed:
    """A checkpoint as it leaves the database."""

    number: int
    at: datetime
    streams: int
    hash: str
    signature: str

    @property
    def line(self) -> str:
        """One line of text, for a file, a letter or a log."""
        return f"throughcare-audit-1 {self.number} {self.at.isoformat()} {self.streams} {self.hash} {self.signature}"


def last(session: Session) -> Sealed | None:
    """The newest checkpoint; None before the first."""
    found = session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.number.desc()).limit(1)).first()
    return _sealed(found) if found else None


def since(session: Session, number: int) -> list[Sealed]:
    """The checkpoints after `number`, oldest first."""
    found = session.scalars(
        select(AuditCheckpoint).where(AuditCheckpoint.number > number).order_by(AuditCheckpoint.number)
    )
    return [_sealed(row) for row in found]


def write(session: Session, at: datetime, key: bytes) -> Sealed:
    """Write a checkpoint of everything that the transaction sees."""
    before = last(session)
    number = (before.number if before else 0) + 1
    heads = _grown(session)
    hash_ = seal(before.hash if before else GENESIS, number, at, heads)
    made = Sealed(number, at, len(heads), hash_, sign(key, hash_))
    if heads:
        names = ("authority_id", "stream", "seq", "hash")
        rows = [{**dict(zip(names, head, strict=True)), "checkpoint": number} for head in heads]
        session.execute(insert(AuditHead), rows)
    session.add(AuditCheckpoint(**vars(made)))
    session.flush()
    return made


def seal(previous: str, number: int, at: datetime, heads: Iterable[Head]) -> str:
    """The hash of a checkpoint over the one before it and its heads."""
    digest = hashlib.sha256(f"{previous}\n{number}\n{at.isoformat()}\n".encode())
    for head in sorted(heads):
        digest.update("\t".join(map(str, head)).encode() + b"\n")
    return digest.hexdigest()


def sign(key: bytes, hash_: str) -> str:
    """What only who has the key can write beside a hash."""
    return hmac.new(key, hash_.encode(), hashlib.sha256).hexdigest()


def _grown(session: Session) -> list[Head]:
    """The heads of the streams that have grown since they were seen last."""
    tips = (
        select(AuditEntry.authority_id, AuditEntry.stream, func.max(AuditEntry.seq).label("seq"))
        .group_by(AuditEntry.authority_id, AuditEntry.stream)
        .subquery()
    )
    seen = (
        select(AuditHead.authority_id, AuditHead.stream, func.max(AuditHead.seq).label("seq"))
        .group_by(AuditHead.authority_id, AuditHead.stream)
        .subquery()
    )
    rows = session.execute(
        select(AuditEntry.authority_id, AuditEntry.stream, AuditEntry.seq, AuditEntry.hash)
        .join(
            tips,
            (tips.c.authority_id == AuditEntry.authority_id)
            & (tips.c.stream == AuditEntry.stream)
            & (tips.c.seq == AuditEntry.seq),
        )
        .outerjoin(seen, (seen.c.authority_id == tips.c.authority_id) & (seen.c.stream == tips.c.stream))
        .where(seen.c.seq.is_(None) | (seen.c.seq < tips.c.seq))
    )
    return [(row.authority_id, row.stream, row.seq, row.hash) for row in rows]


def check(session: Session, key: bytes, elsewhere: Iterable[str] = ()) -> list[str]:
    """Sentences for what is wrong with the checkpoints themselves; `elsewhere` are lines that have left the database.

    Each must follow from its heads and the one before, and be signed with the key or stand in a line. A line whose
    checkpoint is not here says that entries were taken away, or that an older copy was put in place.
    """
    lines = {number: hash_ for number, hash_ in map(_read_line, elsewhere) if number}
    problems, previous, expected = [], GENESIS, 1
    for one in since(session, 0):
        heads = [
            (row.authority_id, row.stream, row.seq, row.hash)
            for row in session.execute(
                select(AuditHead.authority_id, AuditHead.stream, AuditHead.seq, AuditHead.hash).where(
                    AuditHead.checkpoint == one.number
                )
            )
        ]
        is_whole = (
            one.number == expected
            and one.streams == len(heads)
            and one.hash == seal(previous, one.number, one.at, heads)
        )
        if not is_whole:
            problems.append(f"Checkpoint {one.number} is not as it was written")
        elif one.number in lines and lines[one.number] != one.hash:
            problems.append(f"Checkpoint {one.number} is not the one that was noted outside of the database")
        elif one.number not in lines and not hmac.compare_digest(one.signature, sign(key, one.hash)):
            problems.append(
                f"Checkpoint {one.number} was not signed with this service’s secret and is noted nowhere else"
            )
        previous, expected = one.hash, one.number + 1
    gone = sorted(number for number in lines if number >= expected)
    if gone:
        problems.append(
            f"Checkpoint {gone[0]} was noted outside of the database and is not in it: "
            "it was taken away, or an older copy of the database was put in place"
        )
    return problems


def anchors(session: Session, authority_id: str) -> Anchors:
    """The last head that was seen of each stream of an authority."""
    found: Anchors = {}
    rows = session.execute(
        select(AuditHead.stream, AuditHead.seq, AuditHead.hash, AuditHead.checkpoint)
        .where(AuditHead.authority_id == authority_id)
        .order_by(AuditHead.seq)
    )
    for row in rows:
        found[row.stream] = [Anchor(row.seq, row.hash, f"checkpoint {row.checkpoint}")]
    return found


def authorities(session: Session) -> list[str]:
    """Every authority that has, or had, a stream."""
    audited = select(AuditEntry.authority_id).union(select(AuditHead.authority_id))
    return sorted(session.scalars(audited))


def _read_line(line: str) -> tuple[int, str]:
    """Number and hash, wherever in a line of a letter or a log they stand; 0 where there are none."""
    found = LINE.search(line)
    return (int(found["number"]), found["hash"]) if found else (0, "")


def _sealed(row: AuditCheckpoint) -> Sealed:
    return Sealed(row.number, row.at, row.streams, row.hash, row.signature)
