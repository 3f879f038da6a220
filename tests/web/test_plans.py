"""“What I need to know”: prepared, made, given, and what has changed since; the list of a child's papers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from pypdf import PdfReader

from app.domain.clock import SimulatedClock
from app.services import accounts, children, instances
from tests.web.browser import Browser, Page

KNOWN = {
    "collector": "Your aunt Ruth, in her red car",
    "release_address": "14 Fictional Road\nWandsworth",
    "reporting": "Go and see Casey on Tuesday at 10 at the centre.",
    "support_sources": "Your aunt Ruth and Sam",
    "out_of_hours": "The night team: 020 7946 0099",
    "education_options": "You start at the college on Monday.",
    "health": "Dr Invented has your medicine.",
    "finance": "Pip brings your money on Friday.",
    "roles": "Sam helps you with your home.",
    "adviser_visit_on-day": "21",
    "adviser_visit_on-month": "1",
    "adviser_visit_on-year": "2027",
}


@pytest.fixture
def leaving(clock: SimulatedClock, demo_app: Flask) -> str:
    """The id of Alex Example, whose release is in sight; nothing of the ten things has been recorded."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        child_id = children.search(dora, "alex example")[0].id
        release_on = (clock.now() + timedelta(days=21)).date().isoformat()
        answers = {"opened_at": clock.now().isoformat(), "release_on": release_on, "establishment": None}
        instances.start(dora, "release_preparation", child_id, answers)
        return child_id


def read(page: Page) -> PdfReader:
    """A PDF that came back."""
    assert page.response.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(page.response.data))


def words_of(paper: PdfReader) -> str:
    """Its words in the order in which they are read."""
    return " ".join(" ".join(page.extract_text() for page in paper.pages).split())


def fill_in(browser: Browser, child_id: str, **changed: str) -> None:
    """Write what is known of the ten things."""
    browser.get(f"/children/{child_id}/need-to-know/answers")
    browser.submit("Save", {**KNOWN, **changed})


def make(browser: Browser, child_id: str) -> Page:
    """The page of the newest version."""
    browser.get(f"/children/{child_id}/need-to-know")
    browser.submit("Make the plan")
    return browser.follow()


def test_what_is_not_known_is_said_with_who_will_tell_and_by_when(browser: Browser, leaving: str) -> None:
    browser.sign_in("dora")

    prepared = browser.get(f"/children/{leaving}/need-to-know")
    plan = make(browser, leaving)

    assert "of the ten things are not known yet" in prepared.text
    assert prepared.text.count("Owner:") == 10
    assert "We do not know yet. Sam Socialworker will tell you by Tuesday 8 December 2026." in plan.text
    assert "Ask Sam Socialworker if you hear nothing." in plan.text


def test_the_plan_is_made_from_what_was_recorded_and_its_paper_is_tagged(
    browser: Browser, leaving: str
) -> None:
    browser.sign_in("dora")
    fill_in(browser, leaving)

    plan = make(browser, leaving)
    paper = read(browser.get(plan.href("PDF to print")))

    assert "All ten things are known." in browser.get(f"/children/{leaving}/need-to-know").text
    words = words_of(paper)
    in_order = [
        "What I need to know", "This plan is for you, Alex.", "Your aunt Ruth, in her red car",
        "14 Fictional Road", "If something goes wrong at night", "020 7946 0099", "Thursday 21 January 2027",
        "Sam Socialworker is your social worker.",
    ]  # fmt: skip
    places = [words.index(one) for one in in_order]
    assert places == sorted(places)
    root = paper.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en-GB"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert paper.metadata.title == "What I need to know"
    assert headings(root["/StructTreeRoot"]) == ["/H1"] + ["/H2"] * 11
    assert [box.mediabox.width for box in paper.pages[:1]] == [pytest.approx(595.3, abs=0.5)]


def headings(element: object) -> list[str]:
    """The headings of a tagged PDF in reading order."""
    found: list[str] = []
    node = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(node, list):
        return [one for part in node for one in headings(part)]
    if not isinstance(node, dict):
        return []
    kind = str(node.get("/S", ""))
    if kind.startswith("/H") and kind[2:].isdigit():
        found.append(kind)
    return found + (headings(node["/K"]) if "/K" in node else [])


def test_large_print_is_larger_and_says_the_same(browser: Browser, leaving: str) -> None:
    browser.sign_in("dora")
    fill_in(browser, leaving)
    plan = make(browser, leaving)

    papers = [
        read(browser.get(plan.href(words))) for words in ("to print", "in large print", "in larger print")
    ]

    lengths = [len(paper.pages) for paper in papers]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[2]
    assert all("14 Fictional Road" in words_of(paper) for paper in papers)
    assert all(bool(paper.trailer["/Root"]["/MarkInfo"]["/Marked"]) for paper in papers)


def test_a_version_stays_as_it_was_and_says_what_has_changed_since_it_was_given(
    browser: Browser, leaving: str
) -> None:
    browser.sign_in("dora")
    fill_in(browser, leaving)
    first = make(browser, leaving)
    address = first.href("PDF to print")
    before = browser.get(address).response.data
    browser.get(address.rpartition("/")[0])
    browser.submit("Record", {"how": "read_aloud", "said": "I want to see my aunt."})

    fill_in(browser, leaving, collector="Sam, by train", release_address="2 Invented Lane")

    again = browser.get(address.rpartition("/")[0])
    assert (
        "2 things have changed since this was given: who collects the child, where the child will live"
        in (again.text)
    )
    assert "14 Fictional Road" in again.text
    after = browser.get(address).response.data
    assert hashlib.sha256(after).hexdigest() == hashlib.sha256(before).hexdigest()
    assert hashlib.sha256(after).hexdigest()[:16] in again.text
    second = make(browser, leaving)
    assert "Version 2" in second.text
    assert "2 Invented Lane" in second.text


def test_the_screen_that_is_shown_to_the_child_holds_the_plan_and_nothing_of_the_record(
    browser: Browser, leaving: str
) -> None:
    browser.sign_in("casey")
    fill_in(browser, leaving)
    plan = make(browser, leaving)

    alone = browser.get(plan.href("Show it to Alex"))

    assert "This plan is for you, Alex." in alone.text
    assert [words.strip() for _, words in alone.read.links if "plan" not in words][-1] == "Back to the record"
    for of_the_record in (
        "My work",
        "Team queue",
        "Timeline",
        "Alex Example",
        "Reference",
        "Casey Casemanager for",
    ):
        assert of_the_record not in alone.text


def test_making_it_again_without_a_change_is_the_same_version(browser: Browser, leaving: str) -> None:
    browser.sign_in("dora")

    first = make(browser, leaving).href("PDF to print")
    second = make(browser, leaving).href("PDF to print")

    assert first == second


def test_giving_it_is_recorded_in_the_childs_words_and_does_the_task(browser: Browser, leaving: str) -> None:
    browser.sign_in("casey")
    fill_in(
        browser, leaving, out_of_hours="", roles=""
    )  # the area's own number, and the workers of the record
    make(browser, leaving)

    browser.submit("Record", {"how": "in_person", "said": "I want to see my aunt."})

    page = browser.follow()
    assert "“Tell the child the ten things” is done." in page.text
    assert "To Alex Example, by Casey Casemanager. In person. Version 1." in page.text
    assert "“I want to see my aunt.”" in page.text
    story = browser.get(f"/children/{leaving}/timeline")
    assert "“What I need to know” given: version 1 to Alex Example on Tuesday 1 December 2026, in person" in (
        story.text
    )


def test_the_task_stays_open_while_something_is_not_known(browser: Browser, leaving: str) -> None:
    browser.sign_in("casey")
    fill_in(browser, leaving, health="")
    make(browser, leaving)

    browser.submit("Record", {"how": "post"})

    page = browser.follow()
    assert "stays open until all ten things are known" in page.text
    assert "is done" not in page.text


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"how": "in_person", "given_on-day": "30", "given_on-month": "11"}, "when this version was made, or later"),
        ({"how": "in_person", "given_on-day": "2"}, "must be today or in the past"),
        ({"how": ""}, "Select how it was given"),
        ({"how": "in_person", "given_to": ""}, "Enter who it was given to"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_recorded(
    browser: Browser, leaving: str, answers: dict[str, str], sentence: str
) -> None:
    browser.sign_in("dora")
    make(browser, leaving)

    page = browser.submit("Record", answers, status=422)

    assert sentence in page.text
    assert "It has not been given yet." in page.text


def test_the_same_form_sent_twice_is_given_once(browser: Browser, leaving: str) -> None:
    browser.sign_in("dora")
    page = make(browser, leaving)
    form = page.form("Record")
    sent = {**form.fields, "how": "post"}

    browser.post(form.action, sent)
    browser.post(form.action, sent)

    assert browser.follow().text.count("by Dora Dutymanager. By post.") == 1


def test_hard_words_and_words_of_an_offence_are_pointed_out(browser: Browser, leaving: str) -> None:
    browser.sign_in("dora")

    fill_in(browser, leaving, reporting="Your licence says that you keep away from the victim.")

    page = browser.get(f"/children/{leaving}/need-to-know")
    assert "Hard words: “licence” (your rules)" in page.text
    assert "May be about an offence: victim." in page.text


def test_a_health_worker_without_work_on_the_child_finds_no_plan(
    browser: Browser, another_browser: Callable[[], Browser], leaving: str
) -> None:
    browser.sign_in("dora")
    address = make(browser, leaving).href("PDF to print")
    nia = another_browser()
    nia.sign_in("nia")

    nia.get(address, status=404)
    nia.get(address.rpartition("/")[0], status=404)
    nia.get(f"/children/{leaving}/plans", status=404)


def test_the_papers_of_a_child_are_listed_with_their_dates(browser: Browser, leaving: str) -> None:
    browser.sign_in("casey")
    fill_in(browser, leaving)
    make(browser, leaving)
    browser.submit("Record", {"how": "in_person"})

    page = browser.get(f"/children/{leaving}/plans")

    assert "Version 1, made on Tuesday 1 December 2026" in page.text.replace(" ,", ",")
    assert "Tell the child the ten things" in page.text
    document = browser.get(page.href("Read"))
    assert "Your aunt Ruth, in her red car" in document.text
    paper = read(browser.get(document.href("PDF to print")))
    words = words_of(paper)
    assert words.startswith("OFFICIAL-SENSITIVE")
    assert all(sheet.extract_text().count("OFFICIAL-SENSITIVE") >= 1 for sheet in paper.pages)
    assert "Who collects the child? Your aunt Ruth, in her red car" in words
    assert "Printed by Casey Casemanager on Tuesday 1 December 2026 at 09:00" in words
    assert headings(paper.trailer["/Root"]["/StructTreeRoot"]) == ["/H1", "/H2"]
