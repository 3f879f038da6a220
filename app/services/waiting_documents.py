"""Documents that wait because the virus scan could not look at them: looked at again until it can."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.uploads import KINDS
from app.services.documents import INFECTED
from app.services.scanning import scan
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.documents import ChildDocument, DocumentContent


def scan_waiting(scan_command: str | None, limit: int = 20) -> int:
    """Look again at files that the scan could not look at; how many were released or withdrawn."""
    settled = 0
    if not scan_command:  # the setting was taken out: nobody has said that these are clean
        return 0
    with reading() as session:
        waiting = session.execute(
            select(ChildDocument.authority_id, ChildDocument.id)
            .where(ChildDocument.state == "waiting")
            .order_by(ChildDocument.id)
            .limit(limit)
        ).all()
    for authority_id, document_id in waiting:
        with reading() as session:
            content = session.scalar(
                select(DocumentContent.content).where(
                    DocumentContent.authority_id == authority_id, DocumentContent.document_id == document_id
                )
            )
        verdict = scan(content or b"", scan_command)
        if verdict == "unavailable":
            continue
        with transaction() as session:
            _settle(session, authority_id, document_id, is_clean=verdict == "clean")
        settled += 1
    return settled


def _settle(session: Session, authority_id: str, document_id: str, *, is_clean: bool) -> None:
    """Release the file; or withdraw it, say so in the chronology, and let its bytes go, as the sentence promises."""
    values: dict[str, Any] = {"state": "kept", "scanned_at": now()}
    if not is_clean:
        values = {"state": "withdrawn", "withdrawn_at": now(), "withdrawn_reason": INFECTED}
    settled = session.execute(
        update(ChildDocument)
        .where(
            ChildDocument.authority_id == authority_id,
            ChildDocument.id == document_id,
            ChildDocument.state == "waiting",
        )
        .values(**values)
        .returning(ChildDocument.child_id, ChildDocument.task_id, ChildDocument.extension)
        .execution_options(synchronize_session=False)
    ).first()
    if settled is None or is_clean:
        return
    session.execute(
        delete(DocumentContent)
        .where(DocumentContent.authority_id == authority_id, DocumentContent.document_id == document_id)
        .execution_options(synchronize_session=False)
    )
    told = {"detail": KINDS[settled.extension][0], "reason": INFECTED, "document": document_id}
    entry = Entry(kind="document_withdrawn", child_id=settled.child_id, task_id=settled.task_id, facts=told)
    audit.note(session, entry, authority_id=authority_id, stream=f"child:{settled.child_id}")
