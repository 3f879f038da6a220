"""The one table of the pages: an error of the domain becomes a status and a page that says what to do next."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.domain import errors

log = structlog.get_logger("throughcare.web")


@dataclass(frozen=True)
class Answer:
    """How an error is told: the HTTP status, and the template under templates/errors/."""

    status: int
    page: str


ANSWERS: dict[type[BaseException], Answer] = {
    errors.BadInput: Answer(422, "422"),
    errors.Unreadable: Answer(400, "422"),
    errors.ExpressionRefused: Answer(422, "422"),
    errors.PathwayRefused: Answer(422, "422"),
    errors.NotFound: Answer(404, "404"),
    errors.NotAllowed: Answer(403, "403"),
    errors.NotSignedIn: Answer(401, "401"),
    errors.TooManyTries: Answer(429, "429"),
    errors.StaleTask: Answer(409, "409"),
    errors.PathwayCannotMove: Answer(409, "409"),
    errors.Conflict: Answer(409, "409"),
    errors.EngineFailure: Answer(500, "suspended"),
    errors.Busy: Answer(503, "503"),
    errors.ThroughcareError: Answer(500, "500"),
}
BY_STATUS = {400: "400", 401: "401", 403: "403", 404: "404", 405: "404", 408: "503", 409: "409", 413: "413",
             422: "422", 429: "429", 503: "503"}  # fmt: skip
SECONDS_WHEN_BUSY = 5
OFFERING_WHAT_WAS_TYPED = frozenset({"500", "503"})


def install(app: Flask) -> None:
    """Answer every error with a page; the JSON door has handlers of its own on its blueprint."""
    app.register_error_handler(errors.ThroughcareError, show_known)
    app.register_error_handler(CSRFError, show_expired_form)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(Exception, show_unknown)


def answer_to(error: BaseException) -> Answer:
    """The row of the table for this error: that of its nearest class."""
    for kind in type(error).__mro__:
        if kind in ANSWERS:
            return ANSWERS[kind]
    return Answer(500, "500")


def show_known(error: errors.ThroughcareError) -> Response:
    """A page for an error of the domain, in the error's own words."""
    answer = answer_to(error)
    if answer.status >= 500:
        log.error("page_failed", request_id=g.get("request_id"), endpoint=request.endpoint, exc_info=error)
    response = _page(answer, error)
    if isinstance(error, errors.TooManyTries):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, errors.Busy):
        response.headers["Retry-After"] = str(SECONDS_WHEN_BUSY)
    return response


def show_expired_form(error: CSRFError) -> Response:
    """A form that was open for too long, or came from somewhere else: nothing is done with it.

    What its own person typed, in an earlier session, is offered again or goes along to the sign-in page.
    """
    from app.web import guard, kept_forms, sign_in_page

    if request.accept_mimetypes.best != "application/json" and kept_forms.carries_our_token():
        guard.load_viewer()
        if g.viewer is None and (kept := kept_forms.sealed()):
            return make_response(sign_in_page.render(kept=kept), 401)
        if g.viewer is not None and (page := kept_forms.after_a_stale_token(g.viewer)):
            return make_response(page, 400)
    return _page(Answer(400, "400"), error)


def show_http(error: HTTPException) -> Response:
    """A page for what Flask itself refuses; redirects pass."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    return _page(Answer(status, BY_STATUS.get(status, "500")), error)


def show_unknown(error: Exception) -> Response:
    """What nobody foresaw: a reference to quote, and no detail."""
    log.error("page_failed", request_id=g.get("request_id"), endpoint=request.endpoint, exc_info=error)
    return _page(Answer(500, "500"), error)


def _page(answer: Answer, error: BaseException) -> Response:
    sentence = error.sentence if isinstance(error, errors.ThroughcareError) else None
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(sentence=sentence or "Something went wrong."), answer.status)
    from app.web import kept_forms

    page = render_template(
        f"errors/{answer.page}.html",
        sentence=sentence,
        kept=kept_forms.typed_here() if answer.page in OFFERING_WHAT_WAS_TYPED else None,
        again=kept_forms.AGAIN,
        error=error,
        reference=str(g.get("request_id", ""))[-12:],
    )
    response = make_response(page, answer.status)
    if answer.status == 503:
        response.headers.setdefault("Retry-After", str(SECONDS_WHEN_BUSY))
    return response
