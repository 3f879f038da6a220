"""Whatever is sent, the answer is one that the description has, and never an error of ours; `make fuzz` sends more."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask

from app.services import tokens
from tests.api.requests import Walk
from tests.things import one_of_everything

pytestmark = pytest.mark.usefixtures("clock")


OF_NAMES = {"key": "remand_yda", "number": "1", "name": "bed-nights"}


@pytest.fixture
def real(filled_sqlite_app: Flask) -> dict[str, str]:
    """The id of one of everything, by what addresses call it."""
    return {**one_of_everything(), **OF_NAMES}


@pytest.fixture
def real_on_either(filled_app: Flask) -> dict[str, str]:
    """The same, on each of the two databases."""
    return {**one_of_everything(), **OF_NAMES}


def problems_of(
    app: Flask, real: dict[str, str], examples: int
) -> tuple[dict[tuple[str, str], str], Counter[int]]:
    """What was wrong with the answers to a worker, a stranger and nobody, and how often each status was answered."""
    problems: dict[tuple[str, str], str] = {}
    statuses: Counter[int] = Counter()
    for who in ("mo@wandsworth.example", "mo@stockport.example", None):
        token = tokens.create(who, ["write"], name="A test", days=1) if who else None
        walk = Walk(app, token, real)
        walk.everywhere(examples)
        problems |= walk.problems
        statuses += walk.statuses
    return problems, statuses


def test_no_request_of_a_worker_a_stranger_or_nobody_is_an_error_of_ours(
    filled_sqlite_app: Flask, real: dict[str, str]
) -> None:
    problems, _ = problems_of(filled_sqlite_app, real, 2)

    assert problems == {}


@pytest.mark.slow
def test_ten_thousand_requests_meet_no_error_of_ours(
    filled_app: Flask, real_on_either: dict[str, str]
) -> None:
    problems, statuses = problems_of(filled_app, real_on_either, 150)

    print(f"{statuses.total()} requests:", dict(sorted(statuses.items())))
    assert statuses.total() >= 10_000
    assert problems == {}
