"""Tasks."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.pathways import Form
from app.api.schemas.shared import Answer, Moment, Paging, YesOrNo, page_of, sorting
from app.services.task_lists import ORDERS

STATES = ("open", "completed", "cancelled")


class TaskQuery(Paging):
    """Which tasks. `team` is a team's id or name."""

    assignee = fields.String(metadata={"description": "me, none or a person's id."})
    role = fields.String()
    team = fields.String()
    child_id = fields.String()
    instance_id = fields.String()
    state = fields.String(validate=validate.OneOf(STATES, error=f"Choose from {', '.join(STATES)}."))
    overdue = YesOrNo("Whether it is overdue.")
    due_before = Moment()
    sort = sorting(*ORDERS)


class Person(Answer):
    """Somebody, by id and name."""

    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class TaskChild(Answer):
    """Whom a task is about."""

    id = fields.String(required=True)
    reference = fields.String(required=True)
    name = fields.String(required=True)


class Task(Answer):
    """A task. `state` is open, completed or cancelled; `status` is what its tag says on the pages."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    pathway = fields.String(required=True)
    instance_id = fields.String(required=True)
    element_id = fields.String(required=True)
    child_id = fields.String(required=True)
    child = fields.Nested(TaskChild, required=True)
    role = fields.String(required=True)
    role_name = fields.String(required=True)
    team = fields.Nested(Person, required=True, allow_none=True)
    assignee = fields.Nested(Person, required=True, allow_none=True)
    state = fields.String(required=True)
    status = fields.String(required=True)
    created_at = Moment(required=True)
    due_at = Moment(required=True, allow_none=True)
    due_explanation = fields.String(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    completed_at = Moment(required=True, allow_none=True)


class Draft(Answer):
    """What was typed and not yet sent, unchecked; `version` counts the saves."""

    answers = fields.Dict(keys=fields.String(), required=True)
    version = fields.Integer(required=True)
    saved_at = Moment(required=True, allow_none=True)


class TaskDuty(Answer):
    """A duty that the task meets, in the authority's own protocol."""

    id = fields.String(required=True)
    clause = fields.String(required=True)
    does = fields.String(required=True)


class TaskDetail(Task):
    """A task with its form. `answers` are what the form begins with: what is known and drafted, or what was given."""

    form = fields.Nested(Form, required=True, allow_none=True)
    answers = fields.Dict(keys=fields.String(), required=True)
    draft = fields.Nested(Draft, required=True, allow_none=True)
    due = fields.Raw(required=True, allow_none=True, metadata={"type": "object", "nullable": True})
    duty = fields.List(fields.String(), required=True)
    duties = fields.List(fields.Nested(TaskDuty), required=True)
    next = fields.List(fields.String(), required=True, metadata={"description": "What follows it."})
    can = fields.List(
        fields.String(), required=True, metadata={"description": "What the token's person may do."}
    )
    completed_by = fields.String(required=True, allow_none=True)


class Assignment(Schema):
    """Whom a task is given to; `reason` says why it is taken from whoever has it, and is needed then."""

    user_id = fields.String(required=True)
    reason = fields.String(load_default="")


class DraftFields(Schema):
    """What was typed so far. With `version`, another draft saved since is not written over (409)."""

    answers = fields.Dict(keys=fields.String(), required=True)
    version = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0))


class Answers(Schema):
    """The answers that complete a task, by the keys of its form."""

    answers = fields.Dict(keys=fields.String(), load_default=dict)


TaskPage = page_of(Task)
