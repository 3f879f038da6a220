"""Which looks a manager should ask about: in an emergency, without a role, at night, many in an hour; no system's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock, today
from app.services import accounts, children, finding
from app.services.access import emergencies, looks, restricting
from app.services.access.looks import MANY, Many
from app.store.children import Child
from app.store.db import reading, transaction

pytestmark = [
    pytest.mark.usefixtures("filled_app"),
    pytest.mark.on_both_databases,
]  # hours are counted by the database


def test_unusual_looks_are_those_to_ask_about(clock: SimulatedClock, filled_app: Flask) -> None:
    # given: children of the youth justice service, and a working day
    dora, casey, mo, sam = (
        accounts.viewer_named(f"{who}@wandsworth.example") for who in ("dora", "casey", "mo", "sam")
    )
    clock.move_to(datetime(2026, 12, 2, 10, 5, tzinfo=UTC))
    found = [
        children.create(dora, given_name=f"Child {number}", family_name="Lookedat", date_of_birth=None)
        for number in range(MANY)
    ]

    # when: one opens them all within the hour, a system reads them too, and the manager looks herself
    for number, child_id in enumerate(found):
        looks.remember(casey, child_id)
        looks.remember(dora, child_id)
        if number:
            looks.remember(mo, child_id, token_id="a-system")

    # then: the many are said once, and are no rows
    assert looks.many(dora) == (Many(casey.person_id, casey.name, today(), MANY),)
    assert "At " not in str(looks.unusual(dora).rows)

    # and: at night, and in an emergency
    clock.move_to(datetime(2026, 12, 2, 23, 30, tzinfo=UTC))
    looks.remember(casey, found[0])
    looks.remember(mo, found[1], token_id="a-system")
    restricting.restrict(dora, found[2], "A colleague’s child.", [], today() + timedelta(days=7))
    with reading() as session:
        child = session.get(Child, ("wandsworth", found[2]))
        assert child is not None
    emergencies.open_record(sam, child.reference, "The police have rung.", 1)
    looks.remember(sam, found[2])
    rows = {(row.person, row.child_id): row.why for row in looks.unusual(dora).rows}
    at_night = "At 23:30, between 8pm and 7am, and not as the emergency duty team"
    assert rows[casey.name, found[0]] == (
        "No allocation, cover or task of theirs has to do with the child",
        at_night,
    )
    assert rows[sam.name, found[2]] == ("The record was opened in an emergency", at_night)
    assert (mo.name, found[1]) not in rows


def test_an_opening_that_has_ended_closes_every_list(clock: SimulatedClock, filled_app: Flask) -> None:
    # given: a restricted record that somebody has opened for an hour
    dora, sam = (accounts.viewer_named(f"{who}@wandsworth.example") for who in ("dora", "sam"))
    child_id = children.create(dora, given_name="Robin", family_name="Closedagain", date_of_birth=None)
    restricting.restrict(dora, child_id, "A colleague’s child.", [], today() + timedelta(days=7))
    with reading() as session:
        child = session.get(Child, ("wandsworth", child_id))
        assert child is not None
    assert not finding.search(sam, "Robin Closedagain")
    emergencies.open_record(sam, child.reference, "The police have rung.", 1)

    # when and then: the same condition, kept for the same viewer, is asked within the hour and after it
    assert [row.id for row in finding.search(sam, "Robin Closedagain")] == [child_id]
    clock.move_to(clock.now() + timedelta(hours=1, minutes=1))
    assert not finding.search(sam, "Robin Closedagain")


def test_a_weekend_is_judged_by_who_works_then(clock: SimulatedClock, filled_app: Flask) -> None:
    # given: a child whose worker is Casey, on a Sunday afternoon and on Boxing Day's substitute, a Monday
    dora, casey, fran, tess = (
        accounts.viewer_named(f"{who}@wandsworth.example") for who in ("dora", "casey", "fran", "tess")
    )
    child_id = children.create(dora, given_name="Kim", family_name="Lookedat", date_of_birth=None)
    with transaction() as session:
        children.allocate(
            session, dora.authority_id, child_id, "yjs_case_manager", casey.person_id, by=dora.person_id
        )

    # when: the duty manager, the worker, the emergency team and a manager without a duty look
    reasons: dict[tuple[int, str], tuple[str, ...]] = {}
    for moment in (datetime(2026, 12, 20, 14, tzinfo=UTC), datetime(2026, 12, 28, 14, tzinfo=UTC)):
        clock.move_to(moment)
        for viewer in (dora, casey, fran, tess):
            looks.remember(viewer, child_id)
        listed = (*looks.unusual(dora).rows, *looks.unusual(tess).rows)
        reasons |= {(row.first_at.day, row.person_id): row.why for row in listed}

    # then: only the last of them is asked about, with the day
    alone = "without work of their own on the child"
    assert reasons == {
        (20, tess.person_id): (f"On a Sunday, {alone}",),
        (28, tess.person_id): (f"On a bank holiday, {alone}",),
    }

    # and: the emergency team is not at night either; the worker is
    clock.move_to(datetime(2026, 12, 28, 22, tzinfo=UTC))
    for viewer in (casey, fran):
        looks.remember(viewer, child_id)
    at_night = {row.person_id for row in looks.unusual(dora).rows if "At 22:00" in str(row.why)}
    assert at_night == {casey.person_id}
