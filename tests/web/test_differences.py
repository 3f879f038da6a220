"""Two versions of answers side by side: what is different, whoever typed it and however it was kept."""

from __future__ import annotations

import pytest
from flask import Flask, get_template_attribute

from app.domain.forms import Form, read_form
from app.web.differences import Difference, differences


@pytest.fixture
def form() -> Form:
    """A visit: a day, whether alone, a number and words."""
    yes_no = [{"label": "Yes", "value": True}, {"label": "No", "value": False}]
    return read_form(
        "remand/visit",
        {
            "type": "default",
            "components": [
                {"type": "datetime", "subtype": "date", "key": "seen_on", "label": "Day of the visit"},
                {"type": "radio", "key": "alone", "label": "Seen alone", "values": yes_no},
                {"type": "number", "key": "hours", "label": "Hours"},
                {"type": "select", "key": "worker", "label": "Worker", "valuesKey": "people:social_worker"},
                {"type": "textarea", "key": "views", "label": "What the child said"},
            ],
        },
    )


def test_a_day_in_boxes_and_the_same_day_as_stored_are_no_difference(form: Form) -> None:
    boxes = {"seen_on": {"day": "5", "month": "12", "year": "2026"}, "hours": "2"}

    rows = differences(form, boxes, {"seen_on": "2026-12-05", "hours": 2})

    assert [(row.question, row.is_different) for row in rows] == [
        ("Day of the visit", False),
        ("Hours", False),
    ]
    assert rows[0].left == "Saturday 5 December 2026"


def test_what_differs_stands_in_words_on_both_sides(form: Form) -> None:
    people = {"social_worker": [("p1", "Sam Green"), ("p2", "Iris Okoro")]}
    left = {"alone": True, "worker": "p1", "views": "Fine.\r\nTired."}
    right = {"alone": False, "worker": "p2", "views": "Fine.\nTired.\n"}

    rows = differences(form, left, right, people)

    assert rows == [
        Difference("Seen alone", "Yes", "No", True),
        Difference("Worker", "Sam Green", "Iris Okoro", True),
        Difference("What the child said", "Fine.\nTired.", "Fine.\nTired.", False),
    ]


def test_a_day_that_is_none_is_shown_as_it_was_typed(form: Form) -> None:
    rows = differences(form, {"seen_on": {"day": "31", "month": "2", "year": "2026"}}, {})

    assert rows == [Difference("Day of the visit", "31 2 2026", "", True)]


def test_the_table_says_in_words_which_side_is_whose(demo_app: Flask) -> None:
    rows = [Difference("Hours", "2", "", True), Difference("Views", "<b>Fine</b>", "<b>Fine</b>", False)]

    with demo_app.test_request_context():
        drawn = str(
            get_template_attribute("pieces/differences.html", "differences_table")(
                rows, "Yours", "Sam’s", level=2
            )
        )

    assert "<dt>Yours</dt>" in drawn
    assert "<dt>Sam’s</dt>" in drawn
    assert "Different" in drawn
    assert "Not answered" in drawn
    assert "1 answer is the same in both" in drawn
    assert "<b>" not in drawn
