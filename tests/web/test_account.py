"""A person's own account: their letters, and a calendar at an address that only they know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from app.domain.clock import SimulatedClock, today
from app.domain.errors import NotSignedIn
from app.domain.letter_times import KINDS
from app.domain.moments import london_day
from app.services import absences, accounts, calendar_feed, demo, facts, letter_post, tasks
from app.services.absences import Plan
from app.services.sessions import Place
from app.store.audit import AuditEntry
from app.store.db import reading, table_of, transaction
from app.store.letters import CalendarAddress
from app.store.tasks import UserTask
from tests.crash import pathways
from tests.services.test_letters import Postbox
from tests.web.browser import Browser

NAME = "Zebedee"


@pytest.fixture
def sams_task(clock: SimulatedClock, demo_app: Flask) -> str:
    """A remand of a child with a peculiar name, whose social worker is Sam; one of Sam's tasks."""
    with demo_app.app_context():
        pathways.remand(pathways.child(NAME))
        with reading() as session:
            task_id = session.scalar(
                select(UserTask.id)
                .where(UserTask.assignee_id == pathways.viewer("sam").person_id, UserTask.due_at.is_not(None))
                .order_by(UserTask.id)
            )
    return str(task_id)


def address_of(browser: Browser) -> str:
    """Make a calendar address on the page; its path."""
    browser.get("/account/calendar")
    browser.submit("address", {"do": "make"})
    page = browser.follow()
    url = next(fields["calendar_address"] for fields in _fields(page.html))
    return "/calendar/" + url.partition("/calendar/")[2]


def _fields(html: str) -> list[dict[str, str]]:
    """The inputs of a page that stand in no form."""
    import re

    return [
        {"calendar_address": found[1]}
        for found in re.finditer(r'<input[^>]*name="calendar_address"[^>]*value="([^"]+)"', html)
    ]


def events(browser: Browser, path: str) -> dict[str, dict[str, object]]:
    """What a calendar program makes of a feed, by the entries' names."""
    answer = browser.client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert NAME not in answer.text
    assert "Testing" not in answer.text
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_the_name_in_the_header_leads_to_the_account(demo_app: Flask, browser: Browser) -> None:
    page = browser.sign_in("sam")

    page = browser.get(page.href("Sam Socialworker"))

    assert page.h1 == "Your account"
    for words in ("sam@wandsworth.example", "Children looked after team", "8pm to 7am", "Each at once"):
        assert words in page.text


def test_a_person_chooses_a_digest_and_quiet_hours(demo_app: Flask, browser: Browser) -> None:
    browser.sign_in("sam")
    browser.get("/account/notifications")

    browser.submit("Save", {"digest": "8", "quiet_from": "18", "quiet_until": "8", "kinds": ["overdue"]})
    page = browser.follow()

    assert "In one digest at 8am on working days" in page.text
    assert "6pm to 8am" in page.text
    assert f"1 of {len(KINDS)} kinds" in page.text


def test_a_choice_that_is_not_on_the_list_is_refused_and_kept(demo_app: Flask, browser: Browser) -> None:
    browser.sign_in("sam")
    browser.get("/account/notifications")

    page = browser.submit("Save", {"digest": "", "quiet_from": "18"}, status=422)

    assert "There is a problem" in page.text
    assert page.form("Save").fields["quiet_from"] == "18"


def test_the_calendar_has_what_is_due_by_reference_alone(
    demo_app: Flask, browser: Browser, sams_task: str
) -> None:
    browser.sign_in("sam")
    path = address_of(browser)
    stranger = Browser(demo_app)

    found = events(stranger, path)

    event = found[f"{sams_task}@127.0.0.1"]
    with demo_app.app_context(), reading() as session:
        due_at = session.scalar(select(UserTask.due_at).where(UserTask.id == sams_task))
    assert event["dtstart"].dt == london_day(due_at)  # type: ignore[attr-defined]
    assert str(event["class"]) == "PRIVATE"
    assert str(event["summary"]).endswith(": a task is due")
    assert f"/tasks/{sams_task}" in str(event["url"])
    assert all(str(one["summary"]).startswith("Case ") for one in found.values())


def test_a_due_day_that_moves_counts_up_and_a_done_task_is_gone(
    demo_app: Flask, browser: Browser, sams_task: str, clock: SimulatedClock
) -> None:
    browser.sign_in("sam")
    path = address_of(browser)
    before = events(browser, path)[f"{sams_task}@127.0.0.1"]
    with demo_app.app_context():
        from app.services import advance, task_rows
        from app.store.instances import ProcessInstance

        with transaction() as session:
            task = tasks.row(session, "wandsworth", sams_task)
            instance = advance.lock(session, "wandsworth", task.instance_id)
            deadline = _later(task)
            entries = task_rows.move_due_times(session, instance, {task.ref: deadline}, "The court moved it")
            advance.record(session, instance, entries)
        assert ProcessInstance

    after = events(browser, path)[f"{sams_task}@127.0.0.1"]

    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtstart"].dt == before["dtstart"].dt + timedelta(days=1)  # type: ignore[attr-defined]
    with demo_app.app_context():
        pathways.complete(sams_task)
    assert f"{sams_task}@127.0.0.1" not in events(browser, path)


def _later(task: object) -> object:
    """The task's deadline, a day later."""
    from app.domain.deadlines import Deadline

    deadline = Deadline.from_json(task.due)  # type: ignore[attr-defined]
    from dataclasses import replace

    return replace(deadline, due_at=deadline.due_at + timedelta(days=1))


def test_the_calendar_has_hearings_in_london_time_and_they_count_up_when_they_move(
    demo_app: Flask, browser: Browser, sams_task: str, clock: SimulatedClock
) -> None:
    browser.sign_in("sam")
    path = address_of(browser)

    def hearing(day: str) -> dict[str, object]:
        with demo_app.app_context(), transaction() as session:
            task = tasks.row(session, "wandsworth", sams_task)
            facts.record(
                session,
                "wandsworth",
                task.child_id,
                {"next_hearing_on": day, "next_hearing_time": "10:00"},
                person_id=None,
                task_id=None,
            )
        (found,) = [one for one in events(browser, path).values() if "a hearing" in str(one["summary"])]
        return found

    first = hearing("2027-04-05")
    clock.move_to(clock.now() + timedelta(hours=1))
    moved = hearing("2027-04-06")

    assert moved["uid"] == first["uid"]
    assert moved["sequence"] > first["sequence"]  # type: ignore[operator]
    start = moved["dtstart"].dt  # type: ignore[attr-defined]
    assert (start.date(), start.hour, start.tzname()) == (date(2027, 4, 6), 10, "BST")


def test_a_wrong_or_an_old_address_leads_nowhere(
    demo_app: Flask, browser: Browser, clock: SimulatedClock
) -> None:
    browser.sign_in("sam")
    first = address_of(browser)
    browser.get("/account/calendar")
    browser.submit("address", {"do": "make"})
    second = "/calendar/" + _fields(browser.follow().html)[0]["calendar_address"].partition("/calendar/")[2]
    stranger = Browser(demo_app)

    assert first != second
    stranger.get(first, status=404)
    assert stranger.client.get(second).status_code == 200
    for wrong in ("/calendar/x.ics", "/calendar/wandsworth.x.ics", second.replace("wandsworth", "stockport")):
        stranger.get(wrong, status=404)
    assert "calendar_address" not in browser.get("/account/calendar").html, "it is shown once"

    browser.submit("address", {"do": "revoke"})
    stranger.get(second, status=404)
    assert "Make my calendar address" in browser.follow().text


def test_the_secret_is_not_in_the_database(demo_app: Flask, browser: Browser) -> None:
    browser.sign_in("sam")
    secret = address_of(browser).removeprefix("/calendar/").removesuffix(".ics")

    with demo_app.app_context(), reading() as session:
        kept = session.execute(select(*table_of(CalendarAddress).columns)).one()

    assert secret not in repr(kept)
    assert secret.partition(".")[2] not in repr(kept)


def test_a_closed_account_has_no_calendar(demo_app: Flask, browser: Browser) -> None:
    browser.sign_in("sam")
    path = address_of(browser)

    with demo_app.app_context():
        accounts.disable_person("sam@wandsworth.example")

    Browser(demo_app).get(path, status=404)


def test_who_guesses_is_held_back_and_so_is_a_program_that_never_rests(
    demo_app: Flask, browser: Browser, clock: SimulatedClock
) -> None:
    browser.sign_in("sam")
    path = address_of(browser)
    for _ in range(calendar_feed.WRONG_TRIES):
        browser.get("/calendar/wandsworth.guess.ics", status=404)
    assert browser.get("/calendar/wandsworth.guess.ics", status=429).response.headers["Retry-After"]

    for _ in range(calendar_feed.LOOKS):
        assert browser.client.get(path).status_code == 200, "who guesses does not lock out who knows"
    browser.get(path, status=429)
    clock.move_to(clock.now() + calendar_feed.WINDOW + timedelta(seconds=1))
    assert browser.client.get(path).status_code == 200


def test_the_account_says_when_the_calendar_was_last_read(
    demo_app: Flask, browser: Browser, clock: SimulatedClock
) -> None:
    browser.sign_in("sam")
    path = address_of(browser)
    assert "No calendar has read it yet" in browser.get("/account/calendar").text

    clock.move_to(datetime.fromisoformat("2026-12-01T09:10:00+00:00"))
    browser.client.get(path)

    assert "Last read on Tuesday 1 December 2026" in browser.get("/account/calendar").text


def test_whoever_knows_their_password_changes_it_and_is_signed_out_elsewhere(
    clock: SimulatedClock, demo_app: Flask, browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    # given: signed in here and elsewhere, and on leave: what is of the account goes to nobody who covers
    elsewhere = another_browser()
    elsewhere.sign_in("sam")
    page = browser.sign_in("sam")
    page = browser.get(browser.get("/account").href("Change your password"))
    with demo_app.app_context():
        sam, mo = pathways.viewer("sam"), pathways.viewer("mo")
        absences.record(sam, Plan(sam.person_id, mo.person_id, today(), today(), ""))
    new = "Four words that differ"

    # then: nothing without the one before, nor a new one that is short, mistyped or the same
    for typed, said in (
        ({"current": "Something else", "password": new, "again": new}, "not right"),
        ({"current": demo.PASSWORD, "password": new, "again": "Four words"}, "differently"),
        ({"current": demo.PASSWORD, "password": "short", "again": "short"}, "between 12 and 200"),
        ({"current": demo.PASSWORD, "password": demo.PASSWORD, "again": demo.PASSWORD}, "another one"),
        ({"current": demo.PASSWORD, "password": "", "again": ""}, "Enter a new password"),
    ):
        page = browser.submit("Change the password", typed, status=422)
        assert said in page.text
        assert new not in page.html

    # when
    browser.submit("Change the password", {"current": demo.PASSWORD, "password": new, "again": new})

    # then: here it goes on, there it does not, and only the new one opens
    assert "other browser in which you were signed in is signed out" in browser.follow().text
    assert elsewhere.client.get("/account").status_code == 303
    with demo_app.app_context():
        sam_name = "sam@wandsworth.example"
        with pytest.raises(NotSignedIn):
            accounts.sign_in(sam_name, demo.PASSWORD, place=Place())
        accounts.sign_in(sam_name, new, place=Place())
        with reading() as session:
            assert (
                session.query(AuditEntry).filter_by(kind="password_set", person_id=sam.person_id).count() == 1
            )

        # and: a letter goes to whose account it is
        postbox = Postbox()
        letter_post.send_pending(postbox, base_url="https://x.example", mail_from="a@x.example")
    [letter] = [one for one in postbox.taken if "password" in one["Subject"]]
    assert letter["To"] == sam_name
    assert "https://x.example/account" in letter.get_content()
