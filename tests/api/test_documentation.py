"""The examples of docs/api.md do what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from app.services import tokens, webhook_post
from tests.web_server import LiveServer

TEXT = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def token(live_server: LiveServer) -> str:
    """A token of a manager who may see reports and make records."""
    with live_server.app.app_context():
        return tokens.create("mo@wandsworth.example", ["write"], name="A test", days=1)


def test_each_curl_line_is_answered_with_what_it_asks_for(live_server: LiveServer, token: str) -> None:
    lines = [line for block in examples("sh") for line in block.splitlines() if line.startswith("curl")]
    answers = [asked(line.replace("$TOKEN", token).replace("$BASE", live_server.url)) for line in lines]

    assert len(answers) == 4
    assert '"family_name":"Example"' in answers[0]
    assert '"total":' in answers[1]
    assert '"mosaic":"M-4711"' in answers[2]
    assert answers[3].lstrip("\ufeff").startswith("Reference,Child")


def test_the_python_example_starts_a_remand_and_lists_its_tasks(live_server: LiveServer, token: str) -> None:
    settings = {**os.environ, "BASE": live_server.url, "TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-c", examples("python")[0]],
        capture_output=True,
        text=True,
        env=settings,
        check=True,
    )

    assert "A remand needs remanded_at" in done.stdout or "known_to_csc" in done.stdout
    assert "|" in done.stdout
    assert "go on after" in done.stdout


def test_a_receiver_that_checks_as_the_example_does_knows_who_sent_it() -> None:
    known: dict[str, object] = {}
    exec(examples("python")[1], known)
    check = known["is_from_throughcare"]
    body, now = b'{"id": "1"}', str(int(time.time()))

    def headers(timestamp: str) -> dict[str, str]:
        signed = webhook_post.signature("secret", timestamp, body)
        return {"Throughcare-Timestamp": timestamp, "Throughcare-Signature": f"v1={signed}"}

    assert check("secret", headers(now), body)
    assert not check("another", headers(now), body)
    assert not check("secret", headers(now), body + b" ")
    assert not check("secret", headers(str(int(now) - 3600)), body)


def asked(line: str) -> str:
    """What a line of curl asks for, asked without curl, which a bare machine may lack."""
    words = shlex.split(line)[1:]
    method, headers, data, address = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = words.pop(0).encode()
        else:
            address = word
    request = urllib.request.Request(address, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())
