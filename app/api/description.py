"""The OpenAPI description, at /api/v1/openapi.json: made from the operations themselves, so that it stays true."""

from __future__ import annotations

from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from flask import Blueprint as Pages
from flask import Flask, Response, jsonify
from flask_smorest import Api, Blueprint

from app.api.door import KEY, PATH
from app.api.problems import MEDIA_TYPE
from app.api.schemas.shared import Moment, Problem, YesOrNo

ABOUT = """The same services as the pages, for other systems of the council.

Send a token with every request: `Authorization: Bearer tc_…`. A token acts as its person and may do what that person
may do, narrowed by its scopes; `throughcare token create` makes one. Errors are `application/problem+json`. Times are
ISO 8601 with an offset; a time without one is London's. A write may carry an `Idempotency-Key`: the same request with
the same key gets the first answer again, for a day; a request that is refused does not use up its key. A body is
`application/json`: another content type is answered 415, with what was sent."""
description = Pages("api_description", __name__, url_prefix=PATH)


class _OurApi(Api):
    """flask-smorest's description, with our problems for its errors."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None  # each operation names its refusals; none is left to "whatever else"

    def _register_error_handlers(self) -> None:
        """The door has its own (app.api.problems)."""

    def _register_doc_blueprint(self) -> None:
        """The description is answered by `openapi`, without a page that would load scripts from elsewhere."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            if status >= 400:
                content = {MEDIA_TYPE: {"schema": Problem}}
                told: dict[str, Any] = {"description": status.phrase, "content": content}
                self.spec.components.response(status.name, told, lazy=True)


def describe(app: Flask, door: Blueprint) -> None:
    """Register the operations with their description."""
    api = _OurApi()
    app.config["API_TITLE"] = "Throughcare"
    app.config["API_VERSION"] = "1"
    app.config["OPENAPI_VERSION"] = "3.0.3"
    app.config["API_SPEC_OPTIONS"] = {
        "info": {"description": ABOUT, "x-release": version("throughcare")},
        "servers": [{"url": "/"}],
    }
    api.init_app(app)
    api.register_field(Moment, "string", "date-time")
    api.register_field(YesOrNo, "string", None)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.parameter(
        KEY,
        "header",
        {
            "name": KEY,
            "required": False,
            "description": "The same request with the same key is done once, and gets the first answer again. "
            "A request that is refused does not use up its key: it may be put right and sent with the same.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        },
    )
    api.register_blueprint(door)
    app.extensions["api_description"] = api.spec
    app.register_blueprint(description)


@description.get("/openapi.json")
def openapi() -> Response:
    """The description of every operation."""
    from flask import current_app

    described = current_app.extensions["api_description"].to_dict()
    del described["tags"]  # the door's own name, which is on no operation
    return jsonify(described)
