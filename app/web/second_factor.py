"""The second factor of local accounts: asked for at sign-in, and set up, renewed and turned off by its person."""

from __future__ import annotations

import io

import segno
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from app.domain.errors import BadInput, Conflict, NotFound, NotSignedIn
from app.services import half_way, second_factors, sign_in_flows
from app.services.half_way import In
from app.services.second_factors import Enrolment
from app.web.guard import TOKEN, allowed, open_to_all
from app.web.session import FLOW, Answer, here, let_in, welcome

pages = Blueprint("second_factor", __name__)
CODES = "recovery_codes"
"""The place in the cookie of new recovery codes, until they have been shown once."""
ENTER_CODE = "Enter the code from the app"


@pages.get("/sign-in/code")
@open_to_all
def code() -> Answer:
    """Ask for the code, of somebody whose password was right."""
    sign_in_flows.look(session.get(FLOW), sign_in_flows.CODE)
    return _code_page()


@pages.post("/sign-in/code")
@open_to_all
def check_code() -> Answer:
    """Let them in."""
    try:
        done = half_way.finish(session.get(FLOW), _typed(), place=here(), replaces=session.get(TOKEN))
    except (BadInput, NotSignedIn) as error:
        sign_in_flows.look(session.get(FLOW), sign_in_flows.CODE)
        return _code_page(error.sentence), 422
    return welcome(done.signed_in, done.begun.target, done.begun.kept)


@pages.get("/sign-in/second-factor")
@open_to_all
def set_up_first() -> Answer:
    """Whoever must have a second factor and has none sets it up before they are in."""
    return _set_up_page(half_way.enrolment(session.get(FLOW)), first=True)


@pages.post("/sign-in/second-factor")
@open_to_all
def confirm_first() -> Answer:
    """The first code was right: they are in, and see their recovery codes before anything else."""
    enrolment = half_way.enrolment(session.get(FLOW))
    try:
        done: In = half_way.set_up(session.get(FLOW), _typed(), place=here(), replaces=session.get(TOKEN))
    except (BadInput, NotSignedIn) as error:
        return _set_up_page(enrolment, error.sentence, first=True), 422
    let_in(done.signed_in)
    session[CODES], session[FLOW] = list(done.codes), done.after
    return redirect(url_for(".codes"), 303)


@pages.get("/sign-in/after")
@allowed("see_own_work")
def after() -> Answer:
    """On to where they wanted to go, or to what they had typed."""
    try:
        begun = sign_in_flows.take(session.get(FLOW), sign_in_flows.AFTER)
    except NotSignedIn:
        return redirect(url_for("shell.home"), 303)
    return _on_to(begun.target, begun.kept)


@pages.get("/account/second-factor/picture")
@open_to_all
def picture() -> Response:
    """What the camera of the telephone reads, for whoever is setting up a second factor just now."""
    drawn = io.BytesIO()
    segno.make(_being_set_up().uri, error="m").save(drawn, kind="svg", scale=5, border=4, light="#ffffff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@pages.get("/account/second-factor")
@allowed("see_own_work")
def show() -> Answer:
    """Whether one has a second factor, and what can be done about it."""
    return _show_page()


@pages.post("/account/second-factor")
@allowed("see_own_work")
def change() -> Answer:
    """Begin to set it up (with the password), renew the recovery codes or turn it off (with a code)."""
    wish = request.form.get("do", "")
    try:
        if wish == "begin":
            second_factors.begin(g.viewer, request.form.get("password", ""), address=here().address)
            return redirect(url_for(".set_up"), 303)
        if wish == "renew":
            session[CODES] = second_factors.renew_codes(g.viewer, _typed(), address=here().address)
            return redirect(url_for(".codes"), 303)
        if wish == "off" and not current_app.config["SECOND_FACTOR"]:
            second_factors.turn_off(g.viewer, _typed(), address=here().address)
            flash("You sign in without a code from now on.", "success")
            return redirect(url_for("account.show"), 303)
    except (BadInput, NotSignedIn) as error:
        return _show_page(error.sentence), 422
    raise NotFound()


@pages.get("/account/second-factor/set-up")
@allowed("see_own_work")
def set_up() -> Answer:
    """The picture for the telephone, and the box for its first code."""
    if not second_factors.is_begun(_own()):
        return redirect(url_for(".show"), 303)
    return _set_up_page(second_factors.enrolment(_own()))


@pages.post("/account/second-factor/set-up")
@allowed("see_own_work")
def confirm() -> Answer:
    """The first code."""
    enrolment = second_factors.enrolment(_own())
    try:
        session[CODES] = second_factors.confirm(g.viewer, _typed(), address=here().address)
    except (BadInput, NotSignedIn) as error:
        return _set_up_page(enrolment, error.sentence), 422
    return redirect(url_for(".codes"), 303)


@pages.get("/account/second-factor/codes")
@allowed("see_own_work")
def codes() -> Answer:
    """The recovery codes, once."""
    new = session.pop(CODES, None)
    if new is None:
        return redirect(url_for(".show"), 303)
    return render_template(
        "account/recovery_codes.html",
        page_name="Your recovery codes",
        codes=new,
        on_to=url_for(".after") if FLOW in session else url_for("account.show"),
    )


def _on_to(target: str, kept: str) -> Answer:
    from app.web import kept_forms
    from app.web.session import safe_next

    session.pop(FLOW, None)
    back = kept_forms.opened(kept, g.viewer)
    if back is not None:
        return kept_forms.offer(back, "You had been signed out while you typed. You are signed in again.")
    return redirect(safe_next(target), 303)


def _typed() -> str:
    """The code that was typed. Raises BadInput when there is none."""
    typed = request.form.get("code", "").strip()
    if not typed:
        raise BadInput(ENTER_CODE, {"code": [ENTER_CODE]})
    return typed


def _own() -> tuple[str, str]:
    return g.viewer.authority_id, g.viewer.person_id


def _being_set_up() -> Enrolment:
    try:
        if g.viewer is not None:
            return second_factors.enrolment(_own())
        return half_way.enrolment(session.get(FLOW))
    except (Conflict, NotSignedIn) as error:
        raise NotFound() from error


def _code_page(problem: str | None = None) -> str:
    return render_template("accounts/code.html", page_name="Enter your code", errors=_errors(problem, "code"))


def _set_up_page(enrolment: Enrolment, problem: str | None = None, *, first: bool = False) -> str:
    return render_template(
        "account/set_up_second_factor.html",
        page_name="Set up a second factor",
        enrolment=enrolment,
        first=first,
        errors=_errors(problem, "code"),
    )


def _show_page(problem: str | None = None) -> str:
    wish = request.form.get("do", "")
    box = {"begin": "password", "renew": "renew-code", "off": "off-code"}.get(wish, "")
    return render_template(
        "account/second_factor.html",
        page_name="Second factor",
        factor=second_factors.show(g.viewer, g.viewer.person_id),
        is_required=current_app.config["SECOND_FACTOR"],
        errors=_errors(problem, box),
    )


def _errors(problem: str | None, box: str) -> list[dict[str, str]]:
    return [{"text": problem, "href": f"#{box}"}] if problem else []
