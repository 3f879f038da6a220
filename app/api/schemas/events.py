"""Messages, the feed of what happened, and reports."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shared import MOST, PAGE_SIZE, Answer, Moment, Paging, page_of


class MessageFields(Schema):
    """What has happened to a child, for the pathways that wait for it or begin with it.

    With `instance_id` it is for the pathways of that instance's tree alone (two remands of one child).
    """

    name = fields.String(required=True, validate=validate.Length(1, 100))
    child_id = fields.String(required=True)
    payload = fields.Dict(keys=fields.String(), load_default=dict)
    instance_id = fields.String(load_default=None, allow_none=True)


class Message(Answer):
    """A message that was taken."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    child_id = fields.String(required=True)


class FeedQuery(Schema):
    """What comes after the last event that was read."""

    after = fields.String(
        load_default="", validate=validate.Regexp(r"^[0-9a-f]{0,32}$", error="An event's id.")
    )
    kind = fields.String(metadata={"description": "Kinds of events, parted by commas."})
    page = fields.Integer(load_default=1, validate=validate.Equal(1, error="The feed goes on with after=."))
    page_size = fields.Integer(load_default=PAGE_SIZE, validate=validate.Range(1, MOST))


class Event(Answer):
    """One thing that happened. `about` names the step and its times; what somebody answered is with the task."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    at = Moment(required=True)
    child_id = fields.String(required=True, allow_none=True)
    instance_id = fields.String(required=True, allow_none=True)
    task_id = fields.String(required=True, allow_none=True)
    person_id = fields.String(required=True, allow_none=True)
    person = fields.String(required=True, allow_none=True)
    about = fields.Dict(keys=fields.String(), required=True)


class Feed(Answer):
    """Events, oldest first. Ask again with `next_after`; `total` counts what comes after the cursor, up to 10,000."""

    items = fields.List(fields.Nested(Event), required=True)
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    page_size = fields.Integer(required=True)
    next_after = fields.String(required=True)
    has_more = fields.Boolean(required=True)


class ReportLine(Answer):
    """A report that may be made."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    what = fields.String(required=True)


class ReportQuery(Schema):
    """For which days (both counted), whose work, and as what."""

    from_ = fields.Date(data_key="from")
    to = fields.Date()
    team = fields.String()
    agency = fields.String()
    format = fields.String(load_default="json", validate=validate.OneOf(["json", "csv"]))


class Column(Answer):
    """A column of a report: its key in every row, its heading and its kind."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)


class Figure(Answer):
    """A number that a report leads with; `of` is what it is a part of."""

    title = fields.String(required=True)
    value = fields.Float(required=True, allow_none=True)
    kind = fields.String(required=True)
    of = fields.Integer(required=True, allow_none=True)


class Report(Answer):
    """A report as it was made."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    from_ = fields.Date(required=True, data_key="from")
    to = fields.Date(required=True)
    columns = fields.List(fields.Nested(Column), required=True)
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)
    figures = fields.List(fields.Nested(Figure), required=True)
    totals = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    notes = fields.List(fields.String(), required=True)


class ReportListQuery(Paging):
    """Which page of the reports."""


ReportPage = page_of(ReportLine)
