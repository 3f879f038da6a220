"""One's own password: changed by whoever knows the one before; a forgotten one is set at the command line.

Either way every other session ends, what was begun with the old one leads nowhere, and a letter says that it was done:
whoever did not do it themselves learns of it.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.domain.letter_times import PASSWORD
from app.services import letters, passwords, sessions, sign_in_flows
from app.services.second_codes import Whose, tried_as
from app.store import people
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.people import Person

WRONG = "The password is not right. Check it and try again."
OTHER = "The new password is typed differently the second time."
SAME = "The new password must be another one than now."


def require_local(viewer: Viewer) -> None:
    """Raises NotFound for whoever has no password here: with a work account, it is that of their organisation."""
    with reading() as session:
        person = session.get(Person, (viewer.authority_id, viewer.person_id))
    if person is None or person.password_hash is None:
        raise NotFound()


def change(viewer: Viewer, now_is: str, new: str, again: str, *, address: str, keeps: str | None) -> int:
    """The viewer's password is `new` from now on; how many sessions ended, all but the one with the token `keeps`.

    Raises NotFound without a password here, BadInput when `now_is` is not theirs or the new one is refused, and
    TooManyTries. The hashes are made outside any transaction, because that takes long on purpose.
    """
    whose = (viewer.authority_id, viewer.person_id)
    require_local(viewer)
    name = tried_as(whose)
    with transaction() as session:
        tries = passwords.note_try(session, name, address)
        person = session.get(Person, whose)
    kept = person.password_hash if person else None
    if person is None or not passwords.matches(kept, now_is):
        raise BadInput(WRONG, {"current": [WRONG]})
    if new == now_is:
        raise BadInput(SAME, {"password": [SAME]})
    made = passwords.make_hash(new, person.username)
    if new != again:
        raise BadInput(OTHER, {"again": [OTHER]})
    with transaction() as session:
        passwords.forget_tries(session, name, address, tries)
        return _renew(session, whose, made, by=viewer.person_id, keeps=keeps)


def reset(username: str, new: str) -> None:
    """Give whoever has forgotten theirs a new one, at the command line. Raises NotFound, BadInput."""
    folded = username.strip().casefold()
    made = passwords.make_hash(new, folded)
    with transaction() as session:
        person = people.account(session, folded)
        if person is None:
            raise NotFound(f"There is no account with the user name “{username}”.")
        _renew(session, (person.authority_id, person.id), made, by=None, keeps=None)


def _renew(session: Session, whose: Whose, made: str, *, by: str | None, keeps: str | None) -> int:
    authority_id, person_id = whose
    session.execute(
        update(Person)
        .where(Person.authority_id == authority_id, Person.id == person_id)
        .values(password_hash=made)
        .execution_options(synchronize_session=False)
    )
    ended = sessions.end_all(session, authority_id, person_id, but=keeps)
    sign_in_flows.forget_of(session, authority_id, person_id)
    entry = Entry(kind="password_set", person_id=by, facts={"person": person_id, "sessions": ended})
    note(session, entry, authority_id=authority_id, stream=f"person:{person_id}")
    letter = letters.row_of(authority_id, PASSWORD, now().isoformat(), None, None, person_id=person_id)
    letters.write(session, [letter])
    return ended
