"""The pages of lists: what stands on them for whom, and what their buttons do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.services import accounts, children, instances, lists
from app.services.lists import Filters
from tests.web.browser import Browser

AN_HOUR = timedelta(hours=1)
ANSWERS = {
    "court_name": "Westbridge Youth Court",
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}


@pytest.fixture
def alex(demo_app: Flask) -> str:
    """The id of Alex Example of Wandsworth, who has a social worker and a case manager."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        return children.search(dora, "alex example")[0].id


@pytest.fixture
def remand(clock: SimulatedClock, demo_app: Flask, alex: str) -> str:
    """The id of a remand of Alex that Dora recorded an hour after it was ordered."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        ordered_at = clock.now() - AN_HOUR
        return instances.start(dora, "remand_yda", alex, {**ANSWERS, "remanded_at": ordered_at.isoformat()})


def test_the_social_worker_sees_the_first_visit_with_its_date_and_its_reason(
    browser: Browser, remand: str
) -> None:
    page = browser.sign_in("sam")

    assert page.h1 == "My work"
    assert "Alex Example" in page.text
    assert "Visit the child in custody" in page.text
    assert "working day" in page.text


def test_work_is_grouped_by_child_and_the_earliest_due_comes_first(browser: Browser, remand: str) -> None:
    browser.sign_in("dora")
    with browser.app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        work = lists.my_work(dora, Filters(who="team"))

    page = browser.get("/work?who=team")

    dues = [task.due_at for group in work.groups for task in group.tasks if task.due_at]
    assert dues == sorted(dues)
    positions = [page.text.find(task.name) for task in work.groups[0].tasks]
    assert positions == sorted(positions)
    assert min(positions) > 0


def test_the_numbers_agree_with_the_lists_behind_them(browser: Browser, remand: str) -> None:
    browser.sign_in("sam")
    with browser.app.app_context():
        sam = accounts.viewer_named("sam@wandsworth.example")
        counts = lists.my_work(sam).counts
        for due, number in counts.items():
            assert len(lists.my_work(sam, Filters(due=due)).tasks) == number
    assert sum(counts.values()) > 0


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999999", "page=x", "due=never", "role=%00", "who=%27--", "pathway=x"]
)
def test_odd_filters_do_no_harm(browser: Browser, remand: str, query: str) -> None:
    browser.sign_in("sam")

    browser.get(f"/work?{query}")
    browser.get(f"/team/looked_after?{query}")


def test_a_filter_that_is_set_can_be_taken_away(browser: Browser, remand: str) -> None:
    browser.sign_in("sam")

    page = browser.get("/work?due=later&who=team")

    assert page.href("Due: Due later") == "/work?who=team"


def test_a_task_is_claimed_in_the_teams_queue(browser: Browser, remand: str) -> None:
    # given: a task of the youth justice team that nobody has
    browser.sign_in("tess")
    page = browser.get("/team/youth_justice?who=nobody")
    with browser.app.app_context():
        tess = accounts.viewer_named("tess@wandsworth.example")
        task = lists.team_queue(tess, "youth_justice", Filters(who="nobody")).tasks[0]
    assert task.name in page.text

    # when
    browser.submit("Take", {"task_id": task.id, "do": "claim"})

    # then
    page = browser.follow()
    assert "1 task taken: in your work now." in page.text
    assert task.name in browser.get("/work").text


def test_a_manager_gives_out_tasks_of_the_agency(browser: Browser, remand: str) -> None:
    browser.sign_in("mo")
    browser.get("/team/looked_after")
    with browser.app.app_context():
        mo = accounts.viewer_named("mo@wandsworth.example")
        ash = accounts.viewer_named("ash@wandsworth.example")
        task = lists.team_queue(mo, "looked_after").tasks[0]

    browser.submit("Give", {"task_id": task.id, "do": "assign", "person_id": ash.person_id})

    assert "1 task given to Ash" in browser.follow().text
    with browser.app.app_context():
        assert task.id in {own.id for own in lists.my_work(ash).tasks}


def test_a_practitioner_is_not_offered_to_give_out_tasks_and_is_refused(
    browser: Browser, remand: str
) -> None:
    browser.sign_in("sam")
    page = browser.get("/team/looked_after")
    assert "Give" not in page.text
    with browser.app.app_context():
        sam = accounts.viewer_named("sam@wandsworth.example")
        task = lists.team_queue(sam, "looked_after").tasks[0]
        ash = accounts.viewer_named("ash@wandsworth.example")

    browser.submit("Take", {"task_id": task.id, "do": "assign", "person_id": ash.person_id})

    assert "your role does not let you" in browser.follow().text


def test_nothing_selected_is_said(browser: Browser, remand: str) -> None:
    browser.sign_in("mo")
    browser.get("/team/looked_after")

    page = browser.submit("Give", {"do": "assign"}, status=422)

    assert page.read.title.startswith("Error: ")
    assert "Select at least one task" in page.text


def test_the_person_to_give_to_is_asked_for_and_what_was_ticked_stays(browser: Browser, remand: str) -> None:
    browser.sign_in("mo")
    browser.get("/team/looked_after")
    with browser.app.app_context():
        mo = accounts.viewer_named("mo@wandsworth.example")
        task = lists.team_queue(mo, "looked_after").tasks[0]

    page = browser.submit("Give", {"do": "assign", "task_id": task.id}, status=422)

    assert page.href("Select who the tasks are for") == "#person_id"
    assert page.form("Give").fields["task_id"] == task.id


def test_a_child_is_found_by_a_part_of_the_name(browser: Browser, alex: str) -> None:
    browser.sign_in("dora")

    browser.get("/children")
    browser.submit("Find", {"q": "exam"})
    page = browser.follow()

    assert "1 child found" in page.text
    assert page.href("Alex Example") == f"/children/{alex}"


def test_a_child_of_the_other_agency_alone_is_not_found(browser: Browser) -> None:
    browser.sign_in("dora")

    browser.get("/children")
    browser.submit("Find", {"q": "Madeup"})
    page = browser.follow()

    assert "No child that you can see" in page.text


def test_the_childs_page_tells_what_is_due_first_who_is_around_and_what_happened(
    browser: Browser, alex: str, remand: str
) -> None:
    browser.sign_in("sam")

    page = browser.get(f"/children/{alex}")

    assert page.h1 == "Alex Example"
    assert "Due first" in page.text
    assert "Sam Socialworker" in page.text
    assert "Casey Casemanager" in page.text
    assert "Pathway started: " in page.text
    assert page.href("Remand") == f"/instances/{remand}"


def test_a_pathways_page_has_the_diagram_and_the_same_as_a_list(browser: Browser, remand: str) -> None:
    browser.sign_in("dora")
    page = browser.get(f"/instances/{remand}")
    assert "To be done now" in page.text
    assert "Who was told" in page.text
    assert f'data-diagram="/instances/{remand}/diagram.bpmn"' in page.html

    diagram = browser.get(f"/instances/{remand}/diagram.bpmn")

    assert diagram.response.mimetype == "application/xml"
    assert diagram.response.headers["Content-Disposition"].startswith("attachment")
    assert diagram.response.headers["X-Content-Type-Options"] == "nosniff"
    assert f'<noscript><p class="app-diagram-picture"><a href="/instances/{remand}/diagram.svg">' in page.html
    picture = browser.get(f"/instances/{remand}/diagram.svg")
    assert picture.response.mimetype == "image/svg+xml"
    assert "Now: " in picture.html
    assert "Done: " in picture.html


def test_the_end_of_the_remand_is_recorded_on_its_page(
    clock: SimulatedClock, browser: Browser, remand: str
) -> None:
    browser.sign_in("dora")
    browser.get(f"/instances/{remand}")
    address = browser.page.href("remand ended") if browser.page else ""

    page = browser.get(address)
    assert page.form("Record").fields["submission"]
    refused = browser.submit("Record", status=422)
    assert refused.read.title.strip().startswith("Error: ")


def test_a_manager_cancels_a_pathway_with_a_reason(browser: Browser, remand: str) -> None:
    browser.sign_in("dora")
    browser.get(f"/instances/{remand}/cancel")

    browser.submit("Cancel the pathway", status=422)
    assert browser.page is not None
    assert "Enter the reason for cancelling the pathway." in browser.page.text
    browser.submit("Cancel the pathway", {"reason": "Recorded for the wrong child"})

    assert "Cancelled" in browser.follow().text


def test_published_pathways_are_listed_with_their_steps(browser: Browser) -> None:
    browser.sign_in("sam")
    page = browser.get("/pathways")

    browser.get(page.href("emand"))

    assert browser.page is not None
    assert "What people do" in browser.page.text
    browser.get("/pathways/remand_yda/diagram.bpmn")
    browser.get("/pathways/no_such_pathway", status=404)


def test_incidents_are_for_managers_and_administrators(
    browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    browser.sign_in("sam")
    assert browser.page is not None
    assert "Incidents" not in [text.strip() for _, text in browser.page.read.links]
    browser.get("/incidents", status=404)

    administrator = another_browser()
    administrator.sign_in("ada")
    assert "Nothing stands still." in administrator.get("/incidents").text


def test_somebody_without_a_team_has_an_empty_queue(browser: Browser) -> None:
    with browser.app.app_context():
        accounts.add_person(
            "wandsworth", "new@wandsworth.example", "Nell New", password="Only-for-the-demo-1"
        )
    browser.sign_in("new")

    assert "You are not in a team" in browser.get("/team").text


def test_what_stands_in_a_persons_navigation_opens(another_browser: Callable[[], Browser]) -> None:
    """A guest was led to “Page not found” after signing in, and everybody to the records of managers."""
    for who, begins in (("gia", "Shared with me"), ("sam", "My work"), ("desi", "My work")):
        somebody = another_browser()
        somebody.sign_in(who)
        page = somebody.get("/", status=302)
        page = somebody.follow()
        assert page.h1 == begins
        sections = page.text.partition("service-navigation")[2].partition("</nav>")[0]
        for address in re.findall(r'class="govuk-service-navigation__link" href="([^"]+)"', sections):
            somebody.get(address, status=302 if address == "/team" and who == "sam" else 200)
