"""Starting a pathway for a child without a record: who it is and the questions on one page, and nothing kept until
the last button. The record is made in the same moment as the pathway begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain import clock
from app.domain.errors import BadInput
from app.domain.finding import NUMBERS, read_words
from app.domain.forms import Form, read_form, validate
from app.domain.moments import age_on
from app.services import finding, instances, new_records
from app.services.new_records import NewChild
from app.web import fields, questions, start
from app.web.finding import asked_for
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.moments import short_day

pages = Blueprint("new_child", __name__)
Answer = str | Response | tuple[str, int]

WHO: Form = read_form(
    "children/new",
    {
        "type": "default",
        "title": "New record",
        "components": [
            {"type": "textfield", "key": "given_name", "label": "First name",
             "validate": {"required": True, "maxLength": 100}, "properties": {"called": "the child’s first name"}},
            {"type": "textfield", "key": "family_name", "label": "Last name",
             "validate": {"required": True, "maxLength": 100}, "properties": {"called": "the child’s last name"}},
            {"type": "datetime", "subtype": "date", "key": "date_of_birth", "label": "Date of birth",
             "description": "For example, 27 3 2010. Without it the record is provisional.",
             "properties": {"when": "past", "called": "the child’s date of birth"}},
        ],
    },
)  # fmt: skip
"""What is asked about a child without a record."""
NUMBERS_KNOWN: Form = read_form(
    "children/numbers",
    {
        "type": "default",
        "title": "Numbers",
        "components": [
            {"type": "textfield", "key": key, "label": label, "validate": {"maxLength": 40},
             "properties": {"width": "10"}}
            for key, label in NUMBERS.items()
        ],
    },
)  # fmt: skip
"""The numbers of other systems, none of which need be known."""


@pages.get("/start/<pathway>/new-child")
@allowed("create_child", section=start.SECTION)
def ask(pathway: str) -> Answer:
    """Who the child is, as far as it was typed already, and the questions that start the pathway."""
    name = start.name_of(pathway)
    search = asked_for()
    known = {**_typed_already(search.words if search else ""), **instances.prefilled(g.viewer, pathway, None)}
    return _page(pathway, name, known, nobody=search is not None and not search.found)


@pages.post("/start/<pathway>/new-child")
@allowed("create_child", section=start.SECTION)
@keeps_what_is_typed
def check(pathway: str) -> Answer:
    """What will be recorded, who will be told and which clocks begin; unless there seems to be a record already."""
    name = start.name_of(pathway)
    whole, typed = _whole(pathway), dict[str, Any]()
    try:
        if "answers" in request.form:
            return _page(pathway, name, start.carried())
        typed = fields.read_posted(whole, request.form)
        if is_again():
            return _page(pathway, name, typed)
        known = validate(whole, typed)
        child, answers = _parted(known)
        same = [] if request.form.get("action") == "another" else _same(child)
        if same:
            return _same_page(pathway, same, answers)
        preview = new_records.preview(g.viewer, pathway, child, answers)
    except BadInput as error:
        return _page(pathway, name, typed, error.errors), 422
    return start.check_page(
        whole,
        known,
        preview,
        to_check=url_for(".check", pathway=pathway),
        to_go=url_for(".go", pathway=pathway),
        who=_who(child),
    )


@pages.post("/start/<pathway>/new-child/go")
@allowed("create_child", section=start.SECTION)
@keeps_what_is_typed
def go(pathway: str) -> Answer:
    """Make the record and start, once however often the button is pressed."""
    name = start.name_of(pathway)
    carried: dict[str, Any] = {}
    try:
        carried = start.carried()
        if is_again():
            return _page(pathway, name, carried)
        child, answers = _parted(validate(_whole(pathway), carried))
        token = request.form.get("submission")
        instance_id = new_records.start(g.viewer, pathway, child, answers, submission=token)
    except BadInput as error:
        return _page(pathway, name, carried, error.errors), 422
    return redirect(url_for("start.receipt", instance_id=instance_id), 303)


def _whole(pathway: str) -> Form:
    asked = instances.start_form(g.viewer, pathway)
    parts = asked.parts if asked else ()
    return Form(f"children/new+{pathway}", WHO.title, (*WHO.parts, *NUMBERS_KNOWN.parts, *parts))


def _parted(known: Mapping[str, Any]) -> tuple[NewChild, dict[str, Any]]:
    """Who the child is, and the answers to the pathway's own questions."""
    about = {field.key for form in (WHO, NUMBERS_KNOWN) for field in form.fields}
    child = NewChild(
        known["given_name"],
        known["family_name"],
        date.fromisoformat(known["date_of_birth"]) if known["date_of_birth"] else None,
        {key: known[key] for key in NUMBERS if known[key]},
    )
    return child, {key: value for key, value in known.items() if key not in about}


def _same(child: NewChild) -> list[finding.Found]:
    """Records that may be the same child's: surely, or by a name that is nearly the same and the date of birth."""
    sure = finding.match(
        g.viewer, child.given_name, child.family_name, child.date_of_birth, child.numbers.items()
    )
    near = finding.alike(g.viewer, child.given_name, child.family_name, child.date_of_birth)
    return list({one.id: one for one in (*near, *sure)}.values())


def _same_page(pathway: str, same: list[finding.Found], answers: Mapping[str, Any]) -> str:
    return render_template(
        "start/same.html",
        page_name="Is it this child?",
        pathway=pathway,
        found=same,
        carried=start.as_carried(answers),
        sent=[(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"],
    )


def _page(
    pathway: str,
    name: str,
    answers: Mapping[str, Any],
    errors: Mapping[str, list[str]] | None = None,
    *,
    nobody: bool = False,
) -> str:
    asked, wrong = instances.start_form(g.viewer, pathway), errors or {}
    return render_template(
        "start/new_child.html",
        page_name=asked.title if asked else name,
        name=name,
        pathway=pathway,
        nobody=nobody,
        who=questions.components(WHO, answers, wrong),
        numbers=questions.components(NUMBERS_KNOWN, answers, wrong),
        numbers_open=any(key in wrong or answers.get(key) for key in NUMBERS),
        components=questions.components(asked, answers, wrong) if asked else [],
        errors=fields.error_summary(_whole(pathway), wrong, answers) if errors else [],
    )


def _typed_already(words: str) -> dict[str, Any]:
    """What was typed to find the child, as the beginnings of a record."""
    sought = read_words(words)
    given, _, family = sought.written.partition(" ")
    names = {"given_name": given, "family_name": family}
    born = {"date_of_birth": sought.days[0].isoformat()} if len(sought.days) == 1 else {}
    return {key: name.title() if name.islower() else name for key, name in names.items() if name} | born


def _who(child: NewChild) -> dict[str, Any]:
    """The identity bar of a child whose record is about to be made."""
    born = child.date_of_birth
    words = f"{short_day(born)} (age {age_on(born, clock.today())})" if born else "not known yet"
    badges = ("New record",) if born else ("New record", "Provisional")
    return {"name": f"{child.given_name} {child.family_name}", "facts": [("Born", words)], "badges": badges}
