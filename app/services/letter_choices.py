"""How a person wants their letters: which, at once or in a digest, at which hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput
from app.domain.letter_times import DIGEST_HOURS, DUE_DAYS, KINDS, Choice
from app.domain.workdays import WorkingCalendar
from app.services import reference
from app.store.audit import Entry, note
from app.store.calendar import BankHoliday
from app.store.db import reading, table_of, transaction
from app.store.letters import Letter, LetterChoice
from app.store.people import Authority
from app.store.upsert import put

HOURS = range(24)


def show(viewer: Viewer) -> Choice:
    """What the viewer has chosen; what everybody has until they choose otherwise."""
    with reading() as session:
        return of(session, viewer.authority_id, [viewer.person_id])[viewer.person_id]


def save(viewer: Viewer, choice: Choice) -> None:
    """Choose. What waits for a digest is looked at again. Raises BadInput with a sentence for each question."""
    errors = _problems(choice)
    if errors:
        raise BadInput("Choose when your letters come.", errors)
    row = {
        "authority_id": viewer.authority_id,
        "person_id": viewer.person_id,
        "kinds": sorted(choice.kinds),
        "digest_hour": choice.digest_hour,
        "quiet_from": choice.quiet_from,
        "quiet_until": choice.quiet_until,
        "escalations_any_time": choice.escalations_any_time,
        "due_days": choice.due_days,
        "saved_at": now(),
    }
    chosen = [name for name in row if name not in {"authority_id", "person_id"}]
    with transaction() as session:
        put(session, table_of(LetterChoice), [row], replace=chosen)
        session.execute(
            update(Letter)
            .where(
                Letter.authority_id == viewer.authority_id,
                Letter.sent_to == viewer.person_id,
                Letter.state == "held",
            )
            .values(state="queued", next_attempt_at=now())
            .execution_options(synchronize_session=False)
        )
        facts = {name: row[name] for name in chosen if name != "saved_at"}
        entry = Entry(kind="letters_chosen", person_id=viewer.person_id, facts=facts)
        note(session, entry, authority_id=viewer.authority_id, stream=f"person:{viewer.person_id}")


def _problems(choice: Choice) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not choice.kinds <= set(KINDS):
        errors["kinds"] = ["Select what you want letters about from the list."]
    if choice.digest_hour is not None and choice.digest_hour not in DIGEST_HOURS:
        errors["digest_hour"] = ["Select the hour of your digest from the list."]
    for name in ("quiet_from", "quiet_until"):
        if getattr(choice, name) not in HOURS:
            errors[name] = ["Select an hour from the list."]
    if choice.due_days not in DUE_DAYS:
        errors["due_days"] = ["Select how many working days before from the list."]
    return errors


def of(session: Session, authority_id: str, person_ids: Iterable[str]) -> Mapping[str, Choice]:
    """What each of some people has chosen."""
    wanted = list(person_ids)
    rows = session.execute(
        select(*table_of(LetterChoice).columns).where(
            LetterChoice.authority_id == authority_id, LetterChoice.person_id.in_(wanted)
        )
    )
    chosen = {
        row.person_id: Choice(
            kinds=frozenset(row.kinds),
            digest_hour=row.digest_hour,
            quiet_from=row.quiet_from,
            quiet_until=row.quiet_until,
            escalations_any_time=row.escalations_any_time,
            due_days=row.due_days,
        )
        for row in rows
    }
    return {person_id: chosen.get(person_id, Choice()) for person_id in wanted}


def working_days(session: Session, authority_id: str) -> WorkingCalendar:
    """The working days of an authority, with the bank holidays that were added."""
    key = session.scalar(select(Authority.profile).where(Authority.id == authority_id))
    division = reference.profile(key or "default").division
    added = session.execute(
        select(BankHoliday.on, BankHoliday.name).where(BankHoliday.division == division)
    ).all()
    return reference.calendar_for(division, {row.on: row.name for row in added})
