"""What was typed outlives the session: it goes through the sign-in page, sealed, and comes back on its own form.

A form that is sent when the session has ended, or with the token of an earlier session, is not taken. It is carried
in the page that says so, signed and bound to the person who typed it (`typed_by` in the form, and the cookie), and one
press sends it back to the address it came from with `action` = AGAIN: the view then shows its form with what was
typed, and does nothing else. No script is needed, and another person who signs in on the same browser gets nothing of
it. It is stored for a quarter of an hour only while somebody is away for the second half of a sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, g, render_template, request, session
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from app.domain.access import Viewer

View = TypeVar("View", bound=Callable[..., Any])
AGAIN = "again"
WHO = "who"  # the place in the cookie of the last person who was signed in
KEPT = "kept"  # the hidden field of the sign-in page that holds what was sealed
SIGN_IN = "accounts.sign_in_now"
TYPED_BY = "typed_by"  # the hidden field that says whose page it was
HOURS = 12
LARGEST = 200_000  # characters; a longer form is not carried
NOT_CARRIED = frozenset({"csrf_token", "action", "password"})


@dataclass(frozen=True)
class Kept:
    """A form that was not taken: where it came from, and its fields in order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def keeps_what_is_typed(view: View) -> View:
    """Declare that a POST view shows its form again for `action` = AGAIN, so that nothing typed is ever lost."""
    view.keeps_what_is_typed = True  # type: ignore[attr-defined]
    return view


def is_again() -> bool:
    """Whether the request only brings back what was typed."""
    return request.form.get("action") == AGAIN


def note_who(viewer: Viewer) -> None:
    """Remember in the cookie whose session this is, for when it has ended."""
    session[WHO] = _key(viewer)


def sealed() -> str:
    """The form of this request, signed and bound to the person whose session it was; "" where there is none to keep.

    A sign-in page on whose way a form is hands that form on.
    """
    if request.endpoint == SIGN_IN:
        return request.form.get(KEPT, "")
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or not getattr(view, "keeps_what_is_typed", False) or WHO not in session:
        return ""
    if not session[WHO].endswith(f"/{request.form.get(TYPED_BY)}"):
        return ""
    fields = [[name, value] for name, value in request.form.items(multi=True) if name not in NOT_CARRIED]
    if sum(len(name) + len(value) for name, value in fields) > LARGEST:
        return ""
    kept: str = _seal().dumps({"who": session[WHO], "path": request.full_path.rstrip("?"), "fields": fields})
    return kept


def opened(seal: str, viewer: Viewer) -> Kept | None:
    """What was kept, for the person who typed it; None for anybody else, or when the seal is broken or too old."""
    if not seal:
        return None
    try:
        kept = _seal().loads(seal, max_age=HOURS * 3600)
    except BadData:
        return None
    if kept["who"] != _key(viewer):
        return None
    return Kept(kept["path"], tuple((name, value) for name, value in kept["fields"]))


def is_sealed(seal: str) -> bool:
    """Whether something was sealed here, for whomever: nothing else is remembered while somebody signs in."""
    try:
        _seal().loads(seal, max_age=HOURS * 3600)
    except BadData:
        return False
    return True


def offer(kept: Kept, words: str) -> str:
    """The page with which what was typed goes back to its form."""
    return render_template(
        "errors/again.html", page_name="What you typed is still here", kept=kept, words=words, again=AGAIN
    )


def after_a_stale_token(viewer: Viewer) -> str | None:
    """The page for a form of an earlier session of the same person; None where there is nothing to keep."""
    kept = opened(sealed(), viewer)
    return offer(kept, "You have signed in again since you opened that page.") if kept else None


def typed_here() -> Kept | None:
    """What this request brought and could not be recorded, for the page that says so."""
    viewer = g.get("viewer")
    return opened(sealed(), viewer) if viewer is not None else None


def carries_our_token() -> bool:
    """Whether the form token of this request was made by this service, for whatever session, and not long ago."""
    secret = current_app.config.get("WTF_CSRF_SECRET_KEY") or current_app.secret_key
    try:
        URLSafeTimedSerializer(str(secret), salt="wtf-csrf-token").loads(
            request.form.get("csrf_token", ""), max_age=HOURS * 3600
        )
    except BadData:
        return False
    return True


def fresh_token() -> dict[str, str]:
    """The form token of this session and whose it is, for a page that was open while somebody signed in again."""
    return {"csrf_token": generate_csrf(), "who": g.viewer.person_id}


def _key(viewer: Viewer) -> str:
    return f"{viewer.authority_id}/{viewer.person_id}"


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="what was typed")
