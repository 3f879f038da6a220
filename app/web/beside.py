"""What stands beside a task's form: the question that it answers, contributions, the manager's word."""

from __future__ import annotations

from typing import Any

from flask import g

from app.services import (
    acknowledging,
    agreed_dates,
    beside_task,
    comments,
    director_pages,
    documents,
    putting_off,
    task_life,
    task_why,
)
from app.services import case_system as case_system_records
from app.services.beside_task import BesideTask
from app.services.task_view import TaskView
from app.web import case_system, fields
from app.web.differences import Difference, differences


def parts(view: TaskView) -> dict[str, Any]:
    """What the templates tasks/_asked, _sign_off, _put_off and _comments draw, _life too, as arguments of it."""
    found = beside_task.show(g.viewer, view.task.id, view.form)
    earlier = [(one, fields.typed_rows(one.form, one.answers, view.people)) for one in found.earlier]
    return {
        "beside": found,
        "earlier": earlier,
        "putting_off": putting_off.of_task(g.viewer, view.task),
        **_for_manager(view, found),
        **_colleagues(view.task.id, found),
        **_life(view),
        **_papers(view),
        "seen": _seen(view),
        "director_page": _director_page(view),
        "can_move_deadline": agreed_dates.can_move(g.viewer, view.task.id),
        "why_seen": task_why.sentences(g.viewer, view.task.id),
    }


def _seen(view: TaskView) -> acknowledging.Seen | None:
    """Who was told of it and who has said so, where it answers an escalation."""
    if view.form is None or view.form.key not in acknowledging.FORMS:
        return None
    return acknowledging.of_task(g.viewer, view.task.id)


def _director_page(view: TaskView) -> str | None:
    """The task whose page for the director belongs to this one, where there is such a page."""
    forms = {*director_pages.ASKS, *director_pages.ASKS.values()}
    if view.form is None or view.form.key not in forms:
        return None
    return director_pages.address_of(g.viewer, view.task.id)


def _papers(view: TaskView) -> dict[str, Any]:
    """The task's documents, and its copy for the case system once it is completed."""
    is_over = view.task.state == "completed"
    return {
        "task_documents": documents.of_task(g.viewer, view.task.id),
        "may_attach": "attach" in view.can,
        "may_record": "record_elsewhere" in view.can,
        "recorded": case_system_records.of_task(g.viewer, view.task.id) if is_over else None,
        "typed_reference": case_system.typed_reference(view.task.id) if is_over else "",
        "case_text": case_system.text_of(view) if is_over else "",
    }


def _life(view: TaskView) -> dict[str, Any]:
    """Corrections, each with what it changed, and what may still be done with the task."""
    life = task_life.of_task(g.viewer, view.task.id)
    changes: dict[int, list[Difference]] = {}
    after = view.answers
    for one in life.corrections:
        if view.form is not None:
            changes[one.number] = differences(view.form, one.before, after, view.people)
        after = one.before
    return {"life": life, "changes_of": changes}


def chosen_day(view: TaskView, chosen: str) -> dict[str, str]:
    """The day that was chosen among those that suit, as the answer to the form's question for the meeting."""
    if not chosen or view.form is None:
        return {}
    offered = beside_task.show(g.viewer, view.task.id, view.form).proposals
    return {one.question: one.at.isoformat() for one in offered if one.on.isoformat() == chosen}


def _for_manager(view: TaskView, found: BesideTask) -> dict[str, Any]:
    """The answers that wait, and how they differ from what was returned before, or signed off before."""
    signing = found.sign_off
    if signing and signing.corrected and signing.approved and view.form is not None:
        changed = differences(view.form, signing.approved.answers, view.answers, view.people)
        return {"sent_rows": [], "changes": changed}
    sent = signing.waiting if signing else None
    if sent is None or view.form is None:
        return {"sent_rows": [], "changes": []}
    before = signing.before if signing else None
    changes: list[Difference] = []
    if before is not None:
        changes = differences(view.form, before.answers, sent.answers, view.people)
    return {"sent_rows": fields.summary_rows(view.form, sent.answers, view.people), "changes": changes}


def _colleagues(task_id: str, found: BesideTask) -> dict[str, Any]:
    if "comment" not in found.can:
        return {"mentionable": []}
    people = comments.mentionable(g.viewer, task_id)
    return {"mentionable": [(person.person_id, person.name) for person in people]}
