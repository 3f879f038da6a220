"""Work accounts, second factors and sessions, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from app.domain.claims import Claimed, Grant
from app.domain.clock import SimulatedClock, now
from app.domain.errors import BadInput, NotAllowed, NotFound, NotSignedIn, TooManyTries
from app.services import accounts, demo, half_way, identities, second_factors, sessions, sign_in_flows
from app.services.accounts import HalfWay
from app.services.second_codes import prove
from app.services.sessions import Place, SignedIn
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.sign_ins import RecoveryCode, SecondFactor

pytestmark = pytest.mark.usefixtures("filled_app")
DORA, ADA = "dora@wandsworth.example", "ada@wandsworth.example"
GRANTS = {
    "Worker": Grant("wandsworth", frozenset({"social_worker"}), frozenset({"looked_after"})),
    "Manager": Grant("wandsworth", frozenset({"csc_team_manager"}), frozenset({"looked_after"})),
    "Stockport": Grant("stockport", frozenset({"social_worker"})),
    "Nowhere": Grant("wandsworth", frozenset({"social_worker"}), frozenset({"no_such_team"})),
}
KAY = Claimed("https://idp.example", "kay", "Kay Known", "Kay@Council.example", ("Worker",))
ON_A_PHONE = Place(
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0 Mobile Safari/537.36",
    "192.0.2.7",
)


def enter(claimed: Claimed) -> SignedIn:
    return identities.enter(claimed, GRANTS, place=Place(), id_token="what the provider said")


def kinds(person_id: str) -> list[str]:
    with reading() as session:
        query = (
            select(AuditEntry.kind).where(AuditEntry.stream == f"person:{person_id}").order_by(AuditEntry.seq)
        )
        return list(session.scalars(query))


def dora() -> tuple[str, str]:
    viewer = accounts.viewer_named(DORA)
    return viewer.authority_id, viewer.person_id


def sign_in(*, required: bool = False, address: str = "") -> SignedIn | HalfWay:
    return accounts.sign_in(DORA, demo.PASSWORD, place=Place(address=address), needs_second_factor=required)


def test_a_work_account_is_what_its_claims_say_each_time(clock: SimulatedClock) -> None:
    first = enter(KAY)
    assert (first.viewer.name, first.viewer.roles) == ("Kay Known", {"social_worker"})
    assert sessions.sign_out(first.token) == "what the provider said"

    later = enter(
        replace(KAY, name="Kay Married", email="kay.m@council.example", words=("Manager", "unknown"))
    )

    assert later.viewer.person_id == first.viewer.person_id
    assert (later.viewer.name, later.viewer.roles) == ("Kay Married", {"csc_team_manager"})
    assert accounts.viewer_named("kay@council.example") == later.viewer
    assert kinds(first.viewer.person_id) == ["person_added", "signed_in", "rights_changed", "signed_in"]


def test_claims_that_lead_nowhere_end_what_was_open(clock: SimulatedClock) -> None:
    wrong = {
        (): "has no role in Throughcare",
        ("Worker", "Stockport"): "roles in two authorities",
        ("Stockport",): "for another authority now",
        ("Nowhere",): "leads to “no_such_team”, which Throughcare does not have",
    }
    for words, sentence in wrong.items():
        before = enter(KAY)

        with pytest.raises(NotAllowed, match=sentence):
            enter(replace(KAY, words=words))

        with pytest.raises(NotSignedIn):
            sessions.viewer_for(before.token)
        assert kinds(before.viewer.person_id)[-1] == "sign_in_refused"


def set_up() -> tuple[pyotp.TOTP, list[str]]:
    """Dora's second factor: the app on her telephone, and her recovery codes."""
    viewer = accounts.viewer_named(DORA)
    with pytest.raises(BadInput):
        second_factors.begin(viewer, "not her password", address="")
    second_factors.begin(viewer, demo.PASSWORD, address="")
    phone = pyotp.TOTP(second_factors.enrolment(dora()).secret)
    return phone, second_factors.confirm(viewer, phone.at(now()), address="")


def test_a_code_is_asked_for_and_taken_once(clock: SimulatedClock) -> None:
    phone, _ = set_up()
    used = phone.at(clock.now())
    half = sign_in()
    assert isinstance(half, HalfWay)

    # the code that set it up is not taken again, nor one that is long over
    with pytest.raises(NotSignedIn, match="used already"):
        half_way.finish(half.token, used, place=Place())
    clock.move_to(clock.now() + timedelta(minutes=5))
    with pytest.raises(NotSignedIn, match="not right"):
        half_way.finish(half.token, used, place=Place())

    code = phone.at(clock.now() - timedelta(seconds=30))  # her telephone is slow
    done = half_way.finish(half.token, f"{code[:3]} {code[3:]}", place=Place())
    assert sessions.viewer_for(done.signed_in.token).name == "Dora Dutymanager"
    with pytest.raises(NotSignedIn, match="took too long"):
        half_way.finish(half.token, phone.at(clock.now()), place=Place())
    again = sign_in()
    assert isinstance(again, HalfWay)
    with pytest.raises(NotSignedIn, match="used already"):
        half_way.finish(again.token, code, place=Place())


def test_a_recovery_code_is_taken_once_and_kept_as_a_hash(clock: SimulatedClock) -> None:
    phone, codes = set_up()
    assert len(set(codes)) == 10
    half = sign_in()
    assert isinstance(half, HalfWay)
    half_way.finish(half.token, codes[3].lower(), place=Place())
    half = sign_in()
    assert isinstance(half, HalfWay)
    with pytest.raises(NotSignedIn, match="not right"):
        half_way.finish(half.token, codes[3], place=Place())

    viewer = accounts.viewer_named(DORA)
    assert second_factors.show(viewer, viewer.person_id).codes_left == 9
    with reading() as session:
        kept = session.scalars(select(RecoveryCode.code_hash)).all()
        secret = session.connection().exec_driver_sql("SELECT secret FROM second_factors").scalar_one()
        assert session.scalars(select(SecondFactor.secret)).one() == phone.secret
    assert all(one.startswith("$argon2id$") for one in kept)
    assert phone.secret not in secret
    clock.move_to(clock.now() + timedelta(seconds=30))
    second_factors.renew_codes(viewer, phone.at(clock.now()), address="")
    clock.move_to(clock.now() + timedelta(seconds=30))
    second_factors.turn_off(viewer, phone.at(clock.now()), address="")
    assert isinstance(sign_in(), SignedIn)


def test_guessing_a_code_is_held_back(clock: SimulatedClock) -> None:
    phone, _ = set_up()
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            prove(dora(), "000000" if phone.at(clock.now()) != "000000" else "111111", address="192.0.2.1")

    with pytest.raises(TooManyTries):
        prove(dora(), phone.at(clock.now()), address="192.0.2.1")
    assert kinds(dora()[1])[-1] == "second_factor_refused"


def test_where_it_is_required_it_is_set_up_on_the_way_in(clock: SimulatedClock) -> None:
    half = sign_in(required=True)
    assert isinstance(half, HalfWay)
    seen_by_another = half_way.enrolment(half.token).secret
    again = sign_in(required=True)
    assert isinstance(again, HalfWay)
    phone = pyotp.TOTP(half_way.enrolment(again.token).secret)
    assert phone.secret != seen_by_another

    done = half_way.set_up(again.token, phone.at(clock.now()), place=Place())

    assert sessions.viewer_for(done.signed_in.token).name == "Dora Dutymanager"
    assert len(done.codes) == 10
    with pytest.raises(NotSignedIn):
        half_way.enrolment(again.token)


def test_a_password_that_changes_or_an_account_that_closes_ends_what_is_half_way(
    clock: SimulatedClock,
) -> None:
    half = sign_in(required=True)
    assert isinstance(half, HalfWay)

    accounts.disable_person(DORA)

    with pytest.raises(NotSignedIn):
        sign_in_flows.look(half.token, sign_in_flows.SET_UP)


def test_sessions_are_seen_and_ended_by_their_person_and_by_an_administrator(clock: SimulatedClock) -> None:
    ours = sign_in(address="192.0.2.1")
    theirs = accounts.sign_in(DORA, demo.PASSWORD, place=ON_A_PHONE)
    assert isinstance(ours, SignedIn)
    assert isinstance(theirs, SignedIn)
    viewer, ada, sam = (
        ours.viewer,
        accounts.viewer_named(ADA),
        accounts.viewer_named("sam@wandsworth.example"),
    )
    clock.move_to(clock.now() + timedelta(minutes=2))
    sessions.viewer_for(theirs.token)

    # given: the last used first
    phone, computer = sessions.listed(viewer, viewer.person_id, token=ours.token)
    assert (phone.device, phone.address, phone.way, phone.is_this) == (
        "Chrome on Android",
        "192.0.2.7",
        "password",
        False,
    )
    assert (computer.is_this, computer.seen_at) == (True, computer.began_at)

    # when: one of them is ended by a stranger, by an administrator of another authority, by herself
    for stranger in (sam, accounts.viewer_named("ada@stockport.example")):
        with pytest.raises((NotFound, NotAllowed)):
            sessions.revoke(stranger, viewer.person_id, phone.id)
    sessions.revoke(viewer, viewer.person_id, phone.id)

    # then
    with pytest.raises(NotSignedIn):
        sessions.viewer_for(theirs.token)
    assert sessions.viewer_for(ours.token) == viewer
    assert sessions.revoke_all(viewer, viewer.person_id, but=ours.token) == 0
    assert sessions.revoke_all(ada, viewer.person_id) == 1
    with pytest.raises(NotSignedIn):
        sessions.viewer_for(ours.token)
    assert kinds(viewer.person_id)[-2:] == ["sessions_ended", "sessions_ended"]


def test_an_administrator_lets_somebody_set_up_a_new_one(clock: SimulatedClock) -> None:
    set_up()
    with pytest.raises((NotFound, NotAllowed)):
        second_factors.forget(accounts.viewer_named("sam@wandsworth.example"), dora()[1])

    second_factors.forget(accounts.viewer_named(ADA), dora()[1])

    assert isinstance(sign_in(), SignedIn)
