"""Logs tell what happened and never whom it happened to."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest

from app import logs


@pytest.fixture(autouse=True)
def json_logs() -> Iterator[None]:
    """One JSON object a line, on standard error, for the length of the test."""
    logs.configure(as_json=True)
    yield
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if type(handler).__module__ == "app.logs"]:
        root.removeHandler(handler)


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The last log line, and only one."""
    (line,) = capsys.readouterr().err.splitlines()
    return dict(json.loads(line))


def test_a_line_holds_what_is_on_the_list_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)

    logs.log.info("task_completed", task_id="t1", given_name="Ada", answers={"note": "seen at home"})

    line = last_line(capsys)
    assert (line["event"], line["task_id"], line["level"]) == ("task_completed", "t1", "info")
    assert {"given_name", "answers"}.isdisjoint(line)


def test_an_error_is_named_and_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    try:
        raise ValueError("Ada was seen at home")
    except ValueError:
        logging.getLogger("somewhere").exception("a step failed")

    line = last_line(capsys)
    assert line["error"] == "ValueError"
    assert "test_an_error_is_named_and_not_quoted" in str(line["frames"])
    assert "Ada" not in json.dumps(line)


def test_nobody_can_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)

    logs.log.warning("odd id", task_id='x\n{"event": "all is well"}')

    assert "all is well" in str(last_line(capsys)["task_id"])


class GoneAway(StringIO):
    """Standard error of which nobody reads the other end."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_a_line_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", GoneAway())
    logs.configure(as_json=True)

    logs.log.info("task_completed", task_id="t1")
    logging.getLogger("somewhere").warning("a step failed")
