"""The first page that anybody sees, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
from playwright.sync_api import expect

from app.services import demo
from tests.e2e.conftest import DUTY_MANAGER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer


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


def half_way(somebody: Reader) -> None:
    """The password is right, and that is not enough."""
    somebody.go("/sign-in")
    somebody.page.locator("#username").fill(DUTY_MANAGER)
    somebody.page.locator("input[name=password]").fill(demo.PASSWORD)
    somebody.press("Sign in")


def test_a_second_factor_is_set_up_and_asked_for(
    live_server: LiveServer, reader: Callable[..., Reader]
) -> None:
    live_server.app.config["SECOND_FACTOR"] = True
    dora = reader()
    main, clock = dora.page.locator("main"), live_server.clock
    assert clock is not None

    half_way(dora)
    expect(dora.page.get_by_role("img")).to_have_js_property("complete", True)
    assert dora.page.get_by_role("img").evaluate("picture => picture.naturalWidth") > 100
    dora.look_on_a_phone()
    dora.open("You cannot use a camera")
    phone = pyotp.TOTP(dora.page.locator(".app-second-factor-key").inner_text().replace(" ", ""))
    dora.page.get_by_label("Code").fill(phone.at(clock.now()))
    dora.press("Continue")
    expect(main).to_contain_text("They are shown only now")
    dora.look_on_a_phone()
    dora.press("I have kept them")
    expect(dora.page.get_by_role("heading", level=1)).to_have_text("My work")

    dora.press("Sign out")
    half_way(dora)
    dora.look_on_a_phone()
    clock.move_to(clock.now() + timedelta(seconds=30))
    dora.page.get_by_label("Code").fill(phone.at(clock.now()))
    dora.press("Continue")
    expect(dora.page.get_by_role("heading", level=1)).to_have_text("My work")
