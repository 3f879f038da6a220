"""Reviewing an answer before its release: what is given, what is removed, and under which code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput
from app.domain.subject_access import REASONS
from app.services.listing import page_within
from app.services.records import redacting
from app.services.records.redacting import Passage
from app.services.records.subject_rows import (
    DOCUMENT,
    PASSAGE,
    WORDS,
    Request,
    decided,
    note,
    read,
    record_of,
    still_open,
)
from app.store.db import reading, table_of, transaction
from app.store.subject_access import SubjectDecision, SubjectRequest
from app.store.upsert import put

LONGEST, LEAST = 200, 3
PAGE = 40
_DECISIONS = table_of(SubjectDecision)


@dataclass(frozen=True)
class Shown:
    """A passage in the review: whether it is removed, and under which code; whether it names a brother or sister."""

    passage: Passage
    code: str | None
    is_flagged: bool


@dataclass(frozen=True)
class Paper:
    """A document in the review: given, withheld under a code, or not decided yet."""

    id: str
    title: str
    is_decided: bool
    code: str | None


@dataclass(frozen=True)
class Review:
    """A page of the review: passages of one part, every document, the words that are removed everywhere."""

    request: Request
    part: str
    counts: Mapping[str, int]
    passages: tuple[Shown, ...]
    page: int
    pages: int
    papers: tuple[Paper, ...]
    words: Mapping[str, str]
    left_out: tuple[str, ...]

    @property
    def undecided(self) -> int:
        """How many documents nobody has decided on."""
        return sum(not one.is_decided for one in self.papers)


def review(viewer: Viewer, request_id: str, part: str = "", page: int = 1) -> Review:
    """One page of what is reviewed. Raises NotFound, NotAllowed."""
    with reading() as session:
        row, request = read(session, viewer, request_id)
        made = record_of(session, viewer, row, request)
        codes = decided(session, row)
        found = [one for one in redacting.passages(made.record) if not one.is_beside]
    counts = Counter(one.part for one in found)
    chosen = part if part in counts else next(iter(counts), "")
    own = sorted((one for one in found if one.part == chosen), key=lambda one: one.at or row.as_at)
    page, pages = page_within(page, len(own), PAGE)
    siblings = [word for one in made.record.siblings for word in (one.name, one.name.split()[0])]
    shown = tuple(
        Shown(
            one,
            codes.get(PASSAGE + one.key),
            any(word in one.text for word in siblings),
        )
        for one in own[(page - 1) * PAGE : page * PAGE]
    )
    papers = tuple(
        Paper(one.id, one.title, DOCUMENT + one.id in codes, codes.get(DOCUMENT + one.id))
        for one in made.record.documents
        if one.file is not None
    )
    words = {key.removeprefix(WORDS): code or "" for key, code in codes.items() if key.startswith(WORDS)}
    return Review(request, chosen, dict(counts), shown, page, pages, papers, words, made.taken.left_out)


def decide(viewer: Viewer, request_id: str, decisions: Mapping[str, str | None]) -> int:
    """Keep (None) or remove (a code) passages and documents, by `passage:KEY` and `document:ID`; how many changed.

    Raises BadInput for an unknown code or part, Conflict once it is released, NotFound, NotAllowed.
    """
    with transaction() as session:
        row, request = still_open(session, viewer, request_id)
        made = record_of(session, viewer, row, request)
        known = {PASSAGE + one.key for one in redacting.passages(made.record)}
        known |= {DOCUMENT + one.id for one in made.record.documents}
        wrong = [
            part for part, code in decisions.items() if part not in known or code not in (None, *REASONS)
        ]
        if wrong:
            raise BadInput("This page is not the one that was shown any more. Look at it again.")
        return _decide(session, viewer, row, decisions)


def remove_words(viewer: Viewer, request_id: str, words: str, code: str) -> None:
    """Remove words, such as a name, wherever they stand. Raises BadInput, Conflict, NotFound, NotAllowed."""
    with transaction() as session:
        row, _ = still_open(session, viewer, request_id)
        errors: dict[str, list[str]] = {}
        if len(words.strip()) < LEAST or len(words) > LONGEST:
            errors["words"] = [f"Enter the words to remove: {LEAST} to {LONGEST} characters"]
        if code not in REASONS:
            errors["code"] = ["Select why they are removed"]
        if errors:
            raise BadInput("The words cannot be removed like this.", errors)
        _decide(session, viewer, row, {WORDS + words.strip(): code})


def leave_words(viewer: Viewer, request_id: str, words: str) -> None:
    """Words are removed no longer. Raises Conflict, NotFound, NotAllowed."""
    with transaction() as session:
        row, _ = still_open(session, viewer, request_id)
        session.execute(
            _DECISIONS.delete().where(
                _DECISIONS.c.authority_id == row.authority_id,
                _DECISIONS.c.request_id == row.id,
                _DECISIONS.c.part == WORDS + words,
            )
        )
        note(session, viewer, row, "redaction_changed", {"parts": 1})


def _decide(
    session: Session, viewer: Viewer, row: SubjectRequest, decisions: Mapping[str, str | None]
) -> int:
    before = decided(session, row)
    kept = {part: code for part, code in decisions.items() if code or part.startswith(DOCUMENT)}
    fresh = {part: code for part, code in kept.items() if part not in before or before[part] != code}
    gone = [part for part, code in decisions.items() if part in before and part not in kept]
    if gone:
        session.execute(
            _DECISIONS.delete().where(
                _DECISIONS.c.authority_id == row.authority_id,
                _DECISIONS.c.request_id == row.id,
                _DECISIONS.c.part.in_(gone),
            )
        )
    if fresh:
        rows = [
            {
                "authority_id": row.authority_id,
                "request_id": row.id,
                "part": part,
                "child_id": row.child_id,
                "reason": code,
                "at": now(),
                "by": viewer.person_id,
            }
            for part, code in fresh.items()
        ]
        put(session, _DECISIONS, rows, replace=["reason", "at", "by"])
    if fresh or gone:
        note(session, viewer, row, "redaction_changed", {"parts": len(fresh) + len(gone)})
    return len(fresh) + len(gone)
