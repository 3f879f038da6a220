"""Signing in and out, and the cookie between the two."""

from __future__ import annotations

from urllib.parse import unquote

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from app.domain.errors import NotAllowed, NotSignedIn, TooManyTries
from app.services import accounts, sessions, sign_in_flows
from app.services.accounts import HalfWay
from app.services.sessions import Place, SignedIn
from app.web import kept_forms, provider, sign_in_page
from app.web.cookie import CookieSessions
from app.web.guard import TOKEN, allowed, open_to_all, serve

pages = Blueprint("accounts", __name__)
Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
FLOW = "sign_in"
"""The place in the cookie of a sign-in that is on its way."""
NEXT_PAGES = {sign_in_flows.CODE: "second_factor.code", sign_in_flows.SET_UP: "second_factor.set_up_first"}
NO_LOCAL_ACCOUNTS = "Passwords are not used here. Sign in with your work account."


def configure(app: Flask) -> None:
    """Set the session cookie: out of reach of scripts and other sites, and of other hosts where there is https."""
    app.session_interface = CookieSessions()
    https = bool(app.config.get("PRODUCTION")) or str(app.config.get("BASE_URL", "")).startswith("https:")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )


def safe_next(target: str | None) -> str:
    """`target` when it is a path of this service, else home: never another host, scheme or header."""
    home = url_for("shell.home")
    if not target or not target.startswith("/"):
        return home
    for form in (target, unquote(target), unquote(unquote(target))):
        path = form.partition("?")[0]
        is_odd = "\\" in form or any(ord(character) < 32 for character in form)
        if is_odd or "//" in path or any(character.isspace() for character in path):
            return home
    return target


@pages.get("/sign-in")
@open_to_all
def sign_in() -> Answer:
    """The form."""
    if g.get("viewer"):
        return redirect(safe_next(request.args.get("next")))
    return sign_in_page.render()


@pages.post("/sign-in")
@open_to_all
def sign_in_now() -> Answer:
    """Check name and password; a new session, never the one from before."""
    username, password = request.form.get("username", ""), request.form.get("password", "")
    kept = request.form.get(kept_forms.KEPT, "")
    missing = _missing(username, password)
    if missing:
        return sign_in_page.render(missing, kept=kept), 422
    if not current_app.config["LOCAL_ACCOUNTS"]:
        raise NotAllowed(NO_LOCAL_ACCOUNTS)
    try:
        began = accounts.sign_in(
            username,
            password,
            place=here(),
            replaces=session.get(TOKEN),
            needs_second_factor=current_app.config["SECOND_FACTOR"],
            target=request.form.get("next", ""),
            kept=kept if kept_forms.is_sealed(kept) else "",
        )
    except NotSignedIn as error:
        return sign_in_page.render([{"text": error.sentence, "href": "#username"}], kept=kept), 401
    except TooManyTries as error:
        if not kept:
            raise
        page = sign_in_page.render([{"text": error.sentence, "href": "#username"}], kept=kept)
        return page, 429, {"Retry-After": str(error.seconds)}
    if isinstance(began, HalfWay):
        session[FLOW] = began.token
        return redirect(url_for(NEXT_PAGES[began.waits_for]), 303)
    return welcome(began, request.form.get("next"), kept)


def here() -> Place:
    """Where this request comes from."""
    return Place(request.user_agent.string, request.remote_addr or "")


def let_in(began: SignedIn) -> None:
    """A new cookie with a new token: nothing of the one before is left."""
    session.clear()
    session[TOKEN] = began.token
    kept_forms.note_who(began.viewer)


def welcome(began: SignedIn, target: str | None, kept: str) -> Answer:
    """The first page of a new session: what was typed before, or where the person wanted to go."""
    let_in(began)
    back = kept_forms.opened(kept, began.viewer)
    if back is not None:
        serve(began.viewer)
        return kept_forms.offer(back, "You had been signed out while you typed. You are signed in again.")
    return redirect(safe_next(target), 303)


@pages.post("/sign-out")
@open_to_all
def sign_out() -> Answer:
    """End the session, here and on the server; that of a work account at its provider too."""
    who = session.get(kept_forms.WHO)
    id_token = sessions.sign_out(session[TOKEN]) if session.get(TOKEN) else None
    session.clear()
    if who:  # a page of theirs may still be open with something typed
        session[kept_forms.WHO] = who
    way_out = _way_out(id_token)
    if way_out is None:
        return redirect(url_for("accounts.signed_out"), 303)
    g.viewer = None
    return render_template(
        "accounts/leaving.html",
        page_name="You have signed out of Throughcare",
        address=way_out,
        words=f"You are being signed out of {current_app.config['OIDC_CALLED']} too.",
        link="Go on to sign out there",
    )


@pages.get("/signed-out")
@open_to_all
def signed_out() -> Answer:
    """Said after signing out."""
    return render_template("accounts/ended.html", page_name="You have signed out")


@pages.get("/session-ended")
@open_to_all
def session_ended() -> Answer:
    """Said when half an hour has passed without a click; what was typed is kept as a draft."""
    return render_template("accounts/ended.html", page_name="Your session has ended", was_idle=True)


@pages.post("/session/stay")
@allowed("see_own_work")
def stay_signed_in() -> Answer:
    """Loading the viewer has kept the session alive; there is nothing else to say."""
    return "", 204


@pages.get("/session/token")
@allowed("see_own_work")
def token() -> Answer:
    """The form token of this session, for a page that was open while its person signed in again elsewhere."""
    return jsonify(kept_forms.fresh_token())


def _way_out(id_token: str | None) -> str | None:
    ours = provider.current()
    if ours is None or id_token is None:
        return None
    return ours.way_out(id_token, f"{current_app.config['BASE_URL']}{url_for('accounts.signed_out')}")


def _missing(username: str, password: str) -> list[dict[str, str]]:
    asked = (("username", username, "Enter your user name"), ("password", password, "Enter your password"))
    return [{"text": words, "href": f"#{field}"} for field, value, words in asked if not value.strip()]
