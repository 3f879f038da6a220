"""What a deadline says for itself."""

from __future__ import annotations

import pytest

from app.domain.deadlines import DeadlineRule, compute
from app.domain.explanations import in_brief
from app.domain.workdays import WorkingCalendar
from app.services import reference
from tests.domain.conftest import Due, a_rule, london


def test_the_first_visit_at_christmas_names_both_sides_and_the_days_skipped() -> None:
    deadline = reference.explain_deadline("visit.remand.first", "wandsworth", london("2026-12-24T17:40"))

    assert deadline.explanation == (
        "Thursday 31 December 2026: one week after Thursday 24 December 2026 (regulation 28); "
        "the protocol's 5 working days would end Tuesday 5 January 2027 (Wandsworth WAN-8-10), "
        "skipping Friday 25 December (Christmas Day), Saturday 26 and Sunday 27 December, "
        "Monday 28 December (Boxing Day, substitute day), Friday 1 January 2027 (New Year's Day), "
        "and Saturday 2 and Sunday 3 January 2027"
    )


@pytest.mark.parametrize(
    ("rule", "counted_from", "says"),
    [
        (
            "24 hours",
            "2026-12-24T17:40",
            "Friday 25 December 2026 at 17:40: 24 hours after Thursday 24 December 2026 at",
        ),
        ("0 hours", "2026-12-24T17:40", "at once, from Thursday 24 December 2026 at 17:40 (clause 8)"),
        ("0 calendar_days", "2026-12-24", "the same day as the event on Thursday 24 December 2026"),
        (
            "1 working_days",
            "2026-11-27",
            "one working day after Friday 27 November 2026 (clause 8), skipping Saturday 28",
        ),
        ("24 hours", "2026-10-24T17:40", "; the clocks change in between, and hours run in real time"),
        (
            "14 calendar_days before",
            "2027-01-09",
            "14 days before Saturday 9 January 2027 (clause 8), moved back to a working day past "
            "Friday 25 December 2026 (Christmas Day), and Saturday 26 December 2026",
        ),
        (
            "2 working_days before",
            "2026-11-30",
            "2 working days before Monday 30 November 2026 (clause 8), skipping",
        ),
        ("1 weeks", "2051-02-01", "; the bank holidays of some of these days are not known yet"),
    ],
)
def test_an_explanation_says(due: Due, rule: str, counted_from: str, says: str) -> None:
    assert says in due(rule, counted_from).explanation


def test_many_weekends_are_counted_and_holidays_still_named(due: Due) -> None:
    explanation = due("20 working_days", "2026-12-24").explanation

    assert "skipping Friday 25 December (Christmas Day)" in explanation
    assert explanation.endswith("Friday 1 January 2027 (New Year's Day), and 5 weekends")


def test_a_weekend_over_the_end_of_a_month_names_both_months(due: Due) -> None:
    explanation = due("1 working_days", "2026-10-30").explanation

    assert explanation.endswith("skipping Saturday 31 October and Sunday 1 November")


def test_a_statutory_text_that_nobody_has_checked_says_so(england: WorkingCalendar) -> None:
    unverified = a_rule("20 working_days", "regulation 33", verified=False)
    rule = DeadlineRule("a.rule", "A rule", "an event", None, unverified)

    assert "(regulation 33, not yet verified)" in compute(rule, london("2026-12-24"), england).explanation


def test_an_area_that_does_not_use_a_rule_says_so() -> None:
    explanation = reference.explain_deadline(
        "remand.care_panel_request", "stockport", london("2026-12-24")
    ).explanation

    assert explanation.endswith("; Stockport does not use this rule (care_panel is off)")


def test_a_list_says_the_day_and_the_rule_that_decided(due: Due) -> None:
    said = due("20 working_days", "2026-12-24").explanation

    assert in_brief(said) == said[: said.index(", skipping")]
    assert in_brief(said).startswith(
        "Tuesday 26 January 2027: 20 working days after Thursday 24 December 2026 ("
    )
    assert in_brief("Friday 8 January 2027") == "Friday 8 January 2027"
    ours = (
        "Friday 8 January 2027: one week after Friday 1 January 2027 (our default; the protocol sets no time)"
    )
    assert in_brief(ours) == in_brief(f"{ours}; the clocks change in between") == ours
