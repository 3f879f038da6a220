"""Drawing: drafts are begun, saved as revisions that nobody overwrites unseen, taken back and laid aside.

A pathway has at most one draft that is not finished, so that two people meet in it instead of drawing two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput, Conflict, PathwayRefused
from app.domain.ids import new_id
from app.engine import blank, drawing, gate
from app.engine.contracts import Bundle
from app.services import definitions, reference, version_rows
from app.services.workbench.drafts import UNFINISHED, Draft, State, read, require_design, show
from app.services.workbench.versions import in_force
from app.store.audit import Entry, note
from app.store.db import transaction
from app.store.workbench import DraftRevision, PathwayDraft

ONE_SITTING = timedelta(minutes=10)
"""Savings by themselves within this time are one revision to look back at: only the last of them is kept."""
BY_ITSELF = "Saved while drawing"
LONGEST_NAME = 120
_KEY = re.compile(r"[^a-z0-9]+")


class DraftMoved(Conflict):
    """Somebody has saved the draft since it was opened; `facts` has revision, by and at."""


def open_draft(viewer: Viewer, key: str) -> str:
    """The id of the unfinished draft of a pathway: the one there is, else a new one of the version in force."""
    require_design(viewer)
    with transaction() as session:
        there = _unfinished(session, key)
        if there is not None:
            return there
        version_id = definitions.current(session, key).version_id
        bundle = definitions.bundle_of(session, version_id)
        return _begin(session, viewer, bundle, base=version_id, what="Begun from the version in force")


def new_pathway(viewer: Viewer, name: str, role: str = "yjs_case_manager") -> str:
    """A draft of a pathway that does not exist yet: three elements in one lane. Raises BadInput for its name."""
    require_design(viewer)
    name = " ".join(name.split())
    if not name:
        raise BadInput("Enter a name for the pathway", {"name": ["Enter a name for the pathway"]})
    if len(name) > LONGEST_NAME:
        sentence = f"The name must be {LONGEST_NAME} characters or less"
        raise BadInput(sentence, {"name": [sentence]})
    key = key_from(name)
    known = reference.roles().by_key
    if role not in known:
        raise BadInput("Select who does the first step", {"role": ["Select who does the first step"]})
    text = blank.blank(key, name, known[role].name)
    return from_bundle(viewer, Bundle(key, {f"{key}/{key}.bpmn": text}), what="A new pathway")


def key_from(name: str) -> str:
    """The key that a pathway gets from its name: small letters, digits and underscores, a letter first."""
    key = _KEY.sub("_", name.lower()).strip("_")[:60].rstrip("_")
    return key if key[:1].isalpha() else f"pathway_{key}".rstrip("_")


def from_bundle(
    viewer: Viewer, bundle: Bundle, report: Sequence[Any] = (), *, what: str = "Brought in from a file"
) -> str:
    """A draft of a bundle that comes from elsewhere; of the version in force where the pathway exists already.

    Raises Conflict when the pathway has an unfinished draft, which has to be published or discarded first.
    """
    require_design(viewer)
    with transaction() as session:
        if _unfinished(session, bundle.key) is not None:
            raise Conflict(
                f"There is a draft of {bundle.key} already. Publish or discard it before you bring in another."
            )
        base = in_force(session, bundle.key)
        return _begin(session, viewer, bundle, base=base, what=what, report=report)


def save(viewer: Viewer, draft_id: str, *, revision: int, bundle: Bundle, what: str = BY_ITSELF) -> Draft:
    """The draft with `bundle` as its next revision; `revision` is the one that the change was made to.

    Saving the same content again writes nothing. Raises DraftMoved when somebody saved meanwhile, Conflict when the
    draft is not open, BadInput when the bundle is another pathway's or its drawing cannot be read at all.
    """
    require_design(viewer)
    with transaction() as session:
        before = read(session, draft_id)
        if not _is_locked(session, before, revision):
            raise moved(before)
        _refuse_unless_it_can_be_kept(before, bundle)
        if bundle.version_id() == before.bundle.version_id():
            return before
        _write(session, viewer, draft_id, revision + 1, bundle, what)
        if what == BY_ITSELF:
            _forget_the_one_before(session, viewer, draft_id, revision)
        else:
            note_about(session, viewer, "pathway_draft_saved", before, what=what, revision=revision + 1)
        return read(session, draft_id)


def restore(viewer: Viewer, draft_id: str, *, revision: int, to: int) -> Draft:
    """The draft as it was at the revision `to`, as its next revision: nothing is lost by going back."""
    earlier = show(viewer, draft_id, to)
    return save(
        viewer, draft_id, revision=revision, bundle=earlier.bundle, what=f"Back to what was saved as {to}"
    )


def discard(viewer: Viewer, draft_id: str) -> None:
    """Lay a draft aside for good; its revisions are kept. Raises Conflict when it is waiting or finished."""
    require_design(viewer)
    with transaction() as session:
        before = read(session, draft_id)
        set_state(session, before, "discarded", must_be="open")
        note_about(session, viewer, "pathway_draft_discarded", before, revision=before.revision)


def set_state(session: Session, draft: Draft, state: State, *, must_be: State) -> None:
    """Move a draft on, inside a transaction. Raises Conflict when it is not where it must be."""
    found = session.execute(
        update(PathwayDraft)
        .where(PathwayDraft.id == draft.id, PathwayDraft.state == must_be)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
    if found.rowcount != 1:  # type: ignore[attr-defined]
        raise closed(draft)


def closed(draft: Draft) -> Conflict:
    """Why a draft cannot be changed now."""
    if draft.state == "waiting":
        return Conflict(
            "This draft is waiting to be approved. Withdraw it from approval before you change it."
        )
    if draft.state == "open":
        return Conflict("This draft is open, and nobody has been asked to approve it.")
    return Conflict("This draft is finished. Open a new one from the version in force.")


def moved(draft: Draft) -> DraftMoved:
    """Somebody was quicker: who, and when."""
    return DraftMoved(
        f"{draft.changed_by} has saved this draft since you opened it. Nothing of yours was saved.",
        revision=draft.revision,
        by=draft.changed_by,
        at=draft.changed_at,
    )


def _is_locked(session: Session, draft: Draft, revision: int) -> bool:
    """Take the draft's row for the rest of the transaction, if it is open and still at that revision."""
    if draft.state != "open":
        raise closed(draft)
    found = session.execute(
        update(PathwayDraft)
        .where(PathwayDraft.id == draft.id, PathwayDraft.revision == revision, PathwayDraft.state == "open")
        .values(revision=revision)
        .execution_options(synchronize_session=False)
    )
    return bool(found.rowcount == 1)  # type: ignore[attr-defined]


def _refuse_unless_it_can_be_kept(before: Draft, bundle: Bundle) -> None:
    """A draft may be wrong in every way that a check can tell; it may not be another pathway's or unreadable."""
    if bundle.key != before.key or set(bundle.files) != set(before.bundle.files):
        raise BadInput(f"This is not a drawing of {before.key}. Nothing was saved.")
    for text in bundle.files.values():
        try:
            read_drawing = drawing.read(gate.read(text))
        except PathwayRefused as refused:
            raise BadInput(f"The drawing cannot be read. {refused.sentence} Nothing was saved.") from None
        if text == bundle.main and bundle.key not in {process.id for process in read_drawing.processes}:
            raise BadInput(f"The drawing has lost its process {bundle.key}. Nothing was saved.")


def _begin(
    session: Session,
    viewer: Viewer,
    bundle: Bundle,
    *,
    base: str | None,
    what: str,
    report: Sequence[Any] = (),
) -> str:
    draft_id = new_id()
    at = now()
    row = {
        "id": draft_id,
        "key": bundle.key,
        "state": "open",
        "revision": 1,
        "base_version_id": base,
        "report": json.dumps(list(report)) if report else None,
        "begun_at": at,
        "begun_by": viewer.person_id,
        "changed_at": at,
        "changed_by": viewer.person_id,
    }
    try:
        session.execute(insert(PathwayDraft).values(**row))
    except IntegrityError:
        raise Conflict(f"Somebody has just begun a draft of {bundle.key}. Open that one.") from None
    _write(session, viewer, draft_id, 1, bundle, what)
    note_about(session, viewer, "pathway_draft_begun", read(session, draft_id), what=what)
    return draft_id


def _write(session: Session, viewer: Viewer, draft_id: str, number: int, bundle: Bundle, what: str) -> None:
    row = {
        "draft_id": draft_id,
        "number": number,
        "bundle": version_rows.to_text(bundle),
        "what": what,
        "saved_at": now(),
        "saved_by": viewer.person_id,
        "saved_by_name": viewer.name,
    }
    session.execute(insert(DraftRevision).values(**row))
    session.execute(
        update(PathwayDraft)
        .where(PathwayDraft.id == draft_id)
        .values(revision=number, changed_at=now(), changed_by=viewer.person_id)
        .execution_options(synchronize_session=False)
    )


def _forget_the_one_before(session: Session, viewer: Viewer, draft_id: str, number: int) -> None:
    session.execute(
        delete(DraftRevision)
        .where(
            DraftRevision.draft_id == draft_id,
            DraftRevision.number == number,
            DraftRevision.what == BY_ITSELF,
            DraftRevision.saved_by == viewer.person_id,
            DraftRevision.saved_at > now() - ONE_SITTING,
        )
        .execution_options(synchronize_session=False)
    )


def _unfinished(session: Session, key: str) -> str | None:
    return session.scalar(
        select(PathwayDraft.id).where(PathwayDraft.key == key, PathwayDraft.state.in_(UNFINISHED))
    )


def note_about(session: Session, viewer: Viewer, kind: str, draft: Draft, **facts: Any) -> None:
    """Write what happened to a draft into its own stream of the audit."""
    entry = Entry(kind=kind, person_id=viewer.person_id, facts={"draft": draft.id, "key": draft.key, **facts})
    note(session, entry, authority_id=viewer.authority_id, stream=f"draft/{draft.id}")
