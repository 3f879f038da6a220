"""Other systems of the council: the tokens that they carry, the addresses that are told what happens, how to begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, read_form
from app.domain.scopes import SCOPES
from app.services import tokens, webhooks
from app.services.chronology import GROUPS
from app.services.event_words import CALLED
from app.services.listing import Paged
from app.web import fields, questions
from app.web.addresses import page_number
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("other_systems", __name__)
SECTION = "other_systems.index"
STATES = {"queued": "On the way", "delivered": "Arrived", "dead": "Given up"}
REACHED = {"told": "Told", "nothing_sent": "Nothing sent yet", "not_reached": "Not reached"}
MORE = {"work": ("task_created",), "people": ("task_claimed", "task_released")}
"""Kinds that a chronology does not tell, and another system may want."""
ALL_WITHOUT = "Tick the kinds of events that it is told of. Without a tick on this page, it is told of all."
A_PAGE = 50

TOKEN: Form = read_form(
    "other_systems/token",
    {
        "type": "default",
        "title": "New token",
        "components": [
            {"type": "textfield", "key": "name", "label": "What is it for?",
             "description": "For example, nightly copy to the data warehouse.",
             "validate": {"required": True, "maxLength": 100}, "properties": {"called": "what the token is for"}},
            {"type": "textfield", "key": "username", "label": "Whose account does it act for?",
             "description": "The user name. The token may do what that person may do, and the audit shows their name.",
             "validate": {"required": True, "maxLength": 200}, "properties": {"called": "the user name"}},
            {"type": "checklist", "key": "scopes", "label": "What may it be used for?",
             "validate": {"required": True},
             "values": [{"label": words, "value": scope} for scope, words in SCOPES.items()],
             "properties": {"called": "what it may be used for"}},
            {"type": "number", "key": "days", "label": "For how many days is it good?",
             "description": f"From 1 to {tokens.LONGEST_DAYS}.",
             "validate": {"required": True, "min": 1, "max": tokens.LONGEST_DAYS},
             "properties": {"called": "the number of days", "width": "4"}},
        ],
    },
)  # fmt: skip
WEBHOOK: Form = read_form(
    "other_systems/webhook",
    {
        "type": "default",
        "title": "New webhook",
        "components": [
            {"type": "textfield", "key": "url", "label": "Which address is told?",
             "description": "It begins with https:// and answers a POST within 10 seconds.",
             "validate": {"required": True, "maxLength": webhooks.LONGEST_URL},
             "properties": {"called": "the address"}},
            *({"type": "checklist", "key": group, "label": label,
               "description": ALL_WITHOUT if group == "work" else "",
               "values": [{"label": CALLED[kind], "value": kind} for kind in (*MORE.get(group, ()), *kinds)],
               "properties": {"called": "the kinds of events"}}
              for group, (label, kinds) in GROUPS.items()),
        ],
    },
)  # fmt: skip


@pages.get("/other-systems")
@allowed("connect_systems", section=SECTION)
def index() -> str:
    """Every token and every webhook of the authority."""
    return render_template(
        "other_systems/index.html",
        page_name="Other systems",
        tokens=tokens.of_authority(g.viewer),
        webhooks=webhooks.listed(g.viewer, Paged(1, 1000)).items,
        scopes=SCOPES,
        reached=REACHED,
        called=CALLED,
    )


@pages.get("/other-systems/api")
@allowed("connect_systems", section=SECTION)
def api() -> str:
    """Every operation of the API, to read and to try."""
    return render_template("other_systems/api.html", page_name="Documentation of the API")


@pages.get("/other-systems/tokens/new")
@allowed("connect_systems", section=SECTION)
def ask_token() -> str:
    """What the token is for."""
    return _asked(TOKEN, url_for(".make_token"), {"days": 365})


@pages.post("/other-systems/tokens/new")
@allowed("connect_systems", section=SECTION)
@keeps_what_is_typed
def make_token() -> Answer:
    """Make it, and show it this once: no page can show it again."""

    def go(known: dict[str, Any]) -> Answer:
        token = tokens.create_here(
            g.viewer, known["username"], known["scopes"], name=known["name"], days=int(known["days"])
        )
        return render_template(
            "other_systems/made.html",
            page_name="The token is made",
            label="Token",
            secret=token,
            name=known["name"],
        )

    return filled_in(TOKEN, lambda typed, error: _asked(TOKEN, url_for(".make_token"), typed, error), go)


@pages.post("/other-systems/tokens/<token_id>/revoke")
@allowed("connect_systems")
def revoke_token(token_id: str) -> Response:
    """End a token at once."""
    row = tokens.revoke_here(g.viewer, token_id)
    flash(f"The token “{row.name}” is refused from now on.", "success")
    return redirect(url_for(".index"), 303)


@pages.get("/other-systems/webhooks/new")
@allowed("connect_systems", section=SECTION)
def ask_webhook() -> str:
    """Which address is told what."""
    return _asked(WEBHOOK, url_for(".make_webhook"), {})


@pages.post("/other-systems/webhooks/new")
@allowed("connect_systems", section=SECTION)
@keeps_what_is_typed
def make_webhook() -> Answer:
    """Tell the address from now on; what its deliveries are signed with is shown this once."""

    def go(known: dict[str, Any]) -> Answer:
        _, secret = webhooks.add(
            g.viewer,
            known["url"],
            [kind for group in GROUPS for kind in known[group] or ()],
            allow_http=not current_app.config["PRODUCTION"],
        )
        return render_template(
            "other_systems/made.html",
            page_name="The webhook is made",
            label="Secret of the signatures",
            secret=secret,
            name=known["url"],
        )

    return filled_in(
        WEBHOOK, lambda typed, error: _asked(WEBHOOK, url_for(".make_webhook"), typed, error), go
    )


@pages.get("/other-systems/webhooks/<webhook_id>")
@allowed("connect_systems", section=SECTION)
def webhook(webhook_id: str) -> str:
    """What went to the address, the newest first."""
    state = request.args.get("state") if request.args.get("state") in STATES else None
    return render_template(
        "other_systems/webhook.html",
        page_name="Webhook",
        webhook=webhooks.one(g.viewer, webhook_id),
        deliveries=webhooks.deliveries(g.viewer, webhook_id, state, Paged(page_number(), A_PAGE)),
        states=STATES,
        state_now=state,
        reached=REACHED,
        called=CALLED,
    )


@pages.post("/other-systems/webhooks/<webhook_id>/<event_id>/replay")
@allowed("connect_systems")
def replay(webhook_id: str, event_id: str) -> Response:
    """Send an event again."""
    webhooks.replay(g.viewer, webhook_id, event_id)
    flash("The event is on its way again.", "success")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@pages.post("/other-systems/webhooks/<webhook_id>/remove")
@allowed("connect_systems")
def remove_webhook(webhook_id: str) -> Response:
    """Tell the address nothing more."""
    url = webhooks.one(g.viewer, webhook_id).url
    webhooks.remove(g.viewer, webhook_id)
    flash(f"Nothing more is sent to {url}.", "success")
    return redirect(url_for(".index"), 303)


def _asked(form: Form, sent_to: str, answers: Mapping[str, Any], error: BadInput | None = None) -> str:
    return render_template(
        "other_systems/form.html",
        page_name=form.title,
        components=questions.components(form, dict(answers), error.errors if error else {}),
        errors=fields.refusal_summary(form, error, answers),
        sent_to=sent_to,
    )
