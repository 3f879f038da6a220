"""Signing in with a work account: to the provider, and back."""

from __future__ import annotations

import hmac

from flask import Blueprint, current_app, render_template, request, session, url_for

from app.domain.errors import NotFound, NotSignedIn, ThroughcareError
from app.services import identities, sign_in_flows
from app.services.sign_in_flows import TOO_LATE, WORK_ACCOUNT
from app.web import provider, sign_in_page
from app.web.errors import answer_to
from app.web.guard import TOKEN, open_to_all
from app.web.kept_forms import KEPT, is_sealed
from app.web.provider import Provider
from app.web.session import FLOW, Answer, here, welcome

pages = Blueprint("work_account", __name__)
REFUSED = "Your organisation did not sign you in. Try again, or ask its service desk."


@pages.post("/sign-in/work-account")
@open_to_all
def leave() -> Answer:
    """Remember the sign-in, and show the page that leads to the provider.

    A page, and no redirect: the policy of ours lets a form lead to this service alone.
    """
    ours = _provider()
    kept = request.form.get(KEPT, "")
    try:
        departure = ours.depart(_back_to(), another=request.form.get("another") == "yes")
    except ThroughcareError as error:
        return _refused(error, kept)
    sign_in_flows.begun(
        WORK_ACCOUNT,
        token=departure.state,
        target=request.form.get("next", ""),
        kept=kept if is_sealed(kept) else "",
        facts=departure.facts,
    )
    session[FLOW] = departure.state
    return render_template(
        "accounts/leaving.html",
        page_name="Signing in",
        address=departure.url,
        words=f"You are being taken to {current_app.config['OIDC_CALLED']}.",
        link="Go on to sign in",
    )


@pages.get("/sign-in/work-account/back")
@open_to_all
def back() -> Answer:
    """The provider has sent the person back: check what it says, and let them in."""
    ours = _provider()
    kept = ""
    try:
        state = request.args.get("state", "")
        if not hmac.compare_digest(str(session.pop(FLOW, "")).encode(), state.encode()):
            raise NotSignedIn(TOO_LATE)
        begun = sign_in_flows.take(state, WORK_ACCOUNT)
        kept = begun.kept
        if "code" not in request.args:
            raise NotSignedIn(REFUSED)
        arrival = ours.arrive(request.args["code"], _back_to(), begun.facts)
        signed_in = identities.enter(
            arrival.claimed,
            ours.grants,
            place=here(),
            replaces=session.get(TOKEN),
            id_token=arrival.id_token,
        )
    except ThroughcareError as error:
        return _refused(error, kept)
    return welcome(signed_in, begun.target, kept)


def _refused(error: ThroughcareError, kept: str) -> Answer:
    """The sign-in page with the reason; the next try asks the provider for another account."""
    page = sign_in_page.render([{"text": error.sentence, "href": "#work-account"}], kept=kept, another=True)
    return page, answer_to(error).status


def _back_to() -> str:
    return f"{current_app.config['BASE_URL']}{url_for('.back')}"


def _provider() -> Provider:
    ours = provider.current()
    if ours is None:
        raise NotFound()
    return ours
