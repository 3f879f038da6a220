"""My work, what I wait for, and the queue of a team: what is to be done, child by child, overdue first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.services import cover_view, handing_out, lists, pathway_view, reach, reference
from app.services.lists import PUT_OFF, SECTIONS, Filters, TeamRow, WorkPage
from app.web import receipt
from app.web.addresses import chosen_filters, here, page_number
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.local_words import local

pages = Blueprint("work", __name__)
Answer = str | Response | tuple[str, int]
MINE_AT = "/work"
MINE = {"mine": "My tasks", "team": "All tasks of my teams", "nobody": "What nobody has taken yet"}
EVERYBODYS = {"team": "Everybody", "nobody": "Nobody has taken it"}


@pages.get(MINE_AT)
@allowed("see_own_work", section="work.mine")
def mine() -> str:
    """What the viewer has to do; after a completed task with its receipt."""
    receipt.tell()
    return _mine({})


def _mine(refusal: Mapping[str, list[str]]) -> str:
    """Their own work, their teams', or that of a colleague whose work they may look at."""
    teams = lists.teams_of(g.viewer)
    whose = MINE | dict(lists.people_of(g.viewer, teams))
    filters = _filters(whose, "mine")
    is_own = filters.who == "mine"
    work = lists.my_work(g.viewer, filters, page_number())
    return render_template(
        "work/mine.html",
        page_name="My work",
        cover=cover_view.on_my_work(g.viewer),
        is_own=is_own,
        **_list(work, filters, whose, g.viewer.roles if is_own else lists.roles_of(g.viewer, teams)),
        **({} if is_own else _handing_out(_within(teams, filters.who), work, refusal)),
    )


@pages.post(MINE_AT)
@allowed("see_own_work")
@keeps_what_is_typed
def hand_out() -> Answer:
    """Take the chosen tasks, or give them to somebody."""
    return _hand_out(_mine)


@pages.get(f"{MINE_AT}/waiting")
@allowed("see_own_work", section="work.mine")
def waiting() -> str:
    """What is open for the viewer's children, or in pathways they started, with somebody else."""
    filters = _filters({}, "waiting")
    work = lists.waiting(g.viewer, filters, page_number())
    return render_template(
        "work/waiting.html",
        page_name="Waiting on others",
        openable=reach.openable_of_many(g.viewer, work.tasks),
        **_list(work, filters, {}, lists.roles_of(g.viewer)),
    )


@pages.get("/team")
@allowed("see_own_work", section="work.team")
def team() -> Response | str:
    """To the queue of the viewer's first team."""
    teams = lists.teams_of(g.viewer)
    if not teams:
        return render_template("work/no_team.html", page_name="Team queue")
    return redirect(url_for("work.queue", team_id=teams[0].id))


@pages.get("/team/<team_id>")
@allowed("see_team", section="work.team")
def queue(team_id: str) -> str:
    """The open tasks of a team, and who has them."""
    return _queue(team_id, {})


def _queue(team_id: str, refusal: Mapping[str, list[str]]) -> str:
    teams = lists.teams_of(g.viewer)
    own = _own(teams, team_id)
    whose = EVERYBODYS | dict(lists.people_of(g.viewer, [own]))
    filters = _filters(whose, "team")
    work = lists.team_queue(g.viewer, team_id, filters, page_number())
    return render_template(
        "work/queue.html",
        page_name=own.name,
        team=own,
        teams=teams,
        **_list(work, filters, whose, lists.roles_of(g.viewer, [own])),
        **_handing_out([own], work, refusal),
    )


@pages.post("/team/<team_id>")
@allowed("see_team")
@keeps_what_is_typed
def hand_out_of_team(team_id: str) -> Answer:
    """Take the chosen tasks of a team, or give them to somebody."""
    _own(lists.teams_of(g.viewer), team_id)
    return _hand_out(lambda refusal: _queue(team_id, refusal))


def _hand_out(again: Callable[[Mapping[str, list[str]]], str]) -> Answer:
    """Each task alone; what came of it stands on the list, to which the browser goes back."""
    if is_again():
        return again({})
    is_claim = request.form.get("do") == "claim"
    person_id = None if is_claim else request.form.get("person_id", "")
    submission = request.form.get("submission") or new_id()
    try:
        handing_out.hand_out(
            g.viewer, request.form.getlist("task_id"), person_id, submission, request.form.get("reason", "")
        )
    except BadInput as error:
        return again(error.errors), 422
    return redirect(here(done=submission), 303)


def _handing_out(
    teams: Iterable[TeamRow], work: WorkPage, refusal: Mapping[str, list[str]]
) -> dict[str, Any]:
    """What taking and giving out needs: to whom, what came of the last time, and what was wrong with this one."""
    done = request.args.get("done", "")
    places = {
        "task_id": f"task-{work.tasks[0].id}" if work.tasks else "main-content",
        "person_id": "person_id",
    }
    return {
        "people": handing_out.loads(g.viewer, teams),
        "outcome": handing_out.outcome(g.viewer, done) if done else None,
        "submission": new_id(),
        "reason": request.form.get("reason", ""),
        "chosen_person": request.form.get("person_id", ""),
        "ticked": frozenset(request.form.getlist("task_id")),
        "refusal": refusal,
        "errors": [
            {"text": words, "href": f"#{places[key]}"} for key, found in refusal.items() for words in found
        ],
    }


def _within(teams: list[TeamRow], who: str) -> list[TeamRow]:
    """The teams whose tasks a list of My work has: the viewer's own, or for a colleague all that the viewer sees."""
    return [team for team in teams if who not in ("team", "nobody") or team.id in g.viewer.team_ids]


def _own(teams: list[TeamRow], team_id: str) -> TeamRow:
    for team in teams:
        if team.id == team_id:
            return team
    raise NotFound()


def _filters(whose: Mapping[str, str], by_itself: str) -> Filters:
    """What the address asks for; values that mean nothing are left out."""
    asked = request.args
    sections = {*SECTIONS, PUT_OFF}
    return Filters(
        who=asked["who"] if asked.get("who") in whose else by_itself,
        role=asked.get("role") or None,
        pathway=asked.get("pathway") or None,
        due=asked.get("due") if asked.get("due") in sections else None,
        child=asked.get("child") or None,
    )


def _list(work: WorkPage, filters: Filters, whose: Mapping[str, str], roles: Iterable[str]) -> dict[str, Any]:
    """What every list shows: its tasks, the values that the filters offer in words, and those chosen now."""
    table = reference.roles()
    role_names = {key: local(table.name_of(key)) for key in sorted(roles) if key in table}
    pathway_names = {key: local(name) for key, name in pathway_view.names(g.viewer).items()}
    children = {child.id: f"{child.name} ({number})" for child, number in work.children}
    named = {group.child.id: group.child.name for group in work.groups}
    if filters.child:
        named = {filters.child: named.get(filters.child, "nobody on this list")}
    chosen = chosen_filters(
        {
            "who": (
                "Whose",
                {key: words for key, words in whose.items() if key not in ("mine", "team")} | _team(whose),
            ),
            "child": ("Child", named),
            "due": ("Due", SECTIONS | {PUT_OFF: "put off"}),
            "role": ("Role", role_names),
            "pathway": ("Pathway", pathway_names),
        }
    )
    return {
        "work": work,
        "filters": filters,
        "whose": whose,
        "sections": SECTIONS,
        "role_names": role_names,
        "pathway_names": pathway_names,
        "child_names": children,
        "chosen": chosen,
    }


def _team(whose: Mapping[str, str]) -> dict[str, str]:
    """On My work the whole team is a filter; in a team's queue it is the queue."""
    return {"team": whose["team"]} if "mine" in whose else {}
