"""A form made in code, on its way through a POST: the one way in which it is read, shown again, checked and done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, validate
from app.web import fields
from app.web.kept_forms import is_again

Answer = str | Response | tuple[str, int]
Show = Callable[[dict[str, Any], BadInput | None], str]
Do = Callable[[dict[str, Any]], Answer]


def filled_in(form: Form, show: Show, do: Do) -> Answer:
    """What `do` answers to the checked answers; the form again (`show`) with what was typed, when it only comes back
    after a session ended, or, with status 422, when the answers or `do` are refused as BadInput."""
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(form, request.form)
        if is_again():
            return show(typed, None)
        return do(validate(form, typed))
    except BadInput as error:
        return show(typed, error), 422
