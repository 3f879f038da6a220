"""Documents of a child: added, found, opened, withdrawn. Every look at one is in the audit; nothing is deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import puremagic
from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, acts_for, may, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.uploads import KINDS, kind_of
from app.services import submissions, task_lookup
from app.services.children import get
from app.services.scanning import scan
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.documents import ChildDocument, DocumentContent
from app.store.people import names_of
from app.store.ties import child_thing

LONGEST_TITLE = 200
INFECTED = "The virus scan refused this file. It was not kept. Ask your IT service desk"


@dataclass(frozen=True)
class DocumentRow:
    """A document as lists show it. `may_withdraw` is for its author and for managers who work with the child."""

    id: str
    title: str
    kind: str
    size: int
    state: str
    for_case_system: bool
    added_at: datetime
    added_by: str
    task_id: str | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    may_withdraw: bool


@dataclass(frozen=True)
class Given:
    """A file that somebody hands in, and what it is called here."""

    content: bytes
    title: str
    for_case_system: bool = False


@dataclass(frozen=True)
class Opened:
    """The bytes of a document, and how it is named when it is saved: never after the child."""

    content: bytes
    name: str
    media_type: str


def of_child(viewer: Viewer, child_id: str) -> tuple[DocumentRow, ...]:
    """The documents of a child, newest first. Raises NotFound."""
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        require(viewer, "see_documents", child_thing(session, viewer.authority_id, child_id))
        return _rows(session, viewer, child_id, ChildDocument.child_id == child_id)


def of_task(viewer: Viewer, task_id: str) -> tuple[DocumentRow, ...]:
    """The documents that were added on a task. Raises NotFound."""
    with reading() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", task_lookup.thing(session, task))
        return _rows(session, viewer, task.child_id, ChildDocument.task_id == task_id)


def add(
    viewer: Viewer,
    child_id: str,
    given: Given,
    *,
    scan_command: str | None,
    task_id: str | None = None,
    submission: str | None = None,
) -> str:
    """Keep a document of a child, or of a task of the child; its id.

    A file that the virus scan cannot look at now waits and cannot be opened until it has. Raises NotFound,
    NotAllowed, BadInput for a kind of file that is not taken, an infected file, or a missing title.
    """
    with reading() as session:  # a stranger keeps no scanner busy, and is not told what is wrong with a file
        _require_adding(session, viewer, child_id, task_id)
    extension, title = _checked(given)
    verdict = scan(given.content, scan_command)
    if verdict == "infected":
        raise BadInput("The file was refused.", {"file": [INFECTED]})
    with transaction() as session:
        _require_adding(session, viewer, child_id, task_id)
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier:
            return earlier
        document_id = new_id()
        session.execute(
            insert(ChildDocument).values(
                authority_id=viewer.authority_id,
                id=document_id,
                child_id=child_id,
                task_id=task_id,
                title=title,
                extension=extension,
                size=len(given.content),
                sha256=hashlib.sha256(given.content).hexdigest(),
                state="kept" if verdict == "clean" else "waiting",
                scanned_at=now() if scan_command and verdict == "clean" else None,
                for_case_system=given.for_case_system,
                added_at=now(),
                added_by=viewer.person_id,
            )
        )
        session.execute(
            insert(DocumentContent).values(
                authority_id=viewer.authority_id, document_id=document_id, content=given.content
            )
        )
        _note(
            session, viewer, child_id, "document_added", {"detail": KINDS[extension][0]}, document_id, task_id
        )
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, document_id)
    return document_id


def open_one(viewer: Viewer, document_id: str) -> Opened:
    """The bytes of a document, for somebody who may see it; the audit notes who looked. Raises NotFound, NotAllowed."""
    with transaction() as session:
        row = _row(session, viewer, document_id)
        if row.state == "waiting":
            raise NotAllowed("This file waits for the virus scan and cannot be opened yet.")
        if row.state == "withdrawn":
            raise NotAllowed("This document was withdrawn.")
        content = session.scalar(
            select(DocumentContent.content).where(
                DocumentContent.authority_id == viewer.authority_id,
                DocumentContent.document_id == document_id,
            )
        )
        if content is None or hashlib.sha256(content).hexdigest() != row.sha256:
            raise NotFound("The file is not as it was when it was added. Tell your administrator.")
        _note(session, viewer, row.child_id, "document_opened", {}, document_id, row.task_id)
    return Opened(content, f"document-{document_id[-8:]}.{row.extension}", KINDS[row.extension][1])


def withdrawable(viewer: Viewer, document_id: str) -> DocumentRow:
    """The document that is to be withdrawn. Raises NotFound when it is not the viewer's to withdraw."""
    with reading() as session:
        row = _row(session, viewer, document_id)
        (found,) = _rows(session, viewer, row.child_id, ChildDocument.id == document_id)
    if not found.may_withdraw:
        raise NotFound()
    return found


def withdraw(viewer: Viewer, document_id: str, reason: str) -> str:
    """Take a document out of use; it stays in the record, with the reason. The child's id.

    Raises NotFound, BadInput without a reason.
    """
    withdrawable(viewer, document_id)
    if not reason.strip():
        raise BadInput("Say why.", {"reason": ["Enter why the document is withdrawn"]})
    with transaction() as session:
        row = _row(session, viewer, document_id)
        changed = session.execute(
            update(ChildDocument)
            .where(
                ChildDocument.authority_id == viewer.authority_id,
                ChildDocument.id == document_id,
                ChildDocument.state != "withdrawn",
            )
            .values(
                state="withdrawn",
                withdrawn_at=now(),
                withdrawn_by=viewer.person_id,
                withdrawn_reason=reason.strip()[:2000],
            )
            .returning(ChildDocument.id)
            .execution_options(synchronize_session=False)
        ).all()
        if not changed:  # somebody withdrew it in the same moment: their reason stays
            return str(row.child_id)
        told = {"detail": KINDS[row.extension][0], "reason": reason.strip()}
        _note(session, viewer, row.child_id, "document_withdrawn", told, document_id, row.task_id)
        return str(row.child_id)


def _checked(given: Given) -> tuple[str, str]:
    """The kind and the title. Raises BadInput for both together."""
    errors: dict[str, list[str]] = {}
    extension = ""
    try:
        extension = kind_of(given.content, _sniffed(given.content))
    except BadInput as error:
        errors |= error.errors
    title = " ".join(given.title.split())
    if not title:
        errors["title"] = ["Enter what the document is"]
    elif len(title) > LONGEST_TITLE:
        errors["title"] = [f"What the document is must be {LONGEST_TITLE} characters or fewer"]
    if errors:
        raise BadInput("The document cannot be added like this.", errors)
    return extension, title


def _sniffed(content: bytes) -> str | None:
    """The extension that the signature of the bytes speaks for, without its dot."""
    try:
        return str(puremagic.from_string(content[:65536])).removeprefix(".") or None
    except (puremagic.PureError, ValueError):
        return None


def _require_adding(session: Session, viewer: Viewer, child_id: str, task_id: str | None) -> None:
    if task_id is not None:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        require(viewer, "attach", task_lookup.thing(session, task), seen_by="see_task")
        if task.child_id != child_id:
            raise NotFound()
        return
    get(session, viewer.authority_id, child_id)
    require(viewer, "add_document", child_thing(session, viewer.authority_id, child_id), seen_by="see_child")


def _row(session: Session, viewer: Viewer, document_id: str) -> Row[Any]:
    row = session.execute(
        select(*ChildDocument.__table__.columns).where(
            ChildDocument.authority_id == viewer.authority_id, ChildDocument.id == document_id
        )
    ).first()
    if row is None:
        raise NotFound()
    if may(viewer, "see_documents", child_thing(session, viewer.authority_id, row.child_id)):
        return row
    if row.task_id is not None:  # whoever was asked for a contribution sees what belongs to that task
        task = task_lookup.row(session, viewer.authority_id, row.task_id)
        require(viewer, "see_task", task_lookup.thing(session, task))
        return row
    raise NotFound()


def _rows(session: Session, viewer: Viewer, child_id: str, *chosen: Any) -> tuple[DocumentRow, ...]:
    found = session.scalars(
        select(ChildDocument)
        .where(ChildDocument.authority_id == viewer.authority_id, *chosen)
        .order_by(ChildDocument.added_at.desc(), ChildDocument.id.desc())
    ).all()
    names = names_of(session, viewer.authority_id, _people(found))
    works = (
        may(viewer, "add_document", child_thing(session, viewer.authority_id, child_id)) if found else False
    )
    return tuple(
        DocumentRow(
            id=one.id,
            title=one.title,
            kind=KINDS[one.extension][0],
            size=one.size,
            state=one.state,
            for_case_system=one.for_case_system,
            added_at=one.added_at,
            added_by=names.get(one.added_by, "somebody"),
            task_id=one.task_id,
            withdrawn_by=names.get(one.withdrawn_by or ""),
            withdrawn_reason=one.withdrawn_reason,
            may_withdraw=one.state != "withdrawn"
            and (one.added_by == viewer.person_id or (works and viewer.is_manager)),
        )
        for one in found
    )


def _people(found: Iterable[ChildDocument]) -> list[str]:
    return [person for one in found for person in (one.added_by, one.withdrawn_by) if person]


def _note(
    session: Session,
    viewer: Viewer,
    child_id: str,
    kind: str,
    told: dict[str, Any],
    document_id: str,
    task_id: str | None,
) -> None:
    for_id = None
    if task_id is not None:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        for_id = acts_for(viewer, task_lookup.thing(session, task))
    entry = Entry(
        kind=kind,
        child_id=child_id,
        person_id=viewer.person_id,
        for_id=for_id,
        task_id=task_id,
        facts={**told, "document": document_id},
    )
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")
