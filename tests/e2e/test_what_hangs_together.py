"""The pages that show how things hang together, in a real browser, wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.reader import Reader

MANAGER = "mo@wandsworth.example"


def test_from_the_protocol_to_a_duty_and_its_pathway(reader: Callable[..., Reader], remand: str) -> None:
    mo = reader(MANAGER)

    mo.go("/protocols")
    mo.picture("protocol")
    mo.follow("8 Remands")
    mo.follow("WAN-8-10")
    expect(mo.page.locator("main")).to_contain_text("Visit the child in custody")
    mo.picture("duty")
    mo.follow("Remand to youth detention accommodation")
    mo.picture("pathway-drawn")


def test_the_legal_status_is_suggested_with_reasons_and_confirmed(
    reader: Callable[..., Reader], remand: str
) -> None:
    mo = reader(MANAGER)
    mo.go(remand)
    mo.follow("Alex Example")

    mo.follow("See what it rests on")
    expect(mo.page.locator("main")).to_contain_text("days on remand counted")
    mo.picture("legal-status")
    mo.press("Confirm the status")
    mo.page.get_by_label("Eligible child").check()
    mo.page.get_by_label("Why?").fill("Legal advice of today.")
    mo.press("Record")

    expect(mo.page.locator("main")).to_contain_text("Eligible child, since")


@pytest.mark.parametrize("path", ["/start", "/pathways", "/partnership"])
def test_what_can_be_started_is_in_groups(reader: Callable[..., Reader], path: str) -> None:
    mo = reader(MANAGER)

    mo.go(path)

    mo.look_on_a_phone()
