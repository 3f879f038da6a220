"""Errors as the JSON door tells them: `application/problem+json` (RFC 9457), one table from error to status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from app.domain import errors

log = structlog.get_logger("throughcare.api")
MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
STATUSES: dict[type[BaseException], int] = {
    errors.BadInput: 422,
    errors.Unreadable: 400,
    errors.ExpressionRefused: 422,
    errors.PathwayRefused: 422,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.NotSignedIn: 401,
    errors.TooManyTries: 429,
    errors.Conflict: 409,
    errors.EngineFailure: 409,  # the pathway stands still until somebody has put its incident right
    errors.Busy: 503,
}
SENTENCES: Mapping[int, str] = {
    400: "The request cannot be read. Send valid JSON.",
    404: "There is nothing here that you can see.",
    405: "This address does not take that method.",
    413: "The request is too large.",
    422: "There is a problem with what was sent.",
    429: "Too many requests. Wait before you send the next.",
    500: "Something went wrong. Nothing was changed.",
}
SECONDS_WHEN_BUSY = 1
LONGEST_SAID = 100


def not_json(said: str) -> str:
    """What is told of a body of another content type (415); `said` is what the request calls it, "" for nothing."""
    sent = f"was sent as {said[:LONGEST_SAID]}" if said else "was sent without a content type"
    return f"The body {sent}. Send JSON, as application/json."


def refuse_unknown_address() -> Response | None:
    """No blueprint has an address that does not exist: it is answered here, before the pages would answer it."""
    error = request.routing_exception
    if isinstance(error, HTTPException) and request.path.startswith(PREFIX) and (error.code or 0) >= 400:
        return tell_http(error)
    return None


def tell(error: errors.ThroughcareError) -> Response:
    """An error of the domain, in its own words, with a sentence for each field."""
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    if status >= 500:
        log.error("request_failed", request_id=g.get("request_id"), endpoint=request.endpoint, exc_info=error)
    fields = error.errors if isinstance(error, errors.BadInput) else {}
    answer = problem(status, error.sentence, fields=fields)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="throughcare"'
    if isinstance(error, errors.Busy):
        answer.headers["Retry-After"] = str(SECONDS_WHEN_BUSY)
    if isinstance(error, errors.TooManyTries):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def tell_http(error: HTTPException) -> Response:
    """What Flask, the limiter or the reading of arguments refuses."""
    status = error.code or 500
    fields = _sentences(getattr(error, "data", None) or {})
    answer = problem(status, SENTENCES.get(status, error.description or ""), fields=fields)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def tell_unknown(error: Exception) -> Response:
    """What nobody foresaw: a reference to quote, and no detail."""
    log.error("request_failed", request_id=g.get("request_id"), endpoint=request.endpoint, exc_info=error)
    return problem(500, f"{SENTENCES[500]} Reference {str(g.get('request_id', ''))[-12:]}.")


def problem(status: int, detail: str, *, fields: Mapping[str, Any] | None = None) -> Response:
    """A problem as an answer."""
    title = HTTPStatus(status).phrase
    body = {
        "type": f"urn:throughcare:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": {field: list(sentences) for field, sentences in (fields or {}).items()},
    }
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=MEDIA_TYPE)


def _sentences(told: Mapping[str, Any]) -> dict[str, list[str]]:
    """The sentences of refused arguments by field; those inside another have its name and a dot before theirs."""
    found: dict[str, list[str]] = {}
    for of_location in (told.get("messages") or {}).values():
        _gather(found, "", of_location)
    return found


def _gather(found: dict[str, list[str]], field: str, told: Any) -> None:
    if isinstance(told, Mapping):
        for name, inner in told.items():
            _gather(found, f"{field}.{name}" if field else str(name), inner)
        return
    sentences = told if isinstance(told, list) else [told]
    found.setdefault("body" if field in ("", "_schema") else field, []).extend(str(one) for one in sentences)
