"""Published pathways, and the register of duties."""

from __future__ import annotations

from marshmallow import fields, validate

from app.api.schemas.shared import Answer, Paging, page_of, sorting


class FormField(Answer):
    """A question: its key in the answers, how it is asked, and what may be chosen.

    One that `is_conditional` is asked, and then required, only where the answers before it say so: its condition
    stands in the form's `schema`.
    """

    key = fields.String(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True)
    hint = fields.String(required=True)
    required = fields.Boolean(required=True)
    is_conditional = fields.Boolean(required=True)
    options = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


class Form(Answer):
    """A form: its questions in order, and the form-js schema that a form viewer draws."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    fields_ = fields.List(fields.Nested(FormField), required=True, data_key="fields", attribute="fields")
    schema = fields.Raw(required=True, metadata={"type": "object", "description": "The form-js schema."})


class Pathway(Answer):
    """A published pathway. `start_form` has the variables that a start needs; null where a message starts it."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    about = fields.String(required=True)
    subject = fields.String(required=True, validate=validate.OneOf(["child", "partnership"]))
    can_start = fields.Boolean(required=True)
    start_form = fields.Nested(Form, required=True, allow_none=True)


class Version(Answer):
    """A version of a pathway; `is_current` for the one on which new instances start."""

    id = fields.String(required=True)
    key = fields.String(required=True)
    number = fields.Integer(required=True)
    name = fields.String(required=True)
    note = fields.String(required=True)
    is_current = fields.Boolean(required=True)


class DutyQuery(Paging):
    """Which duties of the register."""

    area = fields.String(validate=validate.Length(max=60))
    pathway = fields.String(validate=validate.Length(max=60))
    status = fields.String(validate=validate.OneOf(["pathway", "feature", "context", "open"]))
    sort = sorting("id", "clause", "area")


class MetBy(Answer):
    """A step that meets a duty."""

    definition = fields.String(required=True)
    element = fields.String(required=True)


class Duty(Answer):
    """A duty of the register, and what meets it."""

    id = fields.String(required=True)
    area = fields.String(required=True)
    clause = fields.String(required=True)
    pathway = fields.List(fields.String(), required=True)
    strength = fields.String(required=True)
    does = fields.String(required=True)
    status = fields.String(required=True)
    elements = fields.List(fields.Nested(MetBy), required=True)
    feature = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class PathwayQuery(Paging):
    """Which page of the pathways."""

    sort = sorting("key", "name")


class VersionQuery(Paging):
    """Which page of the versions."""

    sort = sorting("number")


PathwayPage, VersionPage, DutyPage = page_of(Pathway), page_of(Version), page_of(Duty)
