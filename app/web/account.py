"""A person's own account: who they are here, how their letters come, their calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.letter_times import DIGEST_HOURS, DUE_DAYS, KINDS, Choice
from app.services import calendar_feed, letter_choices, own_account, second_factors, sessions
from app.web import fields, questions
from app.web.guard import allowed

pages = Blueprint("account", __name__)
Answer = str | Response | tuple[str, int]
TOKEN = "calendar_token"  # noqa: S105 - the name of the place, not what is in it


def hour_in_words(hour: int) -> str:
    """Such as 7am, midday, 8pm."""
    named = {0: "midnight", 12: "midday"}
    return named.get(hour) or (f"{hour}am" if hour < 12 else f"{hour - 12}pm")


def _hours(hours: range) -> list[dict[str, str]]:
    return [{"label": hour_in_words(hour), "value": str(hour)} for hour in hours]


AT_ONCE = "at_once"
LETTERS: Form = read_form(
    "account/notifications",
    {
        "type": "default",
        "title": "Letters",
        "components": [
            {"type": "checklist", "key": "kinds", "label": "What do you want an e-mail about?",
             "description": "Choose none, and none come.",
             "values": [{"label": words, "value": kind} for kind, words in KINDS.items()],
             "properties": {"called": "what you want an e-mail about"}},
            {"type": "select", "key": "due_days", "label": "How early is “due soon”?",
             "validate": {"required": True},
             "values": [{"label": f"{days} working day{'s' if days > 1 else ''} before", "value": str(days)}
                        for days in DUE_DAYS],
             "properties": {"called": "how early due soon is"}},
            {"type": "select", "key": "digest", "label": "When do they come?", "validate": {"required": True},
             "description": "A digest is one e-mail on a working day that says how many things have come up.",
             "values": [{"label": "Each at once", "value": AT_ONCE},
                        *({"label": f"In one digest at {hour_in_words(hour)}", "value": str(hour)}
                          for hour in DIGEST_HOURS)],
             "properties": {"called": "when they come"}},
            {"type": "select", "key": "quiet_from", "label": "No e-mails from", "validate": {"required": True},
             "values": _hours(range(24)), "properties": {"called": "when your quiet hours begin"}},
            {"type": "select", "key": "quiet_until", "label": "until", "validate": {"required": True},
             "values": _hours(range(24)), "properties": {"called": "when your quiet hours end"}},
            {"type": "checkbox", "key": "escalations_any_time",
             "label": "What is escalated to me comes at once, at any hour"},
        ],
    },
)  # fmt: skip


@pages.get("/account")
@allowed("see_own_work")
def show() -> str:
    """Who the viewer is here, and what they can set."""
    return render_template(
        "account/show.html",
        page_name="Your account",
        account=own_account.show(g.viewer),
        choice=letter_choices.show(g.viewer),
        subscription=calendar_feed.subscription(g.viewer),
        browsers=len(sessions.listed(g.viewer, g.viewer.person_id)),
        factor=second_factors.show(g.viewer, g.viewer.person_id),
        hour_in_words=hour_in_words,
        kinds=KINDS,
    )


@pages.get("/account/notifications")
@allowed("see_own_work")
def notifications() -> str:
    """How the viewer's letters come."""
    choice = letter_choices.show(g.viewer)
    return _asked(
        {
            "kinds": sorted(choice.kinds),
            "due_days": str(choice.due_days),
            "digest": AT_ONCE if choice.digest_hour is None else str(choice.digest_hour),
            "quiet_from": str(choice.quiet_from),
            "quiet_until": str(choice.quiet_until),
            "escalations_any_time": choice.escalations_any_time,
        }
    )


@pages.post("/account/notifications")
@allowed("see_own_work")
def choose_notifications() -> Answer:
    """Choose."""
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(LETTERS, request.form)
        known = validate(LETTERS, typed)
        letter_choices.save(g.viewer, _choice(known))
    except BadInput as error:
        return _asked(typed, error), 422
    flash("Your letters come as you have chosen.", "success")
    return redirect(url_for(".show"), 303)


def _choice(known: Mapping[str, Any]) -> Choice:
    return Choice(
        kinds=frozenset(known["kinds"] or ()),
        digest_hour=None if known["digest"] == AT_ONCE else int(known["digest"]),
        quiet_from=int(known["quiet_from"]),
        quiet_until=int(known["quiet_until"]),
        escalations_any_time=bool(known["escalations_any_time"]),
        due_days=int(known["due_days"]),
    )


def _asked(answers: Mapping[str, Any], error: BadInput | None = None) -> str:
    return render_template(
        "account/notifications.html",
        page_name="Letters to you",
        account=own_account.show(g.viewer),
        components=questions.components(LETTERS, dict(answers), error.errors if error else {}),
        errors=fields.refusal_summary(LETTERS, error, answers),
    )


@pages.get("/account/calendar")
@allowed("see_own_work")
def calendar() -> str:
    """How to subscribe; the secret address, once, after it was made."""
    token = session.pop(TOKEN, None)
    address = None
    if token:
        address = f"{current_app.config['BASE_URL']}{url_for('calendars.feed', token=token)}"
    return render_template(
        "account/calendar.html",
        page_name="Your calendar",
        subscription=calendar_feed.subscription(g.viewer),
        address=address,
        webcal=f"webcal://{address.partition('://')[2]}" if address else None,
    )


@pages.post("/account/calendar")
@allowed("see_own_work")
def change_calendar() -> Response:
    """A new address, or none: the old one leads nowhere from now on."""
    if request.form.get("do") == "revoke":
        calendar_feed.revoke(g.viewer)
        flash("The calendar address leads nowhere from now on.", "success")
    else:
        session[TOKEN] = calendar_feed.new_address(g.viewer)
    return redirect(url_for(".calendar"), 303)
