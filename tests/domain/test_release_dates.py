"""Release dates: cases counted by hand on a calendar, and rules that hold for every term."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.release_dates import Term, from_answers, months_after, work_out

CASES = [
    # kind, sentenced, months, days, remand, end, early, middle, late: counted by hand
    ("dto", "2026-01-01", 4, 0, 0, "2026-04-30", "2026-03-01", "2026-03-01", None),  # 120 days, half 60
    ("dto", "2027-01-04", 8, 0, 0, "2027-09-03", "2027-04-05", "2027-05-05", "2027-06-05"),  # 243, half 122
    ("dto", "2027-01-04", 12, 0, 0, "2028-01-03", "2027-06-05", "2027-07-05", "2027-08-05"),  # 365, half 183
    ("dto", "2027-01-04", 18, 0, 0, "2028-07-03", "2027-08-04", "2027-10-04", "2027-12-04"),  # 547, half 274
    ("dto", "2027-01-04", 12, 0, 30, "2027-12-04", "2027-05-05", "2027-06-05", "2027-07-05"),  # less 30 days
    ("dto", "2027-08-31", 6, 0, 0, "2028-02-28", "2027-11-29", "2027-11-29", None),  # 182 days, 29 February + no 31st
    ("dto", "2023-10-03", 12, 0, 0, "2024-10-02", "2024-03-02", "2024-04-02", "2024-05-02"),  # 366 days, half 183
    ("dto", "2023-10-01", 12, 0, 0, "2024-09-30", "2024-02-29", "2024-03-31", "2024-04-30"),  # clamped both ways
    ("section_250", "2027-01-04", 24, 0, 0, "2029-01-03", "2028-01-04", "2028-01-04", None),  # 731, half 366
    ("section_250", "2027-01-04", 0, 100, 10, "2027-04-03", "2027-02-12", "2027-02-12", None),  # half 50
    ("section_250", "2027-01-01", 84, 0, 0, "2033-12-31", "2030-07-02", "2030-07-02", "2031-09-01"),
    ("extended", "2027-01-01", 36, 0, 0, "2029-12-31", "2028-12-31", None, "2029-12-31"),  # 1,096: 731
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}m{case[3]}d-{case[1]}")
def test_dates_counted_by_hand(
    case: tuple[str, str, int, int, int, str, str, str | None, str | None],
) -> None:
    kind, on, months, days, remand, *expected = case

    found = work_out(Term(kind, date.fromisoformat(on), months, days, remand))

    dates = [
        found[which].on.isoformat() if which in found else None
        for which in ("end", "early", "middle", "late")
    ]
    assert dates == expected


@given(
    st.sampled_from(["dto", "section_250", "extended"]),
    st.dates(date(2022, 6, 28), date(2060, 12, 31)),
    st.integers(1, 120), st.integers(0, 60), st.integers(0, 200),
)  # fmt: skip
def test_dates_follow_each_other_and_none_is_before_the_sentence(
    kind: str, on: date, months: int, days: int, remand: int
) -> None:
    found = work_out(Term(kind, on, months, days, remand))

    in_order = [found[which].on for which in ("early", "middle", "late") if which in found]
    assert in_order == sorted(in_order)
    assert all(on <= one.on for one in found.values())
    assert all(one.how.endswith(".") for one in found.values())


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(-24, 24))
def test_a_month_on_is_never_more_than_a_month_away(day: date, months: int) -> None:
    moved = months_after(day, months)

    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


def test_what_was_typed_is_read_and_what_is_missing_is_said() -> None:
    typed = {"sentence_type": "dto", "sentenced_on": {"day": "4", "month": "1", "year": "2027"}}

    nothing, missing = from_answers(typed)
    wrong, not_a_number = from_answers({**typed, "sentence_months": "a year"})
    life, ask = from_answers({**typed, "sentence_type": "section_259", "sentence_months": "12"})
    served, all_of_it = from_answers({**typed, "sentence_months": 4, "remand_days": 400})
    found, none = from_answers({**typed, "sentence_months": "12", "remand_days": "30"})

    assert (nothing, missing) == ({}, "To work out the dates, give its length in months or days.")
    assert (wrong, not_a_number) == ({}, "To work out the dates, give whole numbers of months and days.")
    assert not life
    assert "Ask the establishment" in ask
    assert not served
    assert "time on remand" in all_of_it
    assert none == ""
    assert found["middle"].how == "Mid-term: half of 365 days, which is 183 days, less 30 days on remand."
