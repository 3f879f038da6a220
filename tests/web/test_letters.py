"""The page of letters: what is on its way, what arrived, what failed and what is done about it."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.services import letter_post, messages, notifications, tasks
from app.services.notifications import DeliveryFailed
from app.store.db import reading
from app.store.outbox import Notification
from tests.crash import pathways
from tests.web.browser import Browser

ADDRESSES = {"base_url": "https://throughcare.example", "mail_from": "app@throughcare.example"}


class Postbox:
    """Takes letters, but not to some."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.taken: list[EmailMessage] = []

    def send(self, letter: EmailMessage, *, again: bool = False) -> None:
        if str(letter["To"]) in self.refused:
            raise DeliveryFailed("The address was refused.", permanent=True)
        self.taken.append(letter)

    def outcome(self, provider_id: str) -> None:
        """Not followed."""


@pytest.fixture
def sent(clock: SimulatedClock, demo_app: Flask) -> str:
    """A remand whose first letter came back, and a task for Sam, whose address does not work; the remand's id."""
    with demo_app.app_context():
        root = pathways.remand(pathways.child("Zebedee"))
        with reading() as session:
            nobody = session.scalar(select(Notification.email).order_by(Notification.id))
        postbox = Postbox(str(nobody), "sam@wandsworth.example")
        notifications.send_pending(postbox, **ADDRESSES)
        messages.deliver_pending()
        clock.move_to(clock.now() + timedelta(minutes=1))
        letter_post.send_pending(postbox, **ADDRESSES)
    return root


def test_a_failure_is_seen_with_its_reason_and_leads_to_the_telephone(
    demo_app: Flask, browser: Browser, sent: str
) -> None:
    browser.sign_in("tess")
    page = browser.get("/letters?state=failed")

    assert "Failed: 1" in page.text
    assert "The address was refused." in page.text
    assert "Zebedee" not in page.html
    page = browser.get(page.href("by phone"))
    assert "/tasks/" in page.response.request.path
    with demo_app.app_context():
        pathways.complete(pathways.one_task("ring_recipient"))
    page = browser.get("/letters")
    assert "Told by phone: 1" in page.text
    assert "Failed" not in page.text


def test_an_address_that_does_not_work_is_put_right_by_an_administrator(
    demo_app: Flask, browser: Browser, sent: str
) -> None:
    browser.sign_in("mo")
    page = browser.get("/letters?to=people")
    assert "1 address does not work" in page.text
    assert "An administrator can put it right" in page.text
    assert "Send again" not in page.text

    ada = Browser(demo_app)
    ada.sign_in("ada")
    ada.get("/letters?to=people")
    ada.submit("what did not come to Sam Socialworker")
    page = ada.follow()

    assert "on the way again" in page.text
    assert "does not work" not in page.text
    with demo_app.app_context():
        postbox = Postbox()
        letter_post.send_pending(postbox, **ADDRESSES)
    assert [str(letter["To"]) for letter in postbox.taken] == ["sam@wandsworth.example"]


def test_one_letter_that_failed_is_sent_again(
    demo_app: Flask, browser: Browser, sent: str, clock: SimulatedClock
) -> None:
    browser.sign_in("ada")
    browser.get("/letters?to=people&state=failed")

    browser.submit("to Sam Socialworker")
    browser.follow()

    page = browser.get("/letters?to=people")
    assert "Failed" not in page.text


@pytest.mark.parametrize("who", ["casey", "sam", "nia"])
def test_the_page_is_for_managers_and_administrators(
    demo_app: Flask, browser: Browser, sent: str, who: str
) -> None:
    page = browser.sign_in(who)

    assert "Letters" not in [words for _, words in page.read.links]
    browser.get("/letters", status=404)


def test_a_manager_of_another_agency_sees_neither_its_children_nor_its_people(
    demo_app: Flask, browser: Browser, sent: str, clock: SimulatedClock
) -> None:
    with demo_app.app_context():
        task_id = next(iter(pathways.open_tasks(element_id="ring_recipient")))
        tess = pathways.viewer("tess")
        casey = pathways.viewer("casey")
        tasks.assign(tess, task_id, casey.person_id)
        clock.move_to(clock.now() + timedelta(minutes=1))
        letter_post.send_pending(Postbox(), **ADDRESSES)
    browser.sign_in("tess")
    assert "Casey Casemanager" in browser.get("/letters?to=people").text
    of_social_care = Browser(demo_app)
    of_social_care.sign_in("mo")
    assert "Casey Casemanager" not in of_social_care.get("/letters?to=people").text
    of_stockport = Browser(demo_app)
    of_stockport.sign_in("ada", "stockport")
    assert "No letters here" in of_stockport.get("/letters").text


def test_the_page_of_the_pathway_says_how_many_were_told(
    demo_app: Flask, browser: Browser, sent: str
) -> None:
    browser.sign_in("dora")

    page = browser.get(f"/instances/{sent}")

    assert "Who was told: 5 told, 1 failed" in page.text
