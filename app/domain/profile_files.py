"""What a profile's file may say, and one entry laid over the entry of the profile it extends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.domain.deadlines import DeadlineRule, Rule
from app.domain.errors import BadInput
from app.domain.roles import AGENCIES

ANY_AGENCY = "any"
FILE_UNITS = ("hours", "calendar_days", "working_days", "weeks", "months")


@dataclass(frozen=True)
class Contact:
    """Where a role is reached: `label` says who that is."""

    label: str
    email: str
    phone: str


@dataclass(frozen=True)
class LadderStep:
    """One level of escalation: the role for each agency ("any" for the rest), and the rule key of its wait."""

    roles: Mapping[str, str]
    response: str


@dataclass(frozen=True)
class DeadlineEntry:
    """What a file says under one rule key; None where it is silent."""

    said: Mapping[str, Any]

    def over(self, key: str, inherited: DeadlineRule | None) -> DeadlineRule:
        """This entry laid over the inherited one. Raises BadInput where the result is no rule.

        An acknowledgement belongs to the numbers it was given for: new numbers need their own.
        """
        base = inherited or DeadlineRule(key, "", "", None, None)
        local = self._side("local", base.local, self.said.get("source"))
        statutory = self._side("statutory", base.statutory, None)
        same_numbers = _numbers(local, statutory) == _numbers(base.local, base.statutory)
        kept = base.acknowledged if same_numbers else ""
        words = {
            name: self.said[name]
            for name in ("title", "counted_from", "only_with", "note")
            if name in self.said
        }
        rule = replace(
            base, local=local, statutory=statutory, acknowledged=self.said.get("acknowledged", kept), **words
        )
        _must_be_whole(rule)
        return rule

    def _side(self, side: str, inherited: Rule | None, source: str | None) -> Rule | None:
        if side not in self.said:
            return replace(inherited, source=source) if inherited and source else inherited
        numbers = self.said[side]
        if numbers is None:
            return None
        if not (numbers.get("source") or source):
            raise BadInput(f"say the source of the {side} rule: a clause or a regulation.")
        return Rule(**{"direction": "after", "source": source, **numbers})


@dataclass(frozen=True)
class ProfileFile:
    """One file, read and found well-formed; it may be silent on most things."""

    key: str
    name: str
    extends: str | None = None
    area: str | None = None
    aliases: tuple[str, ...] = ()
    division: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    deadlines: Mapping[str, DeadlineEntry] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    contacts: Mapping[str, tuple[Contact, ...]] = field(default_factory=dict)
    recipients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    money: Mapping[str, int | float] = field(default_factory=dict)
    ladder: tuple[LadderStep, ...] | None = None


def read_profile_file(key: str, raw: Any) -> ProfileFile:
    """The file of the profile `key`. Raises BadInput with `errors[key]`, a sentence for each mistake."""
    try:
        said = _FileSchema().load(raw)
    except ValidationError as error:
        sentences = [f"The profile {key}{where}: {what}" for where, what in _flat(error.messages)]
        raise BadInput(sentences[0], {key: sentences}) from None
    if said["key"] != key:
        sentence = f"The profile {key} calls itself “{said['key']}”: the key and the file name are one."
        raise BadInput(sentence, {key: [sentence]})
    for name in ("aliases",):
        said[name] = tuple(said.get(name, ()))
    said["deadlines"] = {rule: DeadlineEntry(entry) for rule, entry in said.get("deadlines", {}).items()}
    said["settings"] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in said.get("settings", {}).items()
    }
    said["contacts"] = {
        role: tuple(Contact(**contact) for contact in listed)
        for role, listed in said.get("contacts", {}).items()
    }
    said["recipients"] = {name: tuple(listed) for name, listed in said.get("recipients", {}).items()}
    if said.get("ladder") is not None:
        said["ladder"] = tuple(LadderStep(**step) for step in said["ladder"])
    return ProfileFile(**said)


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class _RuleSchema(_Strict):
    amount = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(0, 10_000, error="Enter a whole number from 0 to 10,000."),
    )
    unit = fields.String(
        required=True, validate=validate.OneOf(FILE_UNITS, error=f"Choose one of {', '.join(FILE_UNITS)}.")
    )
    direction = fields.String(validate=validate.OneOf(("after", "before"), error="Choose after or before."))
    source = fields.String(validate=validate.Length(1, 200))
    instrument = fields.String(validate=validate.Length(1, 200))
    note = fields.String(validate=validate.Length(1, 500))
    verified = fields.Boolean()


class _EntrySchema(_Strict):
    title = fields.String(validate=validate.Length(1, 120))
    counted_from = fields.String(validate=validate.Length(1, 120))
    local = fields.Nested(_RuleSchema, allow_none=True)
    statutory = fields.Nested(_RuleSchema, allow_none=True)
    source = fields.String(validate=validate.Length(1, 200))
    acknowledged = fields.String(
        validate=validate.Length(10, 500, error="Give the reason in a sentence, of 10 to 500 characters.")
    )
    only_with = fields.String(validate=validate.Length(1, 60))
    note = fields.String(validate=validate.Length(1, 500))


class _ContactSchema(_Strict):
    label = fields.String(required=True, validate=validate.Length(1, 120))
    email = fields.Email(required=True)
    phone = fields.String(
        required=True, validate=validate.Regexp(r"^\+?[0-9][0-9 ]{5,20}$", error="Enter a telephone number.")
    )


class _StepSchema(_Strict):
    roles = fields.Dict(
        keys=fields.String(validate=validate.OneOf((*AGENCIES, ANY_AGENCY))),
        values=fields.String(),
        required=True,
        validate=validate.ContainsNoneOf([""]),
    )
    response = fields.String(load_default="escalation.response")


def _named(values: fields.Field[Any]) -> fields.Dict:
    return fields.Dict(keys=fields.String(validate=validate.Length(1, 80)), values=values)


def _setting(value: Any) -> None:
    is_list_of_words = isinstance(value, list) and all(isinstance(word, str) for word in value)
    if not (isinstance(value, str | int) or is_list_of_words):
        raise ValidationError("Enter words, a whole number, true or false, or a list of words.")


def _pounds(value: Any) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1_000_000 or round(value, 2) != value:
        raise ValidationError("Enter an amount in pounds, such as 40 or 12.50.")


def _has_fallback(step: Mapping[str, Any]) -> None:
    if ANY_AGENCY not in step["roles"]:
        raise ValidationError("Say who it is for “any” agency that is not named.")


class _FileSchema(_Strict):
    key = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]{0,39}$"))
    name = fields.String(required=True, validate=validate.Length(1, 80))
    extends = fields.String(allow_none=True)
    area = fields.String(allow_none=True)
    aliases = fields.List(fields.String())
    division = fields.String(validate=validate.Length(1, 40))
    words = _named(fields.String(validate=validate.Length(1, 200)))
    deadlines = _named(fields.Nested(_EntrySchema))
    switches = _named(fields.Boolean(truthy={True}, falsy={False}))
    settings = _named(fields.Raw(validate=_setting))
    contacts = _named(fields.List(fields.Nested(_ContactSchema), validate=validate.Length(1)))
    recipients = _named(fields.List(fields.String(), validate=validate.Length(1)))
    money = _named(fields.Raw(validate=_pounds))
    ladder = fields.List(fields.Nested(_StepSchema, validate=_has_fallback))


def _numbers(local: Rule | None, statutory: Rule | None) -> list[tuple[int, str, str] | None]:
    return [(side.amount, side.unit, side.direction) if side else None for side in (local, statutory)]


def _must_be_whole(rule: DeadlineRule) -> None:
    if not rule.title or not rule.counted_from:
        raise BadInput("give the rule a title and say what it is counted from.")
    if rule.local is None and rule.statutory is None:
        raise BadInput("give the rule a local or a statutory time limit.")
    if rule.local and rule.statutory and rule.local.direction != rule.statutory.direction:
        raise BadInput("the local and the statutory rule count in different directions.")


def _flat(messages: Any, path: str = "") -> list[tuple[str, str]]:
    """(", deadlines visit.remand.first local amount", "Enter a whole number …") for each message."""
    if isinstance(messages, Mapping):
        found = []
        for name, inner in messages.items():
            step = "" if name in ("_schema", "key", "value") and path else f" {name}"
            found += _flat(inner, f"{path}{step}" if path else f",{step}")
        return found
    if isinstance(messages, list):
        return [(path, str(message)) for message in messages]
    return [(path, str(messages))]
