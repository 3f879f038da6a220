"""My work, and the queue of a team: what is to be done, child by child, earliest due first."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import Viewer
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask, ThroughcareError
from app.services import cover_view, lists, pathway_view, reference, tasks
from app.services.accounts import colleagues
from app.services.lists import SECTIONS, Filters, TeamRow
from app.web import receipt
from app.web.addresses import chosen_filters, page_number
from app.web.guard import allowed
from app.web.local_words import local

pages = Blueprint("work", __name__)
WHOSE = {"mine": "My tasks", "team": "All tasks of my teams"}


@pages.get("/work")
@allowed("see_own_work", section="work.mine")
def mine() -> str:
    """What the viewer has to do; after a completed task with its receipt."""
    receipt.tell()
    filters = _filters()
    work = lists.my_work(g.viewer, filters, page_number())
    return render_template(
        "work/mine.html",
        page_name="My work",
        cover=cover_view.on_my_work(g.viewer),
        work=work,
        filters=filters,
        whose=WHOSE,
        **_choices(g.viewer.roles),
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
    teams = lists.teams_of(g.viewer)
    own = _own(teams, team_id)
    filters = _filters()
    unclaimed = request.args.get("who") == "nobody"
    work = lists.team_queue(g.viewer, team_id, filters, page_number(), unclaimed_only=unclaimed)
    return render_template(
        "work/queue.html",
        page_name=own.name,
        team=own,
        teams=teams,
        work=work,
        filters=filters,
        people=_people_for(g.viewer, own),
        **_choices({task.role for task in work.tasks} | ({filters.role} if filters.role else set())),
    )


@pages.post("/team/<team_id>")
@allowed("see_team")
def hand_out(team_id: str) -> Response:
    """Claim the chosen tasks, or give them to somebody; each that cannot be is said why."""
    _own(lists.teams_of(g.viewer), team_id)
    chosen = request.form.getlist("task_id")
    person_id = request.form.get("person_id", "")
    is_claim = request.form.get("do") == "claim"
    if not chosen:
        flash("Select at least one task.", "problem")
    elif not is_claim and not person_id:
        flash("Select who the tasks are for.", "problem")
    else:
        _hand_out(chosen, None if is_claim else person_id)
    return redirect(request.full_path.rstrip("?"), 303)


def _hand_out(task_ids: list[str], person_id: str | None) -> None:
    done = 0
    for task_id in dict.fromkeys(task_ids):
        try:
            if person_id is None:
                tasks.claim(g.viewer, task_id)
            else:
                tasks.assign(g.viewer, task_id, person_id)
            done += 1
        except (NotFound, NotAllowed, StaleTask, BadInput) as error:
            flash(_why(error), "problem")
    if done:
        words = f"{done} tasks" if done > 1 else "1 task"
        flash(f"{words} claimed." if person_id is None else f"{words} given out.", "success")


def _why(error: ThroughcareError) -> str:
    sentences = error.errors.get("person_id") if isinstance(error, BadInput) else None
    return sentences[0] if sentences else error.sentence


def _own(teams: list[TeamRow], team_id: str) -> TeamRow:
    for team in teams:
        if team.id == team_id:
            return team
    raise NotFound()


def _people_for(viewer: Viewer, team: TeamRow) -> list[tuple[str, str]]:
    """Whom a manager may give the team's tasks to: the people of the team, by name."""
    if not (viewer.is_admin or (viewer.is_manager and team.agency in viewer.agencies)):
        return []
    return [(person.person_id, person.name) for person in colleagues(viewer) if team.id in person.team_ids]


def _filters() -> Filters:
    """What the address asks for; values that mean nothing are left out."""
    asked = request.args
    return Filters(
        who=asked.get("who", "mine") if asked.get("who") in WHOSE else "mine",
        role=asked.get("role") or None,
        pathway=asked.get("pathway") or None,
        due=asked.get("due") if asked.get("due") in SECTIONS else None,
    )


def _choices(roles: frozenset[str] | set[str]) -> dict[str, object]:
    """The values that the filters offer, in words, and the ones chosen now."""
    table = reference.roles()
    role_names = {key: local(table.name_of(key)) for key in sorted(roles) if key in table}
    pathway_names = {key: local(name) for key, name in pathway_view.names(g.viewer).items()}
    chosen = chosen_filters(
        {
            "due": ("Due", SECTIONS),
            "role": ("Role", role_names),
            "pathway": ("Pathway", pathway_names),
        }
    )
    return {"sections": SECTIONS, "role_names": role_names, "pathway_names": pathway_names, "chosen": chosen}
