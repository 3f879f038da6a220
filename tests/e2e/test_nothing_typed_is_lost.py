"""A lost connection, an ended session and a second person, in a real browser: nothing lost, said in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from app.domain.clock import SimulatedClock
from tests.e2e.conftest import DUTY_MANAGER, SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web.test_tasks import FIRST_VISIT
from tests.web_server import LiveServer

SAVED = "Your answers are saved as a draft."
SAID = "I want to ring my gran."


@pytest.fixture
def at_the_visit(reader: Callable[..., Reader], remand: str) -> Reader:
    """Sam, on a phone, with the first visit open."""
    assert remand
    sam = reader(SOCIAL_WORKER, on_a_phone=True)
    sam.go("/work")
    sam.follow(FIRST_VISIT)
    return sam


def status(page: Page) -> str:
    return page.locator("[data-draft-status]").inner_text()


def test_typed_without_a_connection_and_saved_as_soon_as_it_is_back(at_the_visit: Reader) -> None:
    page = at_the_visit.page
    page.context.set_offline(True)

    page.locator("[name=child_said]").press_sequentially(SAID)

    expect(page.locator("[data-draft-status]")).to_contain_text("Not saved: there is no connection.")
    at_the_visit.look()
    page.context.set_offline(False)
    expect(page.locator("[data-draft-status]")).to_have_text(SAVED)
    page.reload()
    expect(page.locator("[name=child_said]")).to_have_value(SAID)


def test_the_connection_is_cut_while_the_draft_is_on_its_way(at_the_visit: Reader) -> None:
    page = at_the_visit.page
    cut = iter([True, True])
    page.route("**/draft", lambda route: route.abort() if next(cut, False) else route.continue_())

    page.locator("[name=child_said]").press_sequentially(SAID)

    expect(page.locator("[data-draft-status]")).to_contain_text("Not saved")
    expect(page.locator("[data-draft-status]")).to_have_text(SAVED)
    page.reload()
    expect(page.locator("[name=child_said]")).to_have_value(SAID)


def test_the_connection_is_cut_after_the_draft_has_arrived_and_nobody_is_told_of_a_rival(
    at_the_visit: Reader,
) -> None:
    page = at_the_visit.page
    lost = iter([True])

    def lose_the_answer(route: Route) -> None:
        if next(lost, False):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/draft", lose_the_answer)

    page.locator("[name=child_said]").press_sequentially(SAID)

    expect(page.locator("[data-draft-status]")).to_contain_text("Not saved")
    expect(page.locator("[data-draft-status]")).to_have_text(SAVED)
    page.reload()
    expect(page.locator("[name=child_said]")).to_have_value(SAID)


def test_the_session_ends_while_typing_and_signing_in_again_in_a_new_tab_saves_it(
    at_the_visit: Reader, reader: Callable[..., Reader], server_clock: SimulatedClock, live_server: LiveServer
) -> None:
    # given
    page = at_the_visit.page
    server_clock.move_to(server_clock.now() + timedelta(minutes=31))
    page.locator("[name=child_said]").press_sequentially(SAID)
    expect(page.locator("[data-draft-status]")).to_contain_text("Not saved: you have been signed out.")
    at_the_visit.look()

    # when
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Sign in in a new tab").click()
    tab = opening.value
    tab.locator("#username").fill(SOCIAL_WORKER)
    tab.locator("input[name=password]").fill(_password())
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(lambda url: "/sign-in" not in url)
    tab.close()
    page.evaluate("window.dispatchEvent(new Event('online'))")

    # then
    expect(page.locator("[data-draft-status]")).to_have_text(SAVED)


def test_the_form_is_sent_after_the_session_ended_and_is_there_after_signing_in(
    at_the_visit: Reader, server_clock: SimulatedClock
) -> None:
    page = at_the_visit.page
    server_clock.move_to(server_clock.now() + timedelta(minutes=31))
    page.locator("[name=child_said]").fill(SAID)
    at_the_visit.press("Complete this task")
    expect(page.locator("main")).to_contain_text("Nothing has been sent. What you typed is kept on this page")
    at_the_visit.picture("signed-out-while-typing")

    page.locator("#username").fill(SOCIAL_WORKER)
    page.locator("input[name=password]").fill(_password())
    at_the_visit.press("Sign in")
    at_the_visit.press("Go back to what I typed")

    expect(page.locator("[name=child_said]")).to_have_value(SAID)
    expect(page.locator("main")).to_contain_text("Nothing has been sent.")


def test_a_form_without_a_draft_that_is_left_alone_goes_to_the_sign_in_page_and_comes_back(
    reader: Callable[..., Reader], server_clock: SimulatedClock
) -> None:
    # given: a start form, half typed
    dora = reader(DUTY_MANAGER)
    page = dora.page
    page.clock.install()
    dora.go("/start/remand_yda/child")
    page.locator("input[name=q]").fill("Alex")
    dora.press("Find")
    dora.follow("Alex Example")
    page.locator("[name=court_name]").fill("Westbridge")

    # when: half an hour on the phone
    server_clock.move_to(server_clock.now() + timedelta(minutes=31))
    page.clock.fast_forward("29:30")
    page.clock.run_for(62_000)

    # then
    expect(page.locator("main")).to_contain_text("What you typed is kept on this page")
    page.locator("#username").fill(DUTY_MANAGER)
    page.locator("input[name=password]").fill(_password())
    dora.press("Sign in")
    dora.press("Go back to what I typed")
    expect(page.locator("[name=court_name]")).to_have_value("Westbridge")


def test_two_people_on_one_task_see_both_versions(
    at_the_visit: Reader, reader: Callable[..., Reader]
) -> None:
    mo = reader("mo@wandsworth.example")
    mo.page.goto(at_the_visit.page.url)
    mo.page.locator("[name=child_said]").fill("The food is cold.")
    mo.press("Save and come back later")

    at_the_visit.page.locator("[name=child_said]").fill(SAID)
    expect(at_the_visit.page.locator("[data-draft-status]")).to_contain_text("has saved other answers")
    at_the_visit.press("Save and come back later")

    expect(at_the_visit.page.locator("main")).to_contain_text("The food is cold.")
    expect(at_the_visit.page.locator("main")).to_contain_text(SAID)
    at_the_visit.picture("two-versions")
    at_the_visit.page.get_by_label("The food is cold.").check()
    at_the_visit.press("Keep what I chose")
    expect(at_the_visit.page.locator("[name=child_said]")).to_have_value("The food is cold.")


def _password() -> str:
    from app.services import demo

    return demo.PASSWORD
