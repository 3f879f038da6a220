"""Requests of every kind that the description allows, and of kinds that it does not; and what each answer must hold.

schemathesis makes them from /api/v1/openapi.json. Half of those with a place for an id get the id of something real.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.unsupported_method,
]
REFUSED = [checks.negative_data_rejection]
"""What does not fit the description is refused; asked only of somebody who would be let in."""


class Walk:
    """Requests to every operation as somebody; `sent` counts them, `problems` says what was wrong, each kind once."""

    def __init__(self, app: Flask, token: str | None, real: Mapping[str, str], *, seed: int = 1) -> None:
        self.app, self.token, self.real = app, token, real
        self.chance = Random(seed)
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.problems: dict[tuple[str, str], str] = {}

    def everywhere(self, examples: int) -> None:
        """So many requests to every operation, half of them of kinds that the description does not allow."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # schemathesis's own, about what it could not make
            schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", self.app)
            for found in schema.get_all_operations():
                operation = found.ok()
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    self._one(operation, mode, max(1, examples // 2))

    def _one(self, operation: Any, mode: GenerationMode, examples: int) -> None:
        quietly = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        @quietly
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            self._send(operation.label, case, mode)

        send()

    def _send(self, label: str, case: Any, mode: GenerationMode) -> None:
        is_real = mode == GenerationMode.POSITIVE and self.chance.random() < 0.5
        if is_real and case.path_parameters:
            case.path_parameters = {
                name: self.real.get(name, value) for name, value in case.path_parameters.items()
            }
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = case.call(headers=headers)
        self.sent[label] += 1
        self.statuses[answer.status_code] += 1
        if self.token is None and answer.status_code not in (401, 404, 405):
            self.problems[label, "nobody was let in"] = str(answer.status_code)
        asked = [*CHECKS, *(REFUSED if self.token and answer.status_code not in (403, 404) else [])]
        try:
            case.validate_response(answer, checks=asked)
        except BaseExceptionGroup as failures:
            for failure in failures.exceptions:
                sent = f"{case.path_parameters} {case.query} {getattr(case, 'body', None)!r}"
                self.problems.setdefault((label, type(failure).__name__), f"{failure}\n{sent}"[:2000])
