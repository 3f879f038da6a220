"""What people do all day, as steps of real HTTP; between two steps somebody thinks.

Each journey is a generator: it asks for pages and yields where its person would stop to read or to type.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask import Flask

from app.domain.clock import LONDON, now
from app.domain.errors import BadInput
from app.domain.forms import Form
from app.services import choices, definitions, instances, simulated_answers, task_lookup
from app.services.accounts import viewer_named
from app.store.db import reading
from app.store.instances import ProcessInstance
from benchmarks.pages import WORK
from benchmarks.person import Fields, Page, Person

TASK = r"/tasks/[\w-]+"
CHILD = r"/children/[0-9a-f-]{30,}"
REMAND = "remand_yda"
STARTS = frozenset({"dora"})
BOARD = frozenset({"mo", "tess"})
Journey = Iterator[None]


@dataclass
class Life:
    """Somebody at work: the person, what they know, and what came of it."""

    app: Flask
    person: Person
    chance: Random
    completed: list[str] = field(default_factory=list)
    refused: int = 0

    @property
    def given_name(self) -> str:
        """The start of the user name."""
        return self.person.username.partition("@")[0]

    def next_journey(self) -> Journey:
        """What this person turns to next."""
        ways: dict[Callable[[Life], Journey], int] = {
            do_a_task: 6,
            look_at_a_child: 3,
            search: 2,
            look_ahead: 2,
        }
        if self.given_name in STARTS:
            ways[start_a_remand] = 4
        if self.given_name in BOARD:
            ways[look_at_the_board] = 5
        (chosen,) = self.chance.choices(list(ways), list(ways.values()))
        return chosen(self)


def do_a_task(life: Life) -> Journey:
    """My work, a task of it, a draft while typing, the form; then My work again, with the receipt."""
    person = life.person
    work = person.get(life.chance.choice(("/work", "/work", "/work?who=team")), "my work")
    yield
    tasks = work.links(TASK)
    if not tasks:
        return
    address = life.chance.choice(tasks)
    page = person.get(address, "open a task")
    yield
    form = page.form(address)
    if form is None:
        return
    filled = with_answers(form, answers_for(life, address.rpartition("/")[2]))
    if f'data-draft="{address}/draft"' in page.text:
        for _ in range(2):
            kept = person.post(f"{address}/draft", "save a draft", filled, script=True)
            if kept.status == 200:
                filled["draft_version"] = [str(json.loads(kept.text).get("version", ""))]
            yield
    answer = person.post(address, "complete a task", {**filled, "action": "complete"})
    if answer.status == 303:
        life.completed.append(address.rpartition("/")[2])
        person.get(answer.location, "my work")
    elif answer.status == 422:
        life.refused += 1
    yield


def look_at_a_child(life: Life) -> Journey:
    """A child of My work, what is open for them, what happened."""
    work = life.person.get("/work?who=team", "my work")
    yield
    children = work.links(CHILD)
    if children:
        child = life.chance.choice(children)
        for page in ("", "/timeline", "/tasks"):
            life.person.get(f"{child}{page}", "a child's page")
            yield


def search(life: Life) -> Journey:
    """A name is typed, spelt as one hears it."""
    form = life.person.get("/children", "search").form("/children/search")
    yield
    if form is None:
        return
    words = life.chance.choice(("Alex", "Charly", "Jo Madeup", "Invented", "Robyn Placeholder"))
    found = life.person.post("/children/search", "search", {**form, "q": words})
    if found.status == 303:
        life.person.get(found.location, "search")
    yield


def look_ahead(life: Life) -> Journey:
    """The week, and what others do for one."""
    life.person.get(f"{WORK}/week", "my week")
    yield
    life.person.get(f"{WORK}/waiting", "waiting for")
    yield


def look_at_the_board(life: Life) -> Journey:
    """The manager's board, and one of its lists."""
    life.person.get("/board", "the board")
    yield
    life.person.get(life.chance.choice(("/board/breached", "/board/soon")), "the board")
    yield


def start_a_remand(life: Life) -> Journey:
    """A court has sent a child to custody: the form, the check page, the start, its receipt."""
    children = life.person.get("/work?who=team", "my work").links(CHILD)
    if not children:
        return
    address = f"/start/{REMAND}/{life.chance.choice(children).rpartition('/')[2]}"
    form = life.person.get(address, "start a remand").form(address)
    yield
    if form is None:
        return
    checked = life.person.post(address, "start a remand", with_answers(form, answers_to_start(life)))
    yield
    to_go = checked.form(f"{address}/go") if checked.status == 200 else None
    if to_go is None:
        life.refused += checked.status == 422
        return
    started = life.person.post(f"{address}/go", "start a remand", to_go)
    if started.status == 303:
        life.person.get(started.location, "start a remand")
    yield


def answers_for(life: Life, task_id: str) -> Fields:
    """The simplest answers to a task's form, as its page sends them."""
    authority_id = life.person.username.partition("@")[2].removesuffix(".example")
    with life.app.app_context(), reading() as session:
        task = task_lookup.row(session, authority_id, task_id)
        instance = session.get(ProcessInstance, (authority_id, task.instance_id))
        assert instance is not None
        form = definitions.form(session, instance.version_id, task.form)
        if form is None:
            return {}
        form = choices.offered(session, authority_id, form)
    return as_sent(form, _simplest(form))


def answers_to_start(life: Life) -> Fields:
    """The simplest answers to the remand's own form, ordered five minutes ago."""
    with life.app.app_context():
        form = instances.start_form(viewer_named(life.person.username), REMAND)
        assert form is not None
        return as_sent(form, simulated_answers.for_start(form, {}, now() - timedelta(minutes=5)))


_turn = threading.Lock()
_known: dict[str, Mapping[str, Any]] = {}


def _simplest(form: Form) -> Mapping[str, Any]:
    with _turn:
        if form.key not in _known:
            try:
                _known[form.key] = simulated_answers.for_start(form, {}, now() - timedelta(minutes=5))
            except BadInput:  # it asks for what only its child's record can say: the page knows it already
                _known[form.key] = {}
        return _known[form.key]


def as_sent(form: Form, answers: Mapping[str, Any]) -> Fields:
    """Checked answers under the names of the boxes."""
    sent: Fields = {}
    for question in form.fields:
        value = answers.get(question.key)
        if value is None:
            continue
        if question.kind in {"date", "datetime"}:
            moment = datetime.fromisoformat(str(value))
            local = moment.astimezone(LONDON) if moment.tzinfo else moment
            for part in ("day", "month", "year"):
                sent[f"{question.key}-{part}"] = [str(getattr(local, part))]
            if question.kind == "datetime":
                sent[f"{question.key}-time"] = [local.strftime("%H:%M")]
        elif isinstance(value, bool):
            if value or question.kind != "checkbox":
                sent[question.key] = ["true" if value else "false"]
        else:
            sent[question.key] = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return sent


def with_answers(form: Fields, answers: Fields) -> Fields:
    """The page's own form with the answers in it; what is filled in already stays."""
    is_there = {re.sub(r"-(day|month|year|time)$", "", name) for name, value in form.items() if any(value)}
    fresh = {
        name: value
        for name, value in answers.items()
        if re.sub(r"-(day|month|year|time)$", "", name) not in is_there
    }
    return {**form, **fresh}


__all__ = ["Journey", "Life", "Page"]
