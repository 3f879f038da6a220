"""People and their work on the pages: the preview, the press, and closing the account of somebody who left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.services import accounts, children, instances
from tests.web.browser import Browser

START = {
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}


@pytest.fixture
def leaver(clock: SimulatedClock, demo_app: Flask) -> dict[str, str]:
    """The ids of Sam, who leaves with Alex's remand and Jo, and of Nell, the other social worker of the team."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        child_id = children.search(dora, "alex example")[0].id
        ordered_at = (clock.now() - timedelta(hours=1)).isoformat()
        instances.start(dora, "remand_yda", child_id, {**START, "remanded_at": ordered_at})
        nell = accounts.add_person(
            "wandsworth", "nell@wandsworth.example", "Nell New",
            roles=["social_worker"], team_ids=["looked_after"],
        )  # fmt: skip
        names = ("sam", "mo", "pat")
        return {"nell": nell} | {
            name: accounts.viewer_named(f"{name}@wandsworth.example").person_id for name in names
        }


def test_everything_to_one_person_in_three_presses(browser: Browser, leaver: dict[str, str]) -> None:
    browser.sign_in("mo")
    people = browser.get("/people")
    assert "Nell New" in people.text

    browser.get(f"/people/{leaver['sam']}/hand-over")
    preview = browser.submit("Continue", {"to": leaver["nell"]}, status=200)
    assert "Nothing has moved yet" in preview.text
    assert "Now: 0 open tasks and 0 children" in preview.text
    assert "Alex Example" in preview.text
    page = browser.submit("Move all of this now", status=422)
    assert "Enter why the work moves" in page.text
    browser.submit("Move all of this now", {"reason": "Sam leaves on Friday."})

    done = browser.follow()
    assert "of Sam Socialworker moved." in done.text
    assert "There is nothing left to hand over." in done.text


def test_with_several_each_child_is_chosen(browser: Browser, leaver: dict[str, str]) -> None:
    browser.sign_in("mo")
    address = f"/people/{leaver['sam']}/hand-over?to={leaver['nell']}&to={leaver['pat']}"

    page = browser.get(address)
    assert "Jo Madeup (" in page.text
    refused = browser.get(f"{address}&each=yes")
    assert "Select who takes over each child" in refused.text
    choices = [name for name in page.form("Continue").fields if name.startswith("to-")]
    preview = browser.get(f"{address}&each=yes&{choices[0]}={leaver['pat']}")

    assert "Pat Placements does not hold this role" in preview.text
    assert "everything, because nobody was chosen" in preview.text


def test_nobody_chosen_is_said(browser: Browser, leaver: dict[str, str]) -> None:
    browser.sign_in("mo")
    browser.get(f"/people/{leaver['sam']}/hand-over")

    page = browser.submit("Continue", status=200)

    assert "Select who takes over" in page.text
    assert page.read.title.startswith("Error: ")


def test_an_administrator_closes_the_account_after_a_warning(
    browser: Browser, another_browser: Callable[[], Browser], leaver: dict[str, str]
) -> None:
    mo = another_browser()
    mo.sign_in("mo")
    assert "Close the account" not in mo.get(f"/people/{leaver['sam']}/hand-over").text
    browser.sign_in("ada")
    page = browser.get(f"/people/{leaver['sam']}/hand-over")
    assert "They still have" in page.text

    browser.submit("Close the account")

    assert "The account of Sam Socialworker is closed." in browser.follow().text
    assert "Account closed" in browser.get("/people").text
