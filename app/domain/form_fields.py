"""Questions as marshmallow fields: what was given becomes a JSON value, or a sentence says why not.

text, long text   text, trimmed, one kind of line end, nothing that cannot be stored
number            int or float; "1,250" is understood
select, radio     one of the options' values        checklist   a list of them, in the options' order
checkbox          True or False
yes or no         True or False: a radio whose two values are the JSON values true and false
date              'YYYY-MM-DD'       time   'HH:MM'       datetime   ISO 8601 with London's offset
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields

from app.domain import clock
from app.domain.form_parts import Field, option_value
from app.domain.form_sentences import missing, must, plain_number, subject_of
from app.domain.typed_times import Mistyped, read_day, read_moment_typed, read_time

MOST_ITEMS = 200
LONGEST_OFFERED = 64
_NUMBER = re.compile(r"£?-?[\d,]{1,30}(\.\d{1,10})?", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_PHONE = re.compile(r"\+?[0-9() -]{7,25}( ?(x|ext\.?) ?[0-9]{1,6})?", re.ASCII | re.IGNORECASE)
_LARGEST_NUMBER = 10**12
Reader = Callable[[Field, Any], Any]


def marshmallow_field(field: Field) -> fields.Field[Any]:
    """The question as a marshmallow field; its `metadata` has the words for the API's description."""
    kinds: dict[str, type[fields.Field[Any]]] = {
        "number": _Number, "checkbox": _Yes, "checklist": _Chosen
    }  # fmt: skip
    kind = _Yes if field.boolean else kinds.get(field.kind, _Text)
    words: dict[str, Any] = {"title": field.label, "description": field.hint or None}
    if field.options and not field.boolean:
        words["enum"] = [option.value for option in field.options]
    given = {name: value for name, value in words.items() if value}
    made: fields.Field[Any] = kind(
        required=field.required, allow_none=not field.required, metadata=given,
        error_messages={"required": missing(field), "null": missing(field)},
    )  # fmt: skip
    made.question = field  # type: ignore[attr-defined]
    return made


def read_answer(field: Field, value: Any) -> Any:
    """The JSON value of an answer that is not blank. Raises marshmallow's ValidationError with a sentence."""
    try:
        return _READERS[field.kind](field, value)
    except Mistyped as mistake:
        raise ValidationError(must(field, mistake.rest)) from None


def wrong_parts(field: Field, value: Any) -> tuple[str, ...]:
    """Which boxes of a date or time are wrong, by name; empty when the whole is (or nothing)."""
    readers: dict[str, Callable[[Any], Any]] = {"date": read_day, "datetime": read_moment_typed}
    try:
        if field.kind in readers:
            readers[field.kind](value)
    except Mistyped as mistake:
        return mistake.parts
    return ()


_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters but the tab and the line end, halves of a surrogate pair, and what is no character."""


def clean_text(value: str) -> str | None:
    """The text as it is kept: composed characters, `\\n` line ends, no space around; None if it cannot be stored."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if _NOT_TEXT.search(text):
        return None
    return unicodedata.normalize("NFC", text).strip()


class _Text(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return read_answer(self.question, value)  # type: ignore[attr-defined]


class _Number(fields.Float):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return read_answer(self.question, value)  # type: ignore[attr-defined]


class _Yes(fields.Boolean):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return read_answer(self.question, value)  # type: ignore[attr-defined]


class _Chosen(fields.List[str]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.String(), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return read_answer(self.question, value)  # type: ignore[attr-defined]


def _read_text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError(must(field, "be text"))
    if len(value) > 4 * field.max_length:
        raise ValidationError(_too_long(field))
    text = clean_text(value)
    if text is None:
        raise ValidationError(must(field, "not contain characters that cannot be stored"))
    if len(text) > field.max_length:
        raise ValidationError(_too_long(field))
    if len(text) < field.min_length:
        raise ValidationError(must(field, f"be {field.min_length} characters or more"))
    if field.kind == "text" and "\n" in text:
        raise ValidationError(must(field, "be on one line"))
    if field.pattern == "email" and not _EMAIL.fullmatch(text):
        raise ValidationError(must(field, "be an email address, like name@example.com"))
    if field.pattern == "phone" and not _PHONE.fullmatch(text):
        raise ValidationError(must(field, "be a telephone number, like 020 7946 0000"))
    return text


def _too_long(field: Field) -> str:
    return must(field, f"be {plain_number(field.max_length)} characters or fewer")


def _read_number(field: Field, value: Any) -> int | float:
    number = _decimal(value)
    if number is None:
        raise ValidationError(must(field, "be a number"))
    places = max(0, -int(number.normalize().as_tuple().exponent)) if number else 0
    if field.decimals is not None and places > field.decimals:
        rest = "be a whole number" if not field.decimals else f"have at most {field.decimals} decimal places"
        raise ValidationError(must(field, rest))
    if field.minimum is not None and number < Decimal(str(field.minimum)):
        raise ValidationError(must(field, f"be {plain_number(field.minimum)} or more"))
    if field.maximum is not None and number > Decimal(str(field.maximum)):
        raise ValidationError(must(field, f"be {plain_number(field.maximum)} or fewer"))
    return int(number) if number == number.to_integral_value() else float(number)


def _decimal(value: Any) -> Decimal | None:
    """The number that was meant, if it is one and not absurdly large."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        return None
    text = str(value).strip().replace(" ", "")
    if isinstance(value, str):
        if not _NUMBER.fullmatch(text):
            return None
        text = text.removeprefix("£").replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= _LARGEST_NUMBER else None


def _read_one(field: Field, value: Any) -> str | bool:
    if field.values_key and not field.options:
        return _read_text(replace(field, kind="text", max_length=LONGEST_OFFERED), value)
    chosen = _read_choice(field, option_value(value) if field.boolean else value)
    return chosen == "true" if field.boolean else chosen


def _read_choice(field: Field, value: Any) -> str:
    if isinstance(value, str) and any(option.value == value for option in field.options):
        return value
    raise ValidationError(missing(field) + " from the list")


def _read_checklist(field: Field, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > MOST_ITEMS:
        raise ValidationError(missing(field) + " from the list")
    chosen = {_read_choice(field, item) for item in value}
    return [option.value for option in field.options if option.value in chosen]


def _read_checkbox(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(must(field, "be yes or no"))
    if field.required and not value:
        raise ValidationError(missing(field))
    return value


def _read_date(field: Field, value: Any) -> str:
    day = read_day(value)
    _check_day(field, day, clock.today())
    return day.isoformat()


def _read_time(field: Field, value: Any) -> str:
    return f"{read_time(value):%H:%M}"


def _read_datetime(field: Field, value: Any) -> str:
    moment = read_moment_typed(value)
    now = clock.now()
    if field.day == "past" and moment.astimezone(UTC) > now:
        raise ValidationError(must(field, "be in the past"))
    if field.day == "future" and moment.astimezone(UTC) < now:
        raise ValidationError(must(field, "be in the future"))
    return moment.isoformat()


def _check_day(field: Field, day: date, today: date) -> None:
    if field.day == "past" and day > today:
        raise ValidationError(f"{subject_of(field)} must be today or in the past")
    if field.day == "future" and day < today:
        raise ValidationError(f"{subject_of(field)} must be today or in the future")


_READERS: dict[str, Reader] = {
    "text": _read_text, "long_text": _read_text, "number": _read_number, "select": _read_one,
    "radio": _read_one, "checklist": _read_checklist, "checkbox": _read_checkbox, "date": _read_date,
    "time": _read_time, "datetime": _read_datetime,
}  # fmt: skip
