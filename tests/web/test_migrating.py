"""The pages on which a designer moves running pathways: choices, preview, batch, results, the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.clock import SimulatedClock
from app.services.workbench import dry_run, migrating
from app.services.workbench.dry_run import Route
from tests.crash import pathways
from tests.engine import diagrams as d
from tests.web.browser import Browser
from tests.web.test_nothing_typed_is_lost import signed_in_again

pytestmark = pytest.mark.usefixtures("clock")
KEY = "check_up"
REASON = "The protocol of December"


def check_up(due: str) -> None:
    xml = d.diagram(
        d.start(),
        d.task("look", due=due).replace('id="look"', 'id="look" name="Look after them"'),
        d.end(),
        d.flows("start > look > end"),
        key=KEY,
    )
    pathways.publish(pathways.bundle(KEY, xml))


@pytest.fixture
def running(browser: Browser) -> list[str]:
    """Two pathways on version 1; version 2 has another rule."""
    with browser.app.app_context():
        check_up("P5D")
        found = [pathways.begin(KEY, pathways.child(name)) for name in ("Ada", "Ben")]
        check_up("P2D")
    browser.sign_in("desi")
    return found


def test_a_designer_sees_what_would_happen_moves_them_and_takes_it_back(
    browser: Browser, running: list[str], clock: SimulatedClock
) -> None:
    clock.move_to(clock.now() + timedelta(minutes=1))
    page = browser.get(f"/pathways/{KEY}/migrate")
    assert "Now: 5 days after this point is reached. In the new version: 2 days after" in page.text
    preview = browser.get(f"/pathways/{KEY}/migrate?from=older&to=2&look=1&choice-look=original")
    assert "2 running: 2 can be moved, 0 cannot. Dates move for 2." in preview.text
    assert "Sunday 6 December 2026 at 09:00 → Thursday 3 December 2026 at 09:00" in preview.text
    assert "Ada" not in preview.text  # a designer sees no child by that

    browser.submit("Move them", {"reason": ""}, status=422)
    browser.submit("Move them", {"reason": REASON})
    done = browser.follow()
    assert "Take it back" in done.text
    assert REASON in done.text
    browser.submit("Take it back")
    back = browser.follow()
    assert "Put back" in back.text


def test_the_reason_is_there_again_after_signing_in(
    browser: Browser, running: list[str], clock: SimulatedClock
) -> None:
    browser.get(f"/pathways/{KEY}/migrate?from=1&to=2&look=1")
    clock.move_to(clock.now() + timedelta(minutes=31))

    browser.submit("Move them", {"reason": REASON}, status=401)
    signed_in_again(browser, "desi")
    page = browser.submit("Go back to what I typed", status=200)

    form = page.form("Move them").fields
    assert (form["reason"], form["from"], form["to"]) == (REASON, "1", "2")


def test_a_batch_under_way_is_looked_at_again_by_itself(
    browser: Browser, running: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "SECONDS", -1.0)
    with browser.app.app_context():
        desi = pathways.viewer("desi")
        moving = migrating.begin(desi, Route(KEY, (1,), 2), REASON)

    page = browser.get(f"/migrations/{moving}")

    assert "0 of 2 have had their turn" in page.text


def test_a_preview_that_takes_long_is_looked_at_in_parts(
    browser: Browser, running: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "SECONDS", -1.0)
    monkeypatch.setattr(dry_run, "AT_ONCE", 1)

    first = browser.get(f"/pathways/{KEY}/migrate?from=older&to=2&look=1")
    rest = browser.get(f"/pathways/{KEY}/migrate?from=older&to=2&look=1&after={min(running)}")

    assert "1 of 2 have been looked at." in first.text
    assert "Look at the next" in first.text
    assert "1 of 2 have been looked at here." in rest.text
    assert "Look at the next" not in rest.text


def test_mistakes_are_said(browser: Browser, running: list[str]) -> None:
    browser.get(f"/pathways/{KEY}/migrate?from=2&to=2&look=1", status=422)
    page = browser.get(f"/pathways/{KEY}/migrate?from=1&to=2&look=1&names=nonsense", status=422)
    assert "Write one id a line" in page.text
    browser.get(f"/pathways/{KEY}/migrate?from=1&to=99&look=1", status=404)
