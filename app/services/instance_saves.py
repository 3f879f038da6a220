"""An instance's row and the end of its audit stream, written together: the last thing that every step writes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CursorResult, Row, Update, bindparam, update
from sqlalchemy.orm import Session

from app.domain.errors import StaleTask
from app.store import audit
from app.store.audit import Entry, Tip
from app.store.db import execute, table_of
from app.store.instances import ProcessInstance

_INSTANCES = table_of(ProcessInstance)


def save(session: Session, instance: Row[Any], entries: Sequence[Entry], **values: Any) -> CursorResult[Any]:
    """Write the entries, and the next version of a locked instance's row with these values.

    Whoever calls gives the result to `refuse_stale`, once it is known: not within `together`.
    """
    version = instance.version + 1
    tip = audit.append(
        session,
        entries,
        authority_id=instance.authority_id,
        stream=instance.id,
        tip=Tip(instance.audit_seq, instance.audit_hash),
        instance_id=instance.id,
        instance_version=version,
    )
    fresh = {"version": version, "audit_seq": tip.seq, "audit_hash": tip.hash, **values}
    keys = {
        "of_authority": instance.authority_id,
        "of_instance": instance.id,
        "of_version": instance.version,
    }
    new = {f"new_{name}": value for name, value in fresh.items()}
    return execute(session, _updating(tuple(fresh)), {**keys, **new})


def refuse_stale(saved: CursorResult[Any]) -> None:
    """Raises StaleTask when the row was no longer as it had been read."""
    if saved.rowcount != 1:
        raise StaleTask("Somebody else changed this pathway first. Nothing of yours was changed.")


@lru_cache
def _updating(names: tuple[str, ...]) -> Update:
    """The statement that sets these columns of an instance whose version is still the one that was read."""
    return (
        update(_INSTANCES)
        .where(
            _INSTANCES.c.authority_id == bindparam("of_authority"),
            _INSTANCES.c.id == bindparam("of_instance"),
            _INSTANCES.c.version == bindparam("of_version"),
        )
        .values({name: bindparam(f"new_{name}") for name in names})
    )
