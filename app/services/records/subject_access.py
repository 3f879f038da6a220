"""Answering somebody who asks for what is on record about a child: the clock, the release, the file.

The answer is the case record as it stood when the request was opened. Each part is reviewed (`subject_review`); what is
removed is taken out before anything is made of the record, so that no file holds it. A document is given whole or not
at all, and each has to be decided on. What whoever answers may not see is left out, and the answer says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import and_
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, Conflict, NotFound
from app.domain.ids import new_id
from app.domain.subject_access import REASONS
from app.services import submissions
from app.services.records import bundling, redacting
from app.services.records.contents import CaseRecord, Plan
from app.services.records.contents import Paper as Document
from app.services.records.redacting import Removal
from app.services.records.subject_rows import (
    DOCUMENT,
    PASSAGE,
    WORDS,
    Request,
    decided,
    note,
    read,
    record_of,
    requests,
    require_record,
    still_open,
)
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.subject_access import SubjectRequest
from app.store.ties import sees_child

LONGEST, LONGEST_NAME = 500, 200


def open_requests(viewer: Viewer) -> tuple[Request, ...]:
    """The requests of children whom the viewer may see: what is not answered, the soonest due first, then the rest.

    Raises NotFound.
    """
    require(viewer, "see_retention", AuthorityThing(viewer.authority_id))
    with reading() as session:
        found = requests(session, viewer, sees_child(viewer, Child.authority_id, Child.id))
    return tuple(sorted(found, key=lambda one: (one.released_at is not None, one.clock.due_on, one.id)))


def waiting(session: Session, viewer: Viewer) -> tuple[Request, ...]:
    """Those that are not answered, of children whom the viewer may see, the soonest due first."""
    seen = sees_child(viewer, Child.authority_id, Child.id)
    found = requests(session, viewer, and_(SubjectRequest.released_at.is_(None), seen))
    return tuple(sorted(found, key=lambda one: (one.clock.due_on, one.id)))


def of_child(viewer: Viewer, child_id: str) -> tuple[Request, ...]:
    """The requests about one child, the newest first. Raises NotFound, NotAllowed."""
    with reading() as session:
        require_record(session, viewer, child_id)
        found = requests(session, viewer, SubjectRequest.child_id == child_id)
    return tuple(sorted(found, key=lambda one: (one.received_on, one.id), reverse=True))


def receive(
    viewer: Viewer, child_id: str, asked_by: str, received_on: date | None, *, submission: str | None = None
) -> str:
    """Open a request: its clock runs from the day it came. Its id. Raises NotFound, NotAllowed, BadInput."""
    errors: dict[str, list[str]] = {}
    if problem := reasons.problem(asked_by, most=LONGEST_NAME, missing="Enter who asks"):
        errors["asked_by"] = [problem]
    if received_on is None or received_on > today():
        errors["received_on"] = ["Enter the day on which it came; it must be today or in the past"]
    if errors:
        raise BadInput("The request cannot be opened like this.", errors)
    with transaction() as session:
        require_record(session, viewer, child_id)
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        row = SubjectRequest(
            authority_id=viewer.authority_id,
            id=new_id(),
            child_id=child_id,
            asked_by=asked_by.strip(),
            received_on=received_on,
            as_at=now(),
            opened_at=now(),
            opened_by=viewer.person_id,
        )
        session.add(row)
        session.flush()
        note(session, viewer, row, "subject_request_received", {})
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, row.id)
        return row.id


def extend(viewer: Viewer, request_id: str, reason: str) -> None:
    """Two further months, where requests are complex or many; whoever asks has to be told within the first month.

    Raises BadInput, Conflict when the first month is over or it has been extended, NotFound, NotAllowed.
    """
    with transaction() as session:
        row, request = still_open(session, viewer, request_id)
        if problem := reasons.problem(reason, most=LONGEST, missing="Enter why more time is needed"):
            raise BadInput(problem, {"reason": [problem]})
        if request.clock.is_extended:
            raise Conflict("The time has been extended already; it can be once.")
        if today() > request.clock.tell_by:
            raise Conflict("The first month is over: an extension has to be told within it.")
        row.extended_at, row.extended_by, row.extended_reason = now(), viewer.person_id, reason.strip()
        session.flush()
        note(session, viewer, row, "subject_request_extended", {"reason": reason.strip()})


def release(viewer: Viewer, request_id: str, to: str) -> None:
    """Give the answer out: to whom is noted as a disclosure. Nothing of it changes afterwards.

    Raises BadInput, Conflict while a document is undecided or something to be removed is not found any more.
    """
    with transaction() as session:
        row, request = still_open(session, viewer, request_id)
        if problem := reasons.problem(to, most=LONGEST_NAME, missing="Enter to whom it is given"):
            raise BadInput(problem, {"released_to": [problem]})
        made = record_of(session, viewer, row, request)
        codes = decided(session, row)
        undecided = [
            one for one in made.record.documents if one.file is not None and DOCUMENT + one.id not in codes
        ]
        if undecided:
            raise Conflict(f"Decide on every document first: “{undecided[0].title}” is not decided yet.")
        _removal(made, codes)
        row.released_at, row.released_by, row.released_to = now(), viewer.person_id, to.strip()
        session.flush()
        removed = Counter(code for code in codes.values() if code)
        facts = {"for_whom": to.strip(), "removed": dict(sorted(removed.items()))}
        note(session, viewer, row, "subject_access_released", facts)


def show(viewer: Viewer, request_id: str) -> Request:
    """One request. Raises NotFound, NotAllowed."""
    with reading() as session:
        return read(session, viewer, request_id)[1]


def bundle(viewer: Viewer, request_id: str) -> tuple[str, bytes]:
    """The answer as one file, and its name: what was removed is not in it. Raises NotFound before it is released."""
    with reading() as session:
        row, request = read(session, viewer, request_id)
        if request.released_at is None:
            raise NotFound()
        made = record_of(session, viewer, row, request)
        codes = decided(session, row)
        answer = _answer(made, codes)
        content = bundling.zipped(bundling.files(session, row.authority_id, answer), request.released_at)
    return f"what-is-on-record-{request.reference}.zip", content


def _answer(made: CaseRecord, codes: Mapping[str, str | None]) -> CaseRecord:
    """The record without what is removed: passages, words, documents, and the paper of a plan that they touch."""
    redacted = redacting.redact(made, _removal(made, codes))
    withheld = {
        one.removeprefix(DOCUMENT): code for one, code in codes.items() if code and one.startswith(DOCUMENT)
    }
    documents = tuple(
        _paper(one, withheld.get(one.id), number)
        if DOCUMENT + one.id in codes
        else replace(one, file=None, sha256="", why_not="not decided on when the answer was released")
        for number, one in enumerate(redacted.record.documents, start=1)
    )
    before = {(one.kind, one.number): one for one in made.record.plans}
    plans = tuple(one for one in redacted.record.plans if not _is_touched(one, before[one.kind, one.number]))
    touched = len(redacted.record.plans) - len(plans)
    said = [f"Removed: {REASONS[code][0].lower()} ({code}; {REASONS[code][1]})." for code in _codes(codes)]
    if touched:
        said.append(f"{touched} printed plans are left out, because they hold something that was removed.")
    return replace(
        redacted,
        taken=replace(redacted.taken, left_out=(*redacted.taken.left_out, *said)),
        record=replace(redacted.record, documents=documents, plans=plans),
    )


def _paper(one: Document, code: str | None, number: int) -> Document:
    """A document of the answer: withheld, or given under a number, since its title may name somebody."""
    if code is not None:
        return replace(one, file=None, why_not=f"withheld, {REASONS[code][0].lower()}", sha256="")
    return replace(one, file=f"documents/{number:03}.{one.extension}" if one.file is not None else None)


def _is_touched(plan: Plan, before: Plan) -> bool:
    return plan != before


def _codes(codes: Mapping[str, str | None]) -> list[str]:
    return sorted({code for code in codes.values() if code})


def _removal(made: CaseRecord, codes: Mapping[str, str | None]) -> Removal:
    """What is to be removed. Raises Conflict when a passage is not where it was: it would be given out."""
    there = {one.key for one in redacting.passages(made.record)}
    passages = {
        part.removeprefix(PASSAGE): code for part, code in codes.items() if code and part.startswith(PASSAGE)
    }
    if passages.keys() - there:
        raise Conflict(
            "Somebody who sees other parts of the record has reviewed this: it is theirs to release."
        )
    words = {
        part.removeprefix(WORDS): code for part, code in codes.items() if code and part.startswith(WORDS)
    }
    return Removal(passages, words)
