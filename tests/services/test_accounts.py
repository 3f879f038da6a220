"""Signing in and staying signed in, on both databases."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event, func, select

from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, NotFound, NotSignedIn, TooManyTries
from app.domain.viewer import GUEST_ROLE
from app.services import accounts, demo, own_password, passwords, sessions
from app.store.audit import AuditEntry
from app.store.chains import broken_links
from app.store.db import db, reading, transaction
from app.store.people import LoginSession, Person
from app.store.sign_ins import SignInAttempt

DORA = "dora@wandsworth.example"
HERE = "192.0.2.1"
ANOTHER_PASSWORD = "correct horse battery staple"


@pytest.fixture
def people(clock: SimulatedClock, app: Flask) -> SimulatedClock:
    """The demo people are there, and the clock stands still."""
    demo.create()
    return clock


def sign_in(username: str = DORA, password: str = demo.PASSWORD, address: str = HERE) -> sessions.SignedIn:
    signed_in = accounts.sign_in(username, password, place=sessions.Place(address=address))
    assert isinstance(signed_in, sessions.SignedIn)
    return signed_in


def count(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_person_signs_in_with_roles_teams_and_agency(people: SimulatedClock) -> None:
    signed_in = sign_in(" Dora@Wandsworth.Example ")

    viewer = sessions.viewer_for(signed_in.token)

    assert viewer == signed_in.viewer
    assert (viewer.name, viewer.authority_id) == ("Dora Dutymanager", "wandsworth")
    assert viewer.roles == {"yjs_duty_manager"}
    assert viewer.team_ids == {"youth_justice"}
    assert viewer.agencies == {"yjs"}
    assert viewer.is_manager
    assert not viewer.is_admin


def test_a_person_with_two_roles_is_one_viewer_with_both(people: SimulatedClock) -> None:
    viewer = sign_in("mo@wandsworth.example").viewer

    assert viewer.roles == {"csc_team_manager", "csc_service_lead"}
    assert viewer.team_ids == {"looked_after"}


def test_a_request_costs_one_query(people: SimulatedClock) -> None:
    token = sign_in().token
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    sessions.viewer_for(token)

    assert len([sql for sql in statements if not sql.startswith("BEGIN")]) == 1


@pytest.mark.parametrize(
    ("username", "password"),
    [(DORA, "not the password"), ("nobody@wandsworth.example", demo.PASSWORD), ("", ""), (DORA, "x" * 5000)],
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    people: SimulatedClock, username: str, password: str
) -> None:
    with pytest.raises(NotSignedIn, match="user name or the password is not right"):
        sign_in(username, password)

    assert count(LoginSession) == 0


def test_an_unknown_name_takes_as_long_as_a_wrong_password(people: SimulatedClock) -> None:
    def seconds(username: str) -> float:
        """Of this process's own work: what else the machine does must not count."""
        began = time.process_time()
        with pytest.raises(NotSignedIn):
            sign_in(username, "not the password", address=username)
        return time.process_time() - began

    seconds("warming@up.example")
    known = min(seconds(DORA) for _ in range(4))
    unknown = min(seconds(f"nobody{number}@wandsworth.example") for number in range(4))

    assert abs(known - unknown) < 0.5 * max(known, unknown)


def test_after_five_failures_the_account_is_held_back_from_that_address_only(people: SimulatedClock) -> None:
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            sign_in(password="not the password")

    with pytest.raises(TooManyTries) as refused:
        sign_in()

    assert 1 <= refused.value.seconds <= 15 * 60 + 1
    assert sign_in(address="192.0.2.99").viewer.name == "Dora Dutymanager"


def test_after_twenty_failures_the_account_is_held_back_from_everywhere(people: SimulatedClock) -> None:
    for number in range(20):
        with pytest.raises(NotSignedIn):
            sign_in(password="not the password", address=f"192.0.2.{number}")

    with pytest.raises(TooManyTries):
        sign_in(address="198.51.100.7")


def test_one_address_cannot_try_name_after_name(
    people: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "TRIES_PER_ADDRESS", 8)
    for number in range(8):
        with pytest.raises(NotSignedIn):
            sign_in(f"guess{number}@wandsworth.example", "not the password")

    with pytest.raises(TooManyTries):
        sign_in()


def test_the_wait_is_over_after_fifteen_minutes(people: SimulatedClock) -> None:
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            sign_in(password="not the password")
    people.move_to(people.now() + timedelta(minutes=16))

    assert sign_in().viewer.name == "Dora Dutymanager"


def test_signing_in_often_and_rightly_is_never_held_back(people: SimulatedClock) -> None:
    for _ in range(7):
        sign_in()

    assert count(SignInAttempt) == 0


def test_a_session_ends_after_half_an_hour_without_use(people: SimulatedClock) -> None:
    token = sign_in().token
    people.move_to(people.now() + timedelta(minutes=29))
    sessions.viewer_for(token)
    people.move_to(people.now() + timedelta(minutes=29))
    sessions.viewer_for(token)
    people.move_to(people.now() + timedelta(minutes=30))

    with pytest.raises(NotSignedIn, match="session has ended"):
        sessions.viewer_for(token)


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(people: SimulatedClock) -> None:
    token = sign_in().token
    for _ in range(12 * 3 - 1):
        people.move_to(people.now() + timedelta(minutes=20))
        sessions.viewer_for(token)
    people.move_to(people.now() + timedelta(minutes=20))

    with pytest.raises(NotSignedIn):
        sessions.viewer_for(token)


def test_use_is_written_at_most_once_a_minute(people: SimulatedClock) -> None:
    token = sign_in().token

    def seen_at() -> object:
        with reading() as session:
            return session.scalar(select(LoginSession.seen_at))

    began = seen_at()
    people.move_to(people.now() + timedelta(seconds=59))
    sessions.viewer_for(token)
    assert seen_at() == began
    people.move_to(people.now() + timedelta(seconds=1))
    sessions.viewer_for(token)
    assert seen_at() == people.now()


def test_signing_out_ends_the_session_on_the_server(people: SimulatedClock) -> None:
    token = sign_in().token

    sessions.sign_out(token)

    with pytest.raises(NotSignedIn):
        sessions.viewer_for(token)
    sessions.sign_out(token)


def test_signing_in_again_ends_the_session_it_replaces(people: SimulatedClock) -> None:
    before = sign_in().token

    after = accounts.sign_in(DORA, demo.PASSWORD, place=sessions.Place(), replaces=before).token

    assert before != after
    with pytest.raises(NotSignedIn):
        sessions.viewer_for(before)
    sessions.viewer_for(after)


def test_closing_an_account_ends_its_sessions_and_refuses_new_ones(people: SimulatedClock) -> None:
    token = sign_in().token

    accounts.disable_person(DORA)

    with pytest.raises(NotSignedIn):
        sessions.viewer_for(token)
    with pytest.raises(NotSignedIn, match="user name or the password is not right"):
        sign_in()
    with pytest.raises(NotFound):
        accounts.viewer_named(DORA)


def test_a_new_password_ends_the_sessions_of_the_old_one(people: SimulatedClock) -> None:
    token = sign_in().token

    own_password.reset(DORA, ANOTHER_PASSWORD)

    with pytest.raises(NotSignedIn):
        sessions.viewer_for(token)
    with pytest.raises(NotSignedIn):
        sign_in()
    assert sign_in(password=ANOTHER_PASSWORD).viewer.name == "Dora Dutymanager"


def test_an_old_hash_is_renewed_at_the_next_sign_in(people: SimulatedClock) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(demo.PASSWORD)
    with transaction() as session:
        session.execute(Person.__table__.update().where(Person.username == DORA).values(password_hash=weak))

    sign_in()

    with reading() as session:
        kept = session.scalar(select(Person.password_hash).where(Person.username == DORA))
    assert kept != weak
    assert passwords.matches(kept, demo.PASSWORD)


@pytest.mark.parametrize("token", ["", ".", "wandsworth.", "wandsworth.guess", "guess", "stockport.\0"])
def test_a_token_that_was_never_given_opens_nothing(people: SimulatedClock, token: str) -> None:
    with pytest.raises(NotSignedIn):
        sessions.viewer_for(token)


def test_neither_token_nor_password_is_in_the_database(people: SimulatedClock) -> None:
    token = sign_in().token

    with reading() as session:
        hashes = set(session.scalars(select(LoginSession.token_hash)))
        kept = session.scalar(select(Person.password_hash).where(Person.username == DORA)) or ""

    assert not any(token in kept_hash or kept_hash in token for kept_hash in hashes)
    assert kept.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["short", "x" * 201])
def test_a_password_too_short_or_too_long_is_refused(people: SimulatedClock, password: str) -> None:
    with pytest.raises(BadInput, match="between 12 and 200"):
        own_password.reset(DORA, password)


def test_a_user_name_is_taken_once_whatever_the_authority(people: SimulatedClock) -> None:
    with pytest.raises(BadInput, match="is taken"):
        accounts.add_person("stockport", DORA.upper(), "Another Dora", password=ANOTHER_PASSWORD)


def test_a_person_without_a_password_cannot_sign_in(people: SimulatedClock) -> None:
    accounts.add_person("wandsworth", "new@wandsworth.example", "Nell Newcomer", roles=["social_worker"])

    with pytest.raises(NotSignedIn):
        sign_in("new@wandsworth.example", "")


def test_the_demo_is_created_once(people: SimulatedClock) -> None:
    before = count(Person)

    assert demo.create() == []
    assert count(Person) == before


def test_every_demo_person_can_sign_in_and_is_in_a_team_of_their_role(people: SimulatedClock) -> None:
    for username, name, what in demo.who_can_sign_in():
        viewer = accounts.viewer_named(username)
        assert viewer.name == name
        of_a_team = viewer.roles and viewer.team_ids and viewer.agencies
        assert viewer.is_admin or of_a_team or GUEST_ROLE in viewer.roles, what


def test_signing_in_is_in_the_audit_and_the_audit_verifies(people: SimulatedClock) -> None:
    sign_in()
    sign_in()

    with reading() as session:
        kinds = list(session.scalars(select(AuditEntry.kind).where(AuditEntry.kind == "signed_in")))
        problems = broken_links(session, "wandsworth")
    assert kinds == ["signed_in", "signed_in"]
    assert problems == []


def test_housekeeping_forgets_what_is_over(people: SimulatedClock) -> None:
    sign_in()
    with pytest.raises(NotSignedIn):
        sign_in(password="not the password")
    people.move_to(people.now() + timedelta(hours=1))

    accounts.forget_what_is_over()

    assert (count(LoginSession), count(SignInAttempt)) == (0, 0)
