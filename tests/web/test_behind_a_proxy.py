"""Where people are: as the proxy in front says, where the operator has said that there is one; else as they connect."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, request

from app import create_app
from tests.apps import close
from tests.databases import settings_for


def seen_by(app: Flask, forwarded: str) -> tuple[str | None, str]:
    seen: list[tuple[str | None, str]] = []
    app.before_request(lambda: seen.append((request.remote_addr, request.scheme)))
    sent = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    app.test_client().get("/healthz", headers=sent)
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("0", ("127.0.0.1", "http")),
        ("1", ("192.0.2.7", "https")),
        ("2", ("203.0.113.9", "https")),
    ],
)
def test_only_the_proxies_that_the_operator_names_are_believed(
    sqlite_database: str, tmp_path: Path, proxies: str, seen: tuple[str, str]
) -> None:
    app = create_app({**settings_for(sqlite_database, tmp_path), "PROXIES": proxies})

    assert seen_by(app, "203.0.113.9, 192.0.2.7") == seen
    close(app)
