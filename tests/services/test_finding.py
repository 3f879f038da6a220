"""Finding a child: however the name is spelt and the date typed; only whom the viewer may see, and a sure match."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.services import accounts, child_view, children, facts, finding
from app.store.audit import AuditEntry
from app.store.db import reading, transaction

pytestmark = pytest.mark.on_both_databases

BORN, OTHER = date(2010, 5, 14), date(2009, 7, 21)


@pytest.fixture
def dora(filled_app: Flask) -> Viewer:
    """A duty manager of the youth justice service."""
    assert filled_app
    return accounts.viewer_named("dora@wandsworth.example")


@pytest.fixture
def sam(filled_app: Flask) -> Viewer:
    """A social worker: the other agency."""
    assert filled_app
    return accounts.viewer_named("sam@wandsworth.example")


def known(viewer: Viewer, name: str, born: date | None = BORN, **numbers: str) -> str:
    """A child whom the viewer's agency works with."""
    given, _, family = name.partition(" ")
    return children.create(
        viewer, given_name=given, family_name=family, date_of_birth=born, identifiers=numbers
    )


@pytest.mark.parametrize(
    ("recorded", "typed", "why"),
    [
        ("Zoë Okonkwo-Smith", "zoe okonkwo smith", "Name"),
        ("Zoë Okonkwo-Smith", "zoe okonkwosmith", "Name"),
        ("Zoë Okonkwo-Smith", "okonkwo zoe", "First and last name the other way round"),
        ("Niall O’Brien", "niall o brien", "Name"),
        ("Niall O’Brien", "obrien", "Name"),
        ("Ewan MacDonald", "ewan mcdonald", "Name sounds the same"),
        ("Ewan MacDonald", "ewan mac donald", "Name"),
        ("Shawn Peters", "sean peters", "Another form of the name"),
        ("Katherine Peters", "catherine peters", "Another form of the name"),
        ("Katherine Peters", "kate peters", "Another form of the name"),
        ("Jonathan Petersen", "jonahtan petersen", "Name sounds the same"),
        ("Łukasz Wójcik", "lukasz wojcik", "Name"),
        ("Łukasz Wójcik", "lukas wojick", "Name is spelt nearly the same"),
        ("Jonathan Petersen", "jon pete", "Beginning of the name"),
    ],
)
def test_a_child_is_found_however_the_name_is_spelt(
    dora: Viewer, recorded: str, typed: str, why: str
) -> None:
    child_id = known(dora, recorded)
    known(dora, "Somebody Else", date(2011, 1, 2))

    found = finding.search(dora, typed)

    assert [(one.id, one.why) for one in found] == [(child_id, why)]


@pytest.mark.parametrize(
    "typed", ["14/5/2010", "14 May 2010", "14 may 10", "140510", "14052010", "2010-05-14", "14.5.10"]
)
def test_a_child_is_found_by_the_date_of_birth_however_it_is_typed(dora: Viewer, typed: str) -> None:
    child_id = known(dora, "Noor Unusual", BORN)

    found = {one.id: one.why for one in finding.search(dora, typed)}

    assert found[child_id] == "Date of birth"
    assert finding.search(dora, f"noor {typed}")[0].id == child_id
    assert finding.search(dora, f"noor {typed}")[0].why == "Name and date of birth"


def test_day_and_month_the_other_way_round_are_found_after_the_right_ones(dora: Viewer) -> None:
    turned, right = known(dora, "Noor Second", date(2010, 4, 5)), known(dora, "Noor First", date(2010, 5, 4))

    found = finding.search(dora, "noor 4/5/2010")

    assert [one.id for one in found] == [right, turned]
    assert found[1].why == "Name and date of birth with day and month the other way round"


def test_the_same_name_stands_before_one_that_sounds_alike(dora: Viewer) -> None:
    sean, shawn = known(dora, "Sean Petersen"), known(dora, "Shaun Peterson", date(2011, 1, 1))

    assert [one.id for one in finding.search(dora, "sean petersen")] == [sean, shawn]


@pytest.mark.parametrize(
    ("kind", "number", "typed", "why"),
    [
        ("mosaic", "1234567", "1234567", "Mosaic number"),
        ("nhs_number", "943 476 5919", "9434765919", "NHS number"),
        ("nhs_number", "9434765919", "943 476 5919", "NHS number"),
        ("prison_number", "A1234BC", "a1234bc", "Prison number"),
        ("core_plus", "140510", "140510", "Core+ number"),
        ("liquidlogic", "LL-99812", "ll99812", "Liquidlogic number"),
    ],
)
def test_a_child_is_found_by_any_whole_number(
    dora: Viewer, kind: str, number: str, typed: str, why: str
) -> None:
    child_id = known(dora, "Noor Unusual", date(2011, 2, 3), **{kind: number})

    found = finding.search(dora, typed)

    assert (found[0].id, found[0].why) == (child_id, why)


def test_a_child_is_found_by_the_reference(dora: Viewer) -> None:
    child_id = known(dora, "Noor Unusual")
    with reading() as session:
        reference = children.get(session, dora.authority_id, child_id).reference

    assert [(one.id, one.why) for one in finding.search(dora, reference.lower())] == [(child_id, "Reference")]


def test_a_number_that_a_task_records_is_found_and_shown_and_an_old_one_no_longer(dora: Viewer) -> None:
    child_id = known(dora, "Noor Unusual", prison_number="A1111AA")

    with transaction() as session:
        facts.record(
            session, dora.authority_id, child_id, {"prison_number": "A2222BB"}, person_id=None, task_id=None
        )

    assert child_view.show(dora, child_id).identifiers == {"prison_number": "A2222BB"}
    assert [one.id for one in finding.search(dora, "A2222BB")] == [child_id]
    assert finding.search(dora, "A1111AA") == []


def test_the_other_agency_finds_a_child_only_by_who_it_surely_is(dora: Viewer, sam: Viewer) -> None:
    child_id = known(dora, "Noor Unusual", OTHER, mosaic="1234567")

    assert finding.search(sam, "noor unusual") == []
    assert finding.search(sam, "noor") == []
    assert finding.search(sam, "21/7/2009 noor") == []
    for words in ("1234567", "noor unusual 21/7/2009", "unusual noor 210709"):
        (found,) = finding.search(sam, words)
        assert (found.id, found.can_open) == (child_id, False)


def test_somebody_without_casework_finds_no_child_of_another_agency(dora: Viewer) -> None:
    known(dora, "Noor Unusual", OTHER, mosaic="1234567")
    nurse = Viewer("nobody", dora.authority_id, "A nurse", agencies=frozenset({"health"}))

    assert finding.search(nurse, "1234567") == []
    assert finding.search(nurse, "noor unusual 21/7/2009") == []


def test_another_authority_finds_nothing(dora: Viewer) -> None:
    known(dora, "Noor Unusual", OTHER, mosaic="1234567")
    stranger = accounts.viewer_named("sam@stockport.example")

    assert finding.search(stranger, "1234567") == []
    assert finding.search(stranger, "noor unusual 21/7/2009") == []


def test_a_search_is_kept_for_its_person_and_audited_without_its_words(dora: Viewer, sam: Viewer) -> None:
    known(dora, "Noor Unusual")

    search_id = finding.look_up(dora, "noor 21/7/2009")

    kept = finding.again(dora, search_id)
    assert kept is not None
    assert (kept.words, kept.found[0].name) == ("noor 21/7/2009", "Noor Unusual")
    assert finding.again(sam, search_id) is None
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.kind == "children_searched")).one()
    assert entry.facts == {"by": ["name", "date_of_birth"], "found": len(kept.found)}
    assert "noor" not in str(vars(entry)).lower()


def test_whom_a_person_saw_last_stands_first_and_only_if_they_may_still_be_seen(dora: Viewer) -> None:
    first, second = known(dora, "Noor First"), known(dora, "Noor Second")

    for child_id in (first, second, first):
        finding.remember_seen(dora, child_id)

    assert {one.id for one in finding.recently_seen(dora)} == {first, second}
    stranger = Viewer(dora.person_id, dora.authority_id, "Moved", agencies=frozenset({"health"}))
    assert finding.recently_seen(stranger) == []
