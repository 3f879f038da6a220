"""Publishing: a draft is asked to come into force, a second person decides, and there is a way back.

What is published is the exact content of the draft, named by its hash; running pathways stay on their version.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import LONDON, now, today
from app.domain.errors import BadInput, Conflict, NotAllowed
from app.domain.ids import new_id
from app.engine import catalogue
from app.engine.contracts import Bundle
from app.services import definitions
from app.services.workbench import checking, drafting, drafts, scenario_runs
from app.services.workbench.drafts import Draft
from app.services.workbench.publications import Asked, read
from app.services.workbench.versions import in_force, version_id_of
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.workbench import Publication

LONGEST_NOTE = 2000


def bundle_to_publish(draft: Draft) -> Bundle:
    """The draft less the forms that no step of it uses."""
    return catalogue.with_what_it_uses(draft.bundle, {})


def ask(viewer: Viewer, draft_id: str, *, revision: int, words: str, effective_on: date | None = None) -> str:
    """Ask a second person to put the draft in force, today or from the beginning of a later day; the asking's id.

    `words` say what is new, for those who work with the pathway. Raises BadInput for them, for the day and when a
    scenario is red, PathwayRefused with the findings when the drawing has an error, DraftMoved and Conflict like
    `drafting.save`.
    """
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    words = _words(words, "note", "Enter what is new, for those who work with the pathway")
    if effective_on is not None and effective_on <= today():
        effective_on = None
    draft = drafts.show(viewer, draft_id)
    bundle = bundle_to_publish(draft)
    with reading() as session:
        checking.refuse_unless_publishable(session, bundle)
    for result in scenario_runs.of_bundle(bundle):
        if not result.is_green:
            raise BadInput(
                f"The scenario “{result.name}” is red: {result.failures[0]} "
                "Change the draft, or change or withdraw the scenario."
            )
    with transaction() as session:
        draft = drafts.read(session, draft_id)
        if draft.revision != revision:
            raise drafting.moved(draft)
        before = in_force(session, draft.key)
        if before == bundle.version_id():
            raise BadInput("The draft is the same as the version in force. There is nothing to publish.")
        drafting.set_state(session, draft, "waiting", must_be="open")
        asked_id = _write(
            session,
            viewer,
            key=draft.key,
            draft_id=draft_id,
            draft_revision=revision,
            version_id=bundle.version_id(),
            in_force_then=before,
            note=words,
            state="waiting",
            effective_at=_beginning_of(effective_on) if effective_on else None,
        )
        _note(session, viewer, "publication_asked", read(session, asked_id), version=bundle.version_id())
    return asked_id


def approve(viewer: Viewer, asked_id: str, comment: str = "") -> Asked:
    """The second person agrees: the version comes into force now, or waits for its day.

    Raises NotAllowed for whoever asked for it, Conflict when it is decided already or another version has come into
    force since it was compared.
    """
    require(viewer, "publish", AuthorityThing(viewer.authority_id))
    with transaction() as session:
        asked = read(session, asked_id)
        if asked.asked_by == viewer.person_id:
            raise NotAllowed("Somebody else has to approve what you asked to be published.")
        if asked.draft_id is None or asked.state != "waiting":
            raise Conflict("This has been decided already.")
        if in_force(session, asked.key) != asked.in_force_then:
            raise Conflict(
                "Another version has come into force since this was sent for approval. "
                "Return it, so that it is compared with that version."
            )
        draft = drafts.read(session, asked.draft_id, asked.draft_revision)
        definitions.lay_down(
            session, bundle_to_publish(draft), note=asked.note, by=(asked.asked_by, asked.asked_by_name)
        )
        drafting.set_state(session, draft, "published", must_be="waiting")
        _decide(session, viewer, asked, "approved", comment)
        _note(session, viewer, "publication_approved", asked, version=asked.version_id)
        if asked.effective_at is None or asked.effective_at <= now():
            _putin_force(session, read(session, asked_id), viewer)
        return read(session, asked_id)


def send_back(viewer: Viewer, asked_id: str, comment: str) -> None:
    """The second person does not agree, and says why; the draft is open again."""
    require(viewer, "publish", AuthorityThing(viewer.authority_id))
    comment = _words(comment, "comment", "Enter what has to change")
    _reopen(viewer, asked_id, "returned", "publication_returned", comment)


def withdraw(viewer: Viewer, asked_id: str) -> None:
    """It is not to be published after all; a draft is open again, a day to come is forgotten."""
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    _reopen(viewer, asked_id, "withdrawn", "publication_withdrawn", None)


def put_due_in_force() -> int:
    """Put in force what was approved for a day that has begun; how many."""
    with reading() as session:
        due = session.scalars(
            select(Publication.id)
            .where(Publication.state == "approved", Publication.effective_at <= now())
            .order_by(Publication.effective_at)
        ).all()
    done = 0
    for asked_id in due:
        with transaction() as session:
            asked = read(session, asked_id)
            if asked.state == "approved" and asked.effective_at and asked.effective_at <= now():
                done += _putin_force(session, asked, None)
    return done


def roll_back(viewer: Viewer, key: str, number: int, words: str) -> None:
    """Put an older version in force again, at once: it has been approved before. New pathways start on it.

    Raises BadInput without a reason, NotFound for a version that there is not, Conflict when it is in force.
    """
    require(viewer, "publish", AuthorityThing(viewer.authority_id))
    words = _words(words, "reason", "Enter why the older version is to be in force again")
    with transaction() as session:
        version_id = version_id_of(session, key, number)
        was = in_force(session, key)
        if was == version_id:
            raise Conflict(f"Version {number} is in force already.")
        asked_id = _write(
            session,
            viewer,
            key=key,
            version_id=version_id,
            in_force_then=was,
            note=words,
            state="in_force",
            decided_at=now(),
            decided_by=viewer.person_id,
            decided_by_name=viewer.name,
        )
        definitions.put_in_force(session, key, version_id, viewer.person_id)
        asked = read(session, asked_id)
        _note(session, viewer, "pathway_rolled_back", asked, version=version_id, instead_of=was)


def _putin_force(session: Session, asked: Asked, viewer: Viewer | None) -> int:
    changed = session.execute(
        update(Publication)
        .where(Publication.id == asked.id, Publication.state == "approved")
        .values(state="in_force")
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        return 0  # another process was quicker
    definitions.put_in_force(session, asked.key, asked.version_id, asked.asked_by)
    _note(session, viewer, "pathway_put_in_force", asked, version=asked.version_id)
    return 1


def _reopen(viewer: Viewer, asked_id: str, state: str, kind: str, comment: str | None) -> None:
    with transaction() as session:
        asked = read(session, asked_id)
        may_still = ("waiting",) if state == "returned" else ("waiting", "approved")
        if asked.state not in may_still:
            raise Conflict("This has been decided already.")
        if asked.draft_id is not None:
            draft = drafts.read(session, asked.draft_id)
            if asked.state == "waiting":
                drafting.set_state(session, draft, "open", must_be="waiting")
        _decide(session, viewer, asked, state, comment)
        _note(session, viewer, kind, asked)


def _decide(session: Session, viewer: Viewer, asked: Asked, state: str, comment: str | None) -> None:
    found = session.execute(
        update(Publication)
        .where(Publication.id == asked.id, Publication.state == asked.state)
        .values(
            state=state,
            decided_at=now(),
            decided_by=viewer.person_id,
            decided_by_name=viewer.name,
            comment=(comment or "").strip() or None,
        )
        .execution_options(synchronize_session=False)
    )
    if found.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("This has been decided already.")


def _write(session: Session, viewer: Viewer, **values: Any) -> str:
    asked_id = new_id()
    who = {"asked_at": now(), "asked_by": viewer.person_id, "asked_by_name": viewer.name}
    try:
        session.execute(
            insert(Publication).values(id=asked_id, authority_id=viewer.authority_id, **who, **values)
        )
    except IntegrityError:
        raise Conflict("Another version of this pathway is waiting to be published.") from None
    return asked_id


def _words(typed: str, field: str, otherwise: str) -> str:
    typed = typed.strip()
    if not typed:
        raise BadInput(otherwise, {field: [otherwise]})
    if len(typed) > LONGEST_NOTE:
        sentence = f"It must be {LONGEST_NOTE} characters or less"
        raise BadInput(sentence, {field: [sentence]})
    return typed


def _beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)


def _note(session: Session, viewer: Viewer | None, kind: str, asked: Asked, **facts: Any) -> None:
    entry = Entry(
        kind=kind,
        person_id=viewer.person_id if viewer else None,
        facts={"key": asked.key, "publication": asked.id, **facts},
    )
    authority_id = viewer.authority_id if viewer else asked.authority_id
    note(session, entry, authority_id=authority_id, stream=f"pathway/{asked.key}")
