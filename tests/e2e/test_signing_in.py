"""The first page that anybody sees, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import DUTY_MANAGER
from tests.e2e.reader import Reader


def test_a_stranger_is_asked_to_sign_in(reader: Callable[..., Reader]) -> None:
    stranger = reader()

    stranger.go("/")

    expect(stranger.page).to_have_url(re.compile("/sign-in"))
    stranger.picture("sign-in")


def test_a_wrong_password_is_said_at_the_top_and_the_name_is_kept(reader: Callable[..., Reader]) -> None:
    stranger = reader()
    stranger.go("/sign-in")

    stranger.page.locator("#username").fill(DUTY_MANAGER)
    stranger.page.locator("input[name=password]").fill("not the password")
    stranger.press("Sign in")

    expect(stranger.page.get_by_role("alert")).to_be_visible()
    expect(stranger.page.locator("#username")).to_have_value(DUTY_MANAGER)


def test_a_person_signs_in_and_out(reader: Callable[..., Reader]) -> None:
    dora = reader(DUTY_MANAGER)

    dora.press("Sign out")

    dora.go("/")
    expect(dora.page).to_have_url(re.compile("/sign-in"))
