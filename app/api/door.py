"""What every operation hangs on: one blueprint, and `operation`, which says all that is true of one.

An operation names the scope that its token needs, the row of the permission table, the schemas of what it takes and
answers; from these come the reading, the answer, the refusals and the OpenAPI description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Request, Response, g, make_response, request
from flask_smorest import Blueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from app.api import problems
from app.domain.access import TABLE
from app.domain.errors import EngineFailure, ThroughcareError, Unreadable
from app.domain.json_text import read_json
from app.domain.scopes import SCOPES
from app.services import first_answers
from app.services.first_answers import Stored

View = Callable[..., Any]
PATH = "/api/v1"
KEY = "Idempotency-Key"


class _Parser(FlaskParser):
    """Reads arguments; a name that is not known is refused, or a misspelt filter would show too much."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"json": None, "query": "raise"}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as webargs reads it. Raises Unreadable for no JSON, and for JSON that is nested without end.

        Raises UnsupportedMediaType for a body that does not say that it is JSON.
        """
        text = req.get_data(cache=True)
        if text and not req.is_json:
            raise UnsupportedMediaType(problems.not_json(req.mimetype))
        if text:
            try:
                read_json(text)
            except ValueError as error:
                raise Unreadable(problems.SENTENCES[400]) from error
        return super().load_json(req, schema)


class _Door(Blueprint):
    ARGUMENTS_PARSER = _Parser()


door = _Door("api", __name__, url_prefix=PATH)


def operation(
    method: str,
    rule: str,
    *,
    tag: str,
    scope: str,
    action: str,
    answers: type[Schema] | dict[str, str] | None = None,
    status: int = 200,
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    media_type: str | None = None,
    conflicts: bool = False,
) -> Callable[[View], View]:
    """Hang a view on the door. A view with `query` or `body` is given what was read before the names in its address.

    `conflicts` says that what is asked for may no longer be so (409). Raises ValueError at import for a scope or an
    action that does not exist.
    """
    if scope not in SCOPES or action not in TABLE:
        raise ValueError(f"{rule} needs {scope} and {action}: one of them does not exist")

    def hang(view: View) -> View:
        is_write = method != "GET"
        wrapped: View = door.response(status, answers, content_type=media_type)(view)
        if body is not None:
            wrapped = door.arguments(body, location="json")(wrapped)
        if query is not None:
            wrapped = door.arguments(query, location="query", as_kwargs=False)(wrapped)
        for refusal in _refusals(
            is_write=is_write, has_body=body is not None, has_thing="<" in rule, conflicts=conflicts
        ):
            wrapped = door.alt_response(refusal[0], refusal[1])(wrapped)
        wrapped = door.doc(**_described(scope, is_write))(wrapped)
        if is_write:
            wrapped = _once(wrapped)
        wrapped.scope = scope  # type: ignore[attr-defined]
        wrapped.permission = action  # type: ignore[attr-defined]
        door.route(rule, methods=[method], tags=[tag])(wrapped)
        return view

    return hang


def submission() -> str | None:
    """The name under which a service remembers this request, when it carries a key."""
    key = request.headers.get(KEY)
    return first_answers.submission_of(g.bearer, key) if key else None


def _refusals(*, is_write: bool, has_body: bool, has_thing: bool, conflicts: bool) -> list[tuple[int, str]]:
    found = [(401, "UNAUTHORIZED"), (403, "FORBIDDEN"), (404, "NOT_FOUND"), (422, "UNPROCESSABLE_ENTITY")]
    found += [(429, "TOO_MANY_REQUESTS"), (503, "SERVICE_UNAVAILABLE")]
    if has_body:
        found += [(400, "BAD_REQUEST"), (413, "REQUEST_ENTITY_TOO_LARGE"), (415, "UNSUPPORTED_MEDIA_TYPE")]
    if conflicts:
        found.append((409, "CONFLICT"))
    return sorted(found)


def _described(scope: str, is_write: bool) -> Mapping[str, Any]:
    described: dict[str, Any] = {"security": [{"token": []}], "x-scope": scope}
    if is_write:
        described["parameters"] = [KEY]
    return described


def _once(view: View) -> View:
    """The view, so that a request with a key is done once and answered alike each time it is sent.

    One that is refused has changed nothing and does not use up its key: put right, it may be sent under the same.
    """

    @wraps(view)
    def answered_once(*args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(KEY)
        if key is None:
            return make_response(view(*args, **kwargs))
        stored = first_answers.begin(g.bearer, key, _request())
        if stored is not None:
            return _again(stored)
        try:
            answer = make_response(view(*args, **kwargs))
            is_spent = answer.status_code < 400
        except ThroughcareError as error:
            answer = problems.tell(error)
            is_spent = isinstance(error, EngineFailure)  # the pathway stands still since then
        except HTTPException as error:
            answer, is_spent = problems.tell_http(error), False
        except Exception:
            first_answers.give_up(g.bearer, key)
            raise
        if is_spent:
            first_answers.finish(g.bearer, key, _kept(answer))
        else:
            first_answers.give_up(g.bearer, key)
        return answer

    return answered_once


def _request() -> bytes:
    return f"{request.method} {request.full_path}\n".encode() + request.get_data()


def _kept(answer: Response) -> Stored:
    return Stored(
        answer.status_code,
        answer.content_type or "",
        answer.headers.get("Location"),
        answer.get_data(as_text=True),
    )


def _again(stored: Stored) -> Response:
    answer = Response(stored.body, stored.status, content_type=stored.content_type)
    if stored.location:
        answer.headers["Location"] = stored.location
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
