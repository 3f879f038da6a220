"""The postman for letters to people: shares out what is for a team, gathers digests, sends what is to be sent.

A letter is claimed with what becomes of it in one transaction, sent outside any, and noted in another: whoever dies
in between sends it again under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, literal_column, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.letter_times import DIGEST
from app.services import letter_choices, letter_problems
from app.services.crashpoints import crash_point
from app.services.letter_decisions import Decision, decide
from app.services.letter_words import compose
from app.services.letters import row_of, write
from app.services.notifications import LEASE, MOST_AT_ONCE, TRIES, WAIT, DeliveryFailed, Sender
from app.store.db import reading, table_of, transaction
from app.store.letters import Letter
from app.store.people import PersonRole, PersonTeam
from app.store.tasks import UserTask

_LETTERS = table_of(Letter)
_QUEUED = Letter.state == literal_column("'queued'")


def send_pending(sender: Sender, *, base_url: str, mail_from: str, limit: int = MOST_AT_ONCE) -> int:
    """Do one round; how many letters were taken or given up."""
    share_out()
    gather_digests()
    handled = 0
    while handled < limit:
        found = _claim()
        if found is None:
            break
        letter, decision = found
        handled += decision.is_to_be_sent or decision.state == "failed"
        if decision.is_to_be_sent:
            crash_point("after_claim")
            _send_one(letter, sender, base_url, mail_from)
    return handled


def share_out(limit: int = MOST_AT_ONCE) -> None:
    """Make of each letter to a team or a role one for each of its people who wants it."""
    with reading() as session:
        waiting = session.scalar(select(Letter.id).where(*_for_many()).limit(1))
    if waiting is None:
        return
    with transaction() as session:
        found = session.execute(
            select(*_LETTERS.columns).where(*_for_many()).limit(limit).with_for_update(skip_locked=True)
        ).all()
        for letter in found:
            own = [
                row_of(
                    letter.authority_id,
                    letter.kind,
                    letter.occasion,
                    letter.child_id,
                    letter.task_id,
                    person_id=person_id,
                    by=letter.caused_by,
                )
                for person_id in _people_of(session, letter)
            ]
            write(session, [{**row, "next_attempt_at": letter.next_attempt_at} for row in own])
            change(session, letter.authority_id, letter.id, state="shared")


def _for_many() -> tuple[Any, ...]:
    return (Letter.person_id.is_(None), _QUEUED, Letter.next_attempt_at <= now())


def _people_of(session: Session, letter: Row[Any]) -> Sequence[str]:
    """Whom a letter to many is for: who holds the role where work was escalated, else those of the team.

    Of what is new or late in the queue, those who want to know about the queue.
    """
    if letter.kind == "escalated":
        query = select(PersonRole.person_id).where(
            PersonRole.authority_id == letter.authority_id, PersonRole.role == letter.role
        )
        return session.scalars(query).all()
    query = select(PersonTeam.person_id).where(
        PersonTeam.authority_id == letter.authority_id, PersonTeam.team_id == letter.team_id
    )
    people = session.scalars(query).all()
    wanted = "queued" if letter.kind in {"queued", "overdue"} else letter.kind
    chosen = letter_choices.of(session, letter.authority_id, people)
    return [person_id for person_id in people if wanted in chosen[person_id].kinds]


def gather_digests() -> None:
    """Write the digest of each person whose hour has come; what it counts is looked at once more."""
    while True:
        with transaction() as session:
            first: Row[Any] | None = session.execute(
                select(*_LETTERS.c["authority_id", "sent_to", "next_attempt_at"])
                .where(Letter.state == literal_column("'held'"), Letter.next_attempt_at <= now())
                .order_by(Letter.next_attempt_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if first is None:
                return
            _gather(session, first)


def _gather(session: Session, first: Row[Any]) -> None:
    held = session.execute(
        _with_task()
        .where(
            Letter.authority_id == first.authority_id,
            Letter.sent_to == first.sent_to,
            Letter.state == "held",
            Letter.next_attempt_at <= now(),
        )
        .with_for_update(of=_LETTERS, skip_locked=True)
    ).all()
    digest = row_of(
        first.authority_id, DIGEST, first.next_attempt_at.isoformat(), None, None, person_id=first.sent_to
    )
    counted = 0
    for letter in held:
        decision = decide(session, letter)
        if decision.state == "not_sent":
            change(session, letter.authority_id, letter.id, state="not_sent", error=decision.error)
        else:
            counted += 1
            change(session, letter.authority_id, letter.id, state="in_digest", digest_id=digest["id"])
    if counted:
        write(session, [digest])


def _with_task() -> Any:
    return select(
        *_LETTERS.columns,
        UserTask.state.label("task_state"),
        UserTask.assignee_id,
        UserTask.due_at,
    ).outerjoin(UserTask, (UserTask.authority_id == Letter.authority_id) & (UserTask.id == Letter.task_id))


def _claim() -> tuple[Row[Any], Decision] | None:
    """The oldest letter to a person that is due, with what becomes of it, which is written already."""
    with reading() as session:
        if session.scalar(select(Letter.id).where(*_for_one()).limit(1)) is None:
            return None
    with transaction() as session:
        found = session.execute(
            _with_task()
            .where(*_for_one())
            .order_by(Letter.next_attempt_at)
            .limit(1)
            .with_for_update(of=_LETTERS, skip_locked=True)
        ).first()
        if found is None:
            return None
        decision = decide(session, found)
        values: dict[str, Any] = {
            "state": decision.state,
            "sent_to": decision.sent_to,
            "error": decision.error,
        }
        if decision.is_to_be_sent:
            values |= {
                "attempts": found.attempts + 1,
                "next_attempt_at": now() + LEASE,
                "email": decision.email,
                "error": found.error,
            }
        elif decision.at is not None:
            values["next_attempt_at"] = decision.at
        is_settled = decision.is_to_be_sent or decision.state == "failed"
        if is_settled and found.kind == "assigned" and found.attempts == 0:
            _take_along(session, found)
        if decision.state == "failed":
            values["email"] = decision.email
            letter_problems.count_one(session, found.authority_id, decision.sent_to)
        change(session, found.authority_id, found.id, **values)
        claimed = session.execute(
            select(*_LETTERS.columns).where(Letter.authority_id == found.authority_id, Letter.id == found.id)
        ).one()
        return claimed, decision


def _for_one() -> tuple[Any, ...]:
    return (Letter.person_id.is_not(None), _QUEUED, Letter.next_attempt_at <= now())


def _take_along(session: Session, found: Row[Any]) -> None:
    """What else was given to the same person goes in the same letter."""
    session.execute(
        update(Letter)
        .where(
            Letter.authority_id == found.authority_id,
            Letter.person_id == found.person_id,
            Letter.kind == found.kind,
            Letter.state == "queued",
            Letter.attempts == 0,
            Letter.id != found.id,
        )
        .values(state="shared", digest_id=found.id)
        .execution_options(synchronize_session=False)
    )


def _send_one(letter: Row[Any], sender: Sender, base_url: str, mail_from: str) -> None:
    try:
        provider_id = sender.send(compose(letter, base_url, mail_from), again=letter.attempts > 1)
    except DeliveryFailed as failure:
        failed(letter, failure)
        return
    crash_point("after_send")
    with transaction() as session:
        change(
            session,
            letter.authority_id,
            letter.id,
            state="sent",
            sent_at=now(),
            provider_id=provider_id,
            next_attempt_at=now(),
            error=None,
        )
        crash_point("before_commit")
    crash_point("after_commit")


def failed(letter: Row[Any], failure: DeliveryFailed) -> None:
    """A letter was not taken, or came back: try again, or give it up; for a bad address there is one problem."""
    with transaction() as session:
        if not failure.permanent and letter.attempts < TRIES:
            at = now() + WAIT[letter.attempts - 1]
            change(session, letter.authority_id, letter.id, next_attempt_at=at, error=str(failure))
            return
        change(session, letter.authority_id, letter.id, state="failed", error=str(failure))
        if failure.blames_address:
            letter_problems.note(session, letter, str(failure))


def change(session: Session, authority_id: str, letter_id: str, **values: Any) -> None:
    """Set columns of a letter's row."""
    session.execute(
        update(Letter)
        .where(Letter.authority_id == authority_id, Letter.id == letter_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
