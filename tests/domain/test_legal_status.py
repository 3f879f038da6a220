"""What a child's time in care amounts to in law: thirteen weeks after fourteen, remand days counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.errors import BadInput
from app.domain.legal_status import DAYS_NEEDED, Period, suggest

BORN = date(2010, 5, 14)
FOURTEEN, SIXTEEN, EIGHTEEN = date(2024, 5, 14), date(2026, 5, 14), date(2028, 5, 14)
CHRISTMAS_EVE = date(2026, 12, 24)


def remand(from_on: date, days: int) -> Period:
    """So many days looked after by remand, the first and the last counted."""
    return Period("looked_after", from_on, from_on + timedelta(days=days - 1))


def test_without_a_date_of_birth_it_says_what_is_missing() -> None:
    found = suggest(None, [], CHRISTMAS_EVE)

    assert found.status == "unknown"
    assert found.route is None
    assert "date of birth" in found.reasons[0]


def test_a_child_who_was_never_in_care() -> None:
    assert suggest(BORN, [], CHRISTMAS_EVE).route == "never"


def test_remand_days_count_towards_the_thirteen_weeks() -> None:
    period = Period("looked_after", CHRISTMAS_EVE)

    day_90 = suggest(BORN, [period], CHRISTMAS_EVE + timedelta(days=DAYS_NEEDED - 2))
    day_91 = suggest(BORN, [period], CHRISTMAS_EVE + timedelta(days=DAYS_NEEDED - 1))

    assert (day_90.status, day_90.next_on) == (
        "looked_after",
        CHRISTMAS_EVE + timedelta(days=DAYS_NEEDED - 1),
    )
    assert day_91.status == "eligible"
    assert any("13 weeks" in reason for reason in day_91.reasons)


def test_weeks_before_fourteen_do_not_count_and_overlapping_ones_count_once() -> None:
    before = remand(FOURTEEN - timedelta(days=200), 200)
    twice = [Period("care_order", SIXTEEN, SIXTEEN + timedelta(days=59)), remand(SIXTEEN, 60)]

    assert suggest(BORN, [before, *twice], SIXTEEN + timedelta(days=59)).status == "looked_after"


def test_the_weeks_need_not_be_in_one_piece_but_some_must_lie_after_sixteen() -> None:
    early = remand(FOURTEEN, 90)
    one_day = remand(SIXTEEN, 1)

    assert suggest(BORN, [early, one_day], SIXTEEN + timedelta(days=10)).status == "relevant"
    assert (
        suggest(BORN, [remand(FOURTEEN, 200)], SIXTEEN + timedelta(days=10)).status == "former_looked_after"
    )


def test_less_than_thirteen_weeks_after_sixteen_qualifies_for_advice() -> None:
    found = suggest(BORN, [remand(SIXTEEN, 28)], SIXTEEN + timedelta(days=60))

    assert (found.status, found.route) == ("qualifying", "former")


def test_a_care_order_goes_on_in_custody_and_agreed_care_ends_there() -> None:
    ordered = suggest(BORN, [Period("care_order", SIXTEEN)], CHRISTMAS_EVE)
    agreed = suggest(BORN, [Period("section_20", date(2026, 12, 1))], CHRISTMAS_EVE)

    assert ordered.route == agreed.route == "still_looked_after"
    assert "goes on in custody" in ordered.reasons[0]
    assert "ends when a custodial sentence begins" in agreed.reasons[0]


def test_detained_at_sixteen_straight_from_care_is_relevant() -> None:
    care = Period("section_20", date(2025, 9, 1), date(2026, 4, 30))
    detained = Period("youth_detention", date(2026, 5, 1))
    weeks_later = Period("youth_detention", date(2026, 5, 10))

    assert suggest(BORN, [care, detained], CHRISTMAS_EVE).status == "relevant"
    assert suggest(BORN, [care, weeks_later], CHRISTMAS_EVE).status == "former_looked_after"


@pytest.mark.parametrize(
    ("care", "status"),
    [
        (remand(SIXTEEN, 91), "former_relevant"),
        (remand(SIXTEEN, 90), "qualifying"),
        (remand(FOURTEEN, 200), "former_looked_after"),
    ],
)  # fmt: skip
def test_turning_eighteen_ends_the_remand_and_leaves_what_was_earned(care: Period, status: str) -> None:
    assert suggest(BORN, [care], EIGHTEEN).status == status


def test_nobody_is_looked_after_on_their_eighteenth_birthday() -> None:
    open_order = [Period("care_order", SIXTEEN)]

    assert suggest(BORN, open_order, EIGHTEEN - timedelta(days=1)).status == "eligible"
    assert suggest(BORN, open_order, EIGHTEEN).status == "former_relevant"


def test_born_on_a_leap_day_one_is_sixteen_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    long_enough = Period("care_order", date(2022, 6, 1))

    assert suggest(born, [long_enough], date(2026, 2, 28)).status == "eligible"
    assert suggest(born, [long_enough], date(2026, 3, 1)).status == "former_relevant"
    assert suggest(born, [long_enough], date(2024, 2, 28)).status == "looked_after"
    assert suggest(born, [long_enough], date(2024, 2, 29)).status == "eligible"


def test_a_period_ends_after_it_began() -> None:
    with pytest.raises(BadInput):
        Period("care_order", CHRISTMAS_EVE, CHRISTMAS_EVE - timedelta(days=1))
