"""The pages of the workbench: a second person publishes, a profile changes after its preview."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("clock")


def test_a_new_pathway_is_begun_and_published_by_two(
    browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    browser.sign_in("desi")
    browser.get("/workbench/new")
    assert "Enter what the pathway is called" in browser.submit("Begin", status=422).text
    browser.submit("Begin", {"name": "Transport to court", "role": "yjs_case_manager"})
    address = browser.page.location  # type: ignore[union-attr]
    assert "Transport to court" in browser.follow().text
    browser.get(f"{address}/publish")
    browser.submit("Send for approval", {"note": "So that somebody is there."})
    asked = browser.page.location  # type: ignore[union-attr]
    waiting = browser.follow()
    assert "Another designer has to approve" in waiting.text

    second = another_browser()
    second.sign_in("rev")
    assert "Waiting for a second person" in second.get("/workbench").text
    second.get(asked)
    assert "Enter what has to change" in second.submit("Return", {"action": "return"}, status=422).text
    second.submit("Approve", {"action": "approve"})
    assert "Came into force" in second.follow().text
    assert "So that somebody is there." in browser.get("/pathways/transport_to_court/versions").text


def test_a_deadline_is_changed_after_its_preview(browser: Browser) -> None:
    browser.sign_in("desi")
    found = browser.get("/workbench/profile?words=first+visit+remand").text
    assert "Statute: one week (regulation 28)" in found
    assert "Absent personal adviser told" not in found
    browser.get("/workbench/profile/deadlines/visit.remand.first")
    late = {"amount": "9", "unit": "weeks", "source": "Agreement of 2026"}
    refused = browser.submit("See what would move", late, status=422)
    assert "There is a problem The local 9 weeks may end later than the statutory one week" in refused.text
    assert 'href="#acknowledged"' in refused.html
    shown = browser.submit("See what would move", {"amount": "3", "unit": "working_days"}, status=200)
    assert "No open date would move" in shown.text
    browser.submit("Save the change", {"action": "change"})
    changed = browser.follow()
    assert "Changed here" in changed.text
    assert "Agreement of 2026" in changed.text


def test_a_practitioner_has_no_workbench(browser: Browser) -> None:
    browser.sign_in("sam")
    assert "Workbench" not in browser.get("/work").text
    assert browser.client.get("/workbench").status_code in (403, 404)


def test_a_pathway_is_drawn_in_the_outline_alone(browser: Browser) -> None:
    browser.sign_in("desi")
    browser.get("/workbench/new")
    browser.submit("Begin", {"name": "Transport to court", "role": "yjs_case_manager"})
    draft = browser.page.location  # type: ignore[union-attr]
    outline = f"{draft}/outline"

    browser.get(f"{outline}/first_step/structure")
    added = {"where": "first_step__finished", "kind": "decision", "name": "Is there a car?"}
    browser.submit("Add the step", added)
    browser.follow()
    browser.get(f"{outline}/is_there_a_car/structure")
    browser.submit("Add the step", {"where": "is_there_a_car", "kind": "task", "name": "Book a taxi"})
    browser.get(f"{outline}/book_a_taxi/structure?verb=connect")
    browser.submit("Connect", {"there": "finished"})
    browser.get(f"{outline}/ways/is_there_a_car_book_a_taxi")
    page = browser.submit(
        "Save the way", {"name": "no", "condition": "first_step.x ==", "is_otherwise": ""}, status=422
    )
    assert "There is a problem" in page.text
    browser.submit("Save the way", {"name": "no", "condition": "first_step.has_car == false"})
    browser.get(f"{outline}/ways/is_there_a_car_finished")
    browser.submit("Save the way", {"name": "yes", "is_otherwise": "true"})
    browser.get(f"{outline}/book_a_taxi")
    page = browser.submit(
        "Save the step", {"name": "Book a taxi", "due": "deadline(", "lane": "Social worker"}, status=422
    )
    assert "There is a problem" in page.text
    chosen = {"due": "", "rule": "remand.first_meeting", "duty": "WAN-8-15"}
    page = browser.submit("Save the step", chosen, status=422)
    assert "Select what the time is counted from" in page.text
    browser.submit("Save the step", {"counted_from": "now()"})

    tree = browser.get(outline).text
    row = "Book a taxi Task for a person, Social worker Due 5 working days after the moment at which"
    assert row in " ".join(tree.split())
    assert "Duties: WAN-8-15" in tree

    # and its duties are chosen by number, by a line of the list or by words; what could be several is asked
    page = browser.get(f"{outline}/book_a_taxi")
    assert '<option value="WAN-8-10 Must: ' in page.html
    assert "WAN-8-15 Must: " in page.text
    page = browser.submit("Save the step", {"duty": "visit"}, status=422)
    assert "duties have these words. Enter the number of one: " in page.text
    page = browser.submit("Save the step", {"duty": "WAN-99-99"}, status=422)
    assert "There is no duty WAN-99-99 in the register" in page.text
    browser.submit("Save the step", {"duty": "wan-8-10, WAN-A-04"})
    assert "Duties: WAN-8-15, WAN-8-10, WAN-A-04" in browser.get(outline).text
    browser.get(f"{outline}/book_a_taxi")
    browser.submit("Save the step", {"duties": ["WAN-A-04"]})
    tree = browser.get(outline).text
    assert "Duties: WAN-A-04" in tree
    browser.get(f"{outline}/first_step/structure?verb=delete")
    browser.submit("Take the step out")
    browser.get(outline)
    assert "First step" not in browser.get(outline).text  # the receipt above it has been read
    assert "Took out “First step”" in browser.get(draft).text
