"""Which recorded days are appointments, and what they are called: the words of processes/appointments.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.domain.errors import BadInput

KINDS = ("hearing", "meeting", "visit", "review", "panel", "appointment")
"""What an appointment may be; outside the app it is called by this and by the child's reference alone."""


@dataclass(frozen=True)
class Meant:
    """What a recorded day is. `time` names the fact that holds the hour, where the day itself has none."""

    kind: str
    name: str
    time: str | None = None


class _Meant(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = fields.String(required=True, validate=validate.Length(1, 80))
    time = fields.String(load_default=None)


class _File(Schema):
    facts = fields.Dict(fields.String(), fields.Nested(_Meant), required=True)
    answers = fields.Dict(fields.String(), fields.Dict(fields.String(), fields.Nested(_Meant)), required=True)
    no_appointment = fields.Dict(fields.String(), fields.List(fields.String()), load_default=dict)


@dataclass(frozen=True)
class AppointmentWords:
    """Facts of the child, and questions of forms, whose answers are appointments; and questions that are none."""

    facts: Mapping[str, Meant]
    answers: Mapping[str, Mapping[str, Meant]]
    no_appointment: Mapping[str, tuple[str, ...]]

    @classmethod
    def build(cls, raw: Any) -> AppointmentWords:
        """From the file. Raises BadInput for another shape."""
        try:
            read = _File().load(raw)
        except ValidationError as error:
            raise BadInput(f"The file of appointments cannot be used: {error}") from None
        return cls(
            facts={name: Meant(**said) for name, said in read["facts"].items()},
            answers={
                form: {question: Meant(**said) for question, said in questions.items()}
                for form, questions in read["answers"].items()
            },
            no_appointment={form: tuple(questions) for form, questions in read["no_appointment"].items()},
        )

    def of_form(self, form: str | None) -> Mapping[str, Meant]:
        """The questions of a form whose answers are appointments."""
        return self.answers.get(form or "", {})
