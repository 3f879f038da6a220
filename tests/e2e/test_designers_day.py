"""The designer's journey in a real browser: a deadline changed, checked, published by two, running work moved, undone.

Once on the drawing, and once by keyboard alone in the outline.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select as choose

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, definitions, instances
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from tests.e2e.reader import Reader
from tests.e2e.test_drawing import opened, saved, select
from tests.things import ANSWERS
from tests.web_server import LiveServer

DESI, REV = "desi@wandsworth.example", "rev@wandsworth.example"
CHRISTMAS_EVE = datetime(2026, 12, 24, 17, 40, tzinfo=UTC)
VISIT = "record_first_visit"
STEP = "Visit the child in custody"


@pytest.fixture
def remand(live_server: LiveServer, server_clock: SimulatedClock) -> Callable[[str], str]:
    """Starts a remand at 17:40 on Christmas Eve for a child of that name; the due time of the first visit."""
    server_clock.move_to(CHRISTMAS_EVE)

    def start(name: str) -> str:
        with live_server.app.app_context(), use_clock(server_clock):
            dora = accounts.viewer_named("dora@wandsworth.example")
            child_id = children.search(dora, name)[0].id
            began = {**ANSWERS, "remanded_at": CHRISTMAS_EVE.isoformat()}
            instance_id = instances.start(dora, "remand_yda", child_id, began)
        return due(instance_id)

    def due(instance_id: str) -> str:
        with live_server.app.app_context(), reading() as session:
            found: dict[str, str] = session.scalars(
                choose(UserTask.due).where(UserTask.instance_id == instance_id, UserTask.element_id == VISIT)
            ).one()
            return found["due_on"]

    return start


def version_numbers(live_server: LiveServer) -> dict[str, int]:
    """How many remands run on which version."""
    with live_server.app.app_context(), reading() as session:
        found: dict[str, int] = {}
        for version_id in session.scalars(
            choose(ProcessInstance.version_id).where(ProcessInstance.definition_key == "remand_yda")
        ):
            number = str(definitions.number_of(session, version_id))
            found[number] = found.get(number, 0) + 1
        return found


def test_a_deadline_is_changed_published_by_two_and_running_work_moved_and_put_back(
    live_server: LiveServer,
    reader: Callable[..., Reader],
    remand: Callable[[str], str],
    server_clock: SimulatedClock,
) -> None:
    # given a remand on the version in force
    assert remand("alex example") == "2026-12-31"
    desi, draft_id = opened(live_server, reader, DESI, "remand_yda")
    draft = f"/workbench/drafts/{draft_id}"

    # when the deadline is taken away on the drawing, a finding stands at the step, and it is mended
    panel = desi.page.locator("[data-designer-panel]")
    select(desi.page, VISIT)
    panel.get_by_label("When it is due").select_option("")
    sign = desi.page.locator(f".djs-overlays[data-container-id={VISIT}] .app-designer-sign--error")
    expect(sign).to_be_visible()
    panel.get_by_label("When it is due").select_option("remand.first_meeting")
    panel.get_by_label("Counted from").select_option("remanded_at")
    expect(sign).to_have_count(0)
    saved(desi.page)

    # and Christmas Eve is simulated: the date that moves is seen before anybody has to live by it
    desi.go(f"{draft}/simulate")
    desi.follow("24 December, 17:40")
    desi.press("Begin the simulation")
    visit = desi.page.get_by_role("listitem").filter(has=desi.page.get_by_role("link", name=STEP))
    expect(visit).to_contain_text("5 January 2027")

    # and the difference is read and sent for approval
    desi.go(f"{draft}/differences")
    expect(desi.page.locator("main")).to_contain_text("Visit the child in custody")
    desi.go(f"{draft}/publish")
    desi.answer({"note": "The first visit is due with the first meeting."})
    desi.press("Send for approval")
    publication = desi.page.url.removeprefix(desi._address)
    rev = reader(REV)
    rev.go(publication)
    expect(rev.page.locator("main")).to_contain_text(f"Changed {STEP}")
    rev.press("Approve")
    expect(rev.page.locator("main")).to_contain_text("Came into force")

    # then a new remand starts on the new version, and the old one moves after a preview
    assert remand("robin placeholder") == "2027-01-05"
    assert version_numbers(live_server) == {"1": 1, "2": 1}
    rev.go("/pathways/remand_yda/migrate?from=1&to=2")
    rev.press("See what would happen")
    main = rev.page.locator("main")
    expect(main).to_contain_text("Thursday 31 December 2026 → Tuesday 5 January 2027")
    expect(main).not_to_contain_text("Alex")
    rev.picture("migration-preview", heights=1.6)
    rev.answer({"reason": "The protocol of December"})
    rev.press("Move them")
    assert version_numbers(live_server) == {"2": 2}

    # and everything can be put back
    rev.press("Take it back")
    assert version_numbers(live_server) == {"1": 1, "2": 1}
    rev.go("/pathways/remand_yda/versions/1/roll-back")
    rev.answer({"reason": "The establishment cannot do it."})
    rev.press("Put it in force again")
    assert remand("charlie fictional") == "2026-12-31"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


TABS_AT_ONCE = 20
STOP_THERE = """one => {
  window.isThere = one === document.activeElement
  one.addEventListener('focus', () => { window.isThere = true }, { once: true })
  document.addEventListener('keydown', event => { if (window.isThere && event.key === 'Tab') event.preventDefault() })
}"""
"""Whoever has come to a control presses Tab no more, however many were on their way."""


def reach(page: Page, words: str, role: str = "link") -> None:
    """Go to a control with the Tab key alone, as somebody does who cannot use a mouse."""
    wanted = page.get_by_role(role, name=words, exact=role == "link").first  # type: ignore[arg-type]
    wanted.evaluate(STOP_THERE)
    for _ in range(400 // TABS_AT_ONCE):
        if page.evaluate("window.isThere"):
            page.evaluate("window.isThere = false")
            return
        for _ in range(TABS_AT_ONCE):
            page.keyboard.down("Tab")
        page.keyboard.up("Tab")
    raise AssertionError(f"Tab never reaches the {role} {words}")


def use(page: Page, words: str, role: str = "link") -> None:
    """Reach a link or a button, and press Enter."""
    reach(page, words, role)
    press(page, "Enter")
    page.wait_for_load_state()


def write(page: Page, question: str, words: str) -> None:
    """Reach a text box, and type into it."""
    reach(page, question, "textbox")
    page.keyboard.type(words)


def change_due(desi: Reader, draft: str, rule: str, counted_from: str = "") -> None:
    """Choose another time limit for the first visit in the outline."""
    desi.go(f"{draft}/outline")
    use(desi.page, STEP)
    expect(desi.page.locator("h1")).to_have_text(STEP)
    reach(desi.page, "When is it due?", "combobox")
    desi.page.keyboard.type(rule)
    if counted_from:
        reach(desi.page, "What is the time counted from?", "combobox")
        desi.page.keyboard.type(counted_from)
    use(desi.page, "Save the step", "button")
    expect(desi.page.locator("h1")).to_have_text("Outline")


def test_the_same_by_keyboard_in_the_outline(
    live_server: LiveServer, reader: Callable[..., Reader], remand: Callable[[str], str]
) -> None:
    assert remand("alex example") == "2026-12-31"
    desi, draft_id = opened(live_server, reader, DESI, "remand_yda")
    page, main = desi.page, desi.page.locator("main")
    draft = f"/workbench/drafts/{draft_id}"

    # when the deadline is taken away, the outline says what is wrong with the step, and it is mended
    change_due(desi, draft, "Choose one")
    expect(page.locator(f"li#{VISIT} p").first).to_contain_text("Stops publishing")
    change_due(desi, draft, "Remand planning meeting", "The date and time of the remand")
    expect(page.locator(f"li#{VISIT} p").first).to_contain_text("5 working days")
    expect(page.locator(f"li#{VISIT} p").first).not_to_contain_text("Stops publishing")

    desi.go(f"{draft}/simulate")
    use(page, "24 December, 17:40")
    use(page, "Begin the simulation", "button")
    expect(main).to_contain_text("5 January 2027")

    desi.go(f"{draft}/publish")
    write(page, "What is new?", "By keyboard")
    use(page, "Send for approval", "button")
    page.wait_for_url("**/workbench/publications/*")
    rev = reader(REV)
    rev.go(page.url.removeprefix(desi._address))
    page, main = rev.page, rev.page.locator("main")
    use(page, "Approve", "button")
    expect(main).to_contain_text("Came into force")

    # then both ways lead on: a new remand by the new date, an old one after its preview, and everything back
    assert remand("robin placeholder") == "2027-01-05"
    rev.go("/pathways/remand_yda/migrate?from=1&to=2")
    use(page, "See what would happen", "button")
    expect(main).to_contain_text("Thursday 31 December 2026 → Tuesday 5 January 2027")
    write(page, "Why", "The protocol of December")
    use(page, "Move them", "button")
    expect(main).to_contain_text("Take it back")
    assert version_numbers(live_server) == {"2": 2}
    rev.go("/pathways/remand_yda/versions/1/roll-back")
    write(page, "Why", "It cannot be done.")
    use(page, "Put it in force again", "button")
    expect(main).to_contain_text("in force again")
    assert remand("charlie fictional") == "2026-12-31"
