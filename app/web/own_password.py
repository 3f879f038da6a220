"""One's own password, for whoever signs in with one: the present one is asked for, and all other sessions end."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, NotFound
from app.services import own_password
from app.services.passwords import LONGEST, SHORTEST
from app.web.guard import TOKEN, allowed
from app.web.session import here

pages = Blueprint("own_password", __name__)
ASKED = {
    "current": "Enter your password as it is now",
    "password": "Enter a new password",
    "again": "Enter the new password again",
}
"""The questions, and what is said where one is left open. Nothing typed here is ever shown again or kept."""


@pages.get("/account/password")
@allowed("see_own_work")
def show() -> str:
    """The three boxes."""
    _require_local()
    return _page()


@pages.post("/account/password")
@allowed("see_own_work")
def change() -> str | Response | tuple[str, int]:
    """Change it; this browser stays signed in, every other one is signed out."""
    _require_local()
    typed = {name: request.form.get(name, "") for name in ASKED}
    missing = {name: words for name, words in ASKED.items() if not typed[name]}
    if missing:
        return _page(missing), 422
    try:
        ended = own_password.change(
            g.viewer,
            typed["current"],
            typed["password"],
            typed["again"],
            address=here().address,
            keeps=session.get(TOKEN),
        )
    except BadInput as error:
        return _page({name: words[0] for name, words in error.errors.items()}), 422
    browsers = {0: "", 1: " The other browser in which you were signed in is signed out."}
    flash(
        "Your password is changed."
        + browsers.get(ended, f" The {ended} other browsers in which you were signed in are signed out."),
        "success",
    )
    return redirect(url_for("account.show"), 303)


def _require_local() -> None:
    if not current_app.config["LOCAL_ACCOUNTS"]:
        raise NotFound()
    own_password.require_local(g.viewer)


def _page(wrong: dict[str, str] | None = None) -> str:
    found = wrong or {}
    return render_template(
        "account/password.html",
        page_name="Your password",
        wrong=found,
        errors=[{"text": words, "href": f"#{name}"} for name, words in found.items()],
        shortest=SHORTEST,
        longest=LONGEST,
    )
