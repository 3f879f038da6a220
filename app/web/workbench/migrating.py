"""Running pathways go to another version: choose, see what would happen, do it, follow it, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.engine.migration import CHOICES, Choice, Clockwork, Moves
from app.services.workbench import dry_run, migrating, migration_progress, versions
from app.services.workbench.dry_run import OLDER, Route
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("pathway_migration", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "pathways.index"
REFRESH_SECONDS = "3"
CHOICE = "choice-"

WHY: Form = read_form(
    "workbench/migrate",
    {
        "type": "default",
        "components": [
            {"type": "textarea", "key": "reason", "label": "Why are they moved?",
             "description": "It stands in the record of each child.",
             "validate": {"required": True, "maxLength": migrating.LONGEST_REASON},
             "properties": {"called": "why they are moved"}},
        ],
    },
)  # fmt: skip


@pages.get("/pathways/<key>/migrate")
@allowed("migrate", section=SECTION)
def ask(key: str) -> Answer:
    """From which version to which, what happens to each date; with `look` also what would happen to each pathway."""
    return _page(key, request.args)


@pages.post("/pathways/<key>/migrate")
@allowed("migrate", section=SECTION)
@keeps_what_is_typed
def begin(key: str) -> Answer:
    """Move them."""
    typed = {"reason": request.form.get("reason", "")}  # the rest says what is moved, and how
    if is_again():
        return _page(key, request.form, typed)
    try:
        route = _route(key, request.form)
        moving_id = migrating.begin(g.viewer, route, validate(WHY, typed)["reason"])
    except BadInput as error:
        return _page(key, request.form, typed, error)
    return redirect(url_for(".show", migration_id=moving_id), 303)


@pages.get("/migrations/<migration_id>")
@allowed("migrate", section=SECTION)
def show(migration_id: str) -> Response:
    """How far it has come; looked at again by itself until everybody has had their turn."""
    progress = migration_progress.show(g.viewer, migration_id)
    page = make_response(
        render_template(
            "workbench/migration.html", page_name=f"Moved to version {progress.to_number}", progress=progress
        )
    )
    if not progress.is_finished:
        page.headers["Refresh"] = REFRESH_SECONDS
    return page


@pages.post("/migrations/<migration_id>/take-back")
@allowed("migrate", section=SECTION)
def take_back(migration_id: str) -> Response:
    """Put back those that have not moved on."""
    migrating.take_back(g.viewer, migration_id)
    flash("Those that had not moved on are back on the version they were on.", "success")
    return redirect(url_for(".show", migration_id=migration_id), 303)


def _route(key: str, chosen: MultiDict[str, str]) -> Route:
    to_number = chosen.get("to", 0, type=int)
    wanted = chosen.get("from", "")
    if wanted == OLDER:
        numbers = dry_run.left_behind(g.viewer, key, to_number)
    else:
        numbers = (int(wanted),) if wanted.isdecimal() else ()
    choices: dict[str, Choice] = {
        name.removeprefix(CHOICE): value
        for name, value in chosen.items()
        if name.startswith(CHOICE) and value in CHOICES
    }
    return Route(key, numbers, to_number, Moves(choices, _names(chosen.get("names", ""))))


def _names(text: str) -> dict[str, str]:
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        old, arrow, new = (part.strip() for part in line.partition("="))
        if not (old and arrow and new):
            raise BadInput("Write one id a line, such as old_id = new_id.")
        found[old] = new
    return found


def _page(
    key: str,
    chosen: MultiDict[str, str],
    typed: Mapping[str, Any] | None = None,
    error: BadInput | None = None,
) -> Answer:
    known = versions.listed(g.viewer, key)
    current = next((one.number for one in known if one.is_current), known[0].number)
    values = MultiDict({"from": OLDER, "to": str(current), "names": "", **chosen.to_dict()})
    route = preview = None
    clocks: tuple[Clockwork, ...] = ()
    words: dict[str, str] = {}
    try:
        route = _route(key, values)
        clocks = dry_run.clocks(g.viewer, route) if route.from_numbers else ()
        words = dry_run.rules_in_words(g.viewer, route, clocks)
        if typed is not None or "look" in chosen:
            preview = dry_run.dry_run(g.viewer, route, after=chosen.get("after", ""), seconds=dry_run.SECONDS)
    except BadInput as refused:
        error = error or refused
    page = render_template(
        "workbench/migrate.html",
        page_name=f"Move running pathways: {known[0].name}",
        key=key,
        versions=known,
        values=values,
        choices={
            name: value
            for name, value in values.items()
            if name in ("from", "to", "names") or name.startswith(CHOICE)
        },
        route=route,
        clocks=clocks,
        words=words,
        preview=preview,
        earlier=migration_progress.listed(g.viewer, key),
        components=questions.components(WHY, dict(typed or {}), error.errors if error else {}),
        errors=fields.refusal_summary(WHY, error, dict(typed or {})) if error else None,
    )
    return (page, 422) if error else page
