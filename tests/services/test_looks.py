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
from app.store.db import reading

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
    assert "At night" not in str(looks.unusual(dora).rows)

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
    assert rows[casey.name, found[0]] == ("No role with the child", "At night or at the weekend")
    assert rows[sam.name, found[2]] == ("Opened in an emergency", "At night or at the weekend")
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
