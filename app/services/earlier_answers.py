"""What earlier steps of the pathway were answered, for the step that builds on them (its property `builds_on`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.forms import Form, is_blank
from app.services import advance, definitions
from app.store.people import Person
from app.store.tasks import Answer, UserTask


@dataclass(frozen=True)
class Earlier:
    """An earlier step as it was answered: by whom, when."""

    element_id: str
    name: str
    form: Form
    answers: Mapping[str, Any]
    at: datetime
    by: str


def before(session: Session, task: Row[Any]) -> tuple[Earlier, ...]:
    """The last answers of each step that the task builds on, in the order in which the drawing names them."""
    version_id = advance.version_id(session, task.authority_id, task.instance_id)
    version = definitions.compiled(session, version_id)
    element = version.element(task.element_id)
    if element is None or not element.builds_on:
        return ()
    rows = session.execute(
        select(Answer.element_id, Answer.form, Answer.answers, Answer.at, Person.name, UserTask.asked_on)
        .outerjoin(UserTask, (UserTask.authority_id == Answer.authority_id) & (UserTask.id == Answer.id))
        .outerjoin(Person, (Person.authority_id == Answer.authority_id) & (Person.id == Answer.by))
        .where(
            Answer.authority_id == task.authority_id,
            Answer.instance_id == task.instance_id,
            Answer.element_id.in_(element.builds_on),
        )
        .order_by(Answer.at)
    ).all()
    last = {row.element_id: row for row in rows}
    found = []
    for earlier_id in element.builds_on:
        row, earlier = last.get(earlier_id), version.element(earlier_id)
        form = definitions.form(session, row.asked_on or version_id, row.form) if row else None
        if row is not None and earlier is not None and form is not None:
            found.append(
                Earlier(earlier_id, earlier.name, form, dict(row.answers), row.at, row.name or "the service")
            )
    return tuple(found)


def carried_over(form: Form, earlier: Sequence[Earlier]) -> dict[str, Any]:
    """What the form's questions start with because an earlier step has the answer (their property `carries`)."""
    known: dict[str, Any] = {}
    for field in form.fields:
        element_id, _, key = field.carries.partition(".")
        value = next((one.answers.get(key) for one in earlier if one.element_id == element_id), None)
        if isinstance(value, list):
            offered = {option.value for option in field.options}
            value = [item for item in value if item in offered]
        if not is_blank(value):
            known[field.key] = value
    return known
