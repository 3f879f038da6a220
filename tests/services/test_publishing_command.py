"""`throughcare pathways publish` and `pathways migrate`: any file comes into force, and what runs is moved to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app import create_app
from app.cli import throughcare
from app.domain.errors import BadInput, PathwayRefused
from app.services import definitions
from app.store.db import reading
from tests.crash import pathways
from tests.databases import settings_for
from tests.engine import diagrams as d

FORM = {"type": "default", "components": [{"type": "textfield", "key": "seen", "label": "What was seen?"}]}


@pytest.fixture
def database(filled_sqlite_database: str, tmp_path: Path) -> Any:
    """Where the command works, and an app beside it on the same database."""
    env = {
        "THROUGHCARE_DATABASE_URL": filled_sqlite_database,
        "THROUGHCARE_INSTANCE_PATH": str(tmp_path / "instance"),
    }

    def run(*words: str) -> Result:
        return CliRunner().invoke(throughcare, ["pathways", *words], env=env)

    beside: Flask = create_app(settings_for(filled_sqlite_database, tmp_path / "instance"))
    with beside.app_context():
        yield run


def changed(folder: Path, key: str, *change: str) -> Path:
    """A shipped pathway alone in a folder of its own, under a name of its own, with something changed."""
    folder.mkdir()
    path = folder / "from_a_friend.bpmn"
    path.write_text(definitions.shipped()[key].main.replace(*change), encoding="utf-8")
    return path


def in_force(key: str) -> Any:
    with reading() as session:
        return definitions.bundle_of(session, definitions.current(session, key).version_id)


def test_a_file_from_anywhere_comes_into_force_and_no_release_undoes_it(
    database: Any, tmp_path: Path
) -> None:
    shipped = definitions.shipped()["remand_yda"]
    path = changed(tmp_path / "mine", "remand_yda", "<bpmn:process", "<!-- ours --><bpmn:process")

    done = database("publish", str(path), "--note", "Ours")

    assert done.exit_code == 0, done.output + str(done.exception)
    assert "remand_yda: version 2 is now in force." in done.stdout
    found = in_force("remand_yda")
    assert "<!-- ours -->" in found.main
    assert (found.files.keys(), found.forms) == (shipped.files.keys(), shipped.forms)
    definitions.load_shipped()
    assert in_force("remand_yda") == found


def caller(folder: Path, called: str) -> Path:
    """A pathway of nobody's that calls another, and asks with a form."""
    folder.mkdir()
    ask = d.task("ask", form="outer_way/seen").replace('id="ask"', 'id="ask" name="Ask what was seen"')
    call = d.element("callActivity", "go_in", calledElement=called, name="Go in")
    xml = d.diagram(d.start(), ask, call, d.end(), d.flows("start > ask > go_in > end"), key="outer_way")
    path = folder / "from_a_friend.bpmn"
    path.write_text(xml, encoding="utf-8")
    return path


def test_called_diagrams_and_forms_beside_the_file_come_with_it(database: Any, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    path = caller(folder, "inner_way")
    look = d.task("look").replace('id="look"', 'id="look" name="Look"')
    inner = d.diagram(d.start(), look, d.end(), d.flows("start > look > end"), key="inner_way")
    (folder / "inner_way.bpmn").write_text(inner, encoding="utf-8")
    (folder / "seen.json").write_text(json.dumps(FORM), encoding="utf-8")
    for half_done in ("another.bpmn", "another.json"):  # nobody's business but theirs
        (folder / half_done).write_text("<half", encoding="utf-8")

    done = database("publish", str(path), "--note", "Ours", "--by", "desi@wandsworth.example")

    assert done.exit_code == 0, str(done.exception) + str(getattr(done.exception, "findings", ""))
    found = in_force("outer_way")
    assert set(found.files) == {"mine/outer_way.bpmn", "mine/inner_way.bpmn"}
    assert found.forms == {"outer_way/seen": FORM}


def test_a_file_that_calls_what_nobody_knows_is_refused(database: Any, tmp_path: Path) -> None:
    done = database("publish", str(caller(tmp_path / "mine", "nowhere")), "--note", "Ours")

    assert isinstance(done.exception, PathwayRefused)
    assert "calls the process nowhere" in done.exception.sentence


@pytest.mark.parametrize("broken", ["inner_way.bpmn", "seen.json"])
def test_what_a_file_needs_has_to_be_readable(database: Any, tmp_path: Path, broken: str) -> None:
    path = caller(tmp_path / "mine", "inner_way")
    inner = d.diagram(d.start(), d.task("look"), d.end(), d.flows("start > look > end"), key="inner_way")
    (path.parent / "inner_way.bpmn").write_text(inner, encoding="utf-8")
    (path.parent / broken).write_text("<half", encoding="utf-8")

    done = database("publish", str(path), "--note", "Ours")

    assert isinstance(done.exception, PathwayRefused | BadInput)
    assert str(path.parent / broken) in done.exception.sentence


def test_a_file_of_the_release_that_cannot_be_read_stops_no_other(
    database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(tmp_path / "mine", "home_concern", "<bpmn:process", "<!-- ours --><bpmn:process")

    def cannot_be_read(*_: Any) -> Any:
        raise PathwayRefused("One of the files cannot be read.")

    monkeypatch.setattr(definitions, "shipped", cannot_be_read)
    done = database("publish", str(path), "--note", "Ours")

    assert done.exit_code == 0, done.output + str(done.exception)
    assert "<!-- ours -->" in in_force("home_concern").main


def test_what_runs_is_moved_from_the_command_line(database: Any, tmp_path: Path) -> None:
    root = pathways.remand(pathways.child())
    path = changed(tmp_path / "mine", "remand_yda", "<bpmn:process", "<!-- ours --><bpmn:process")
    database("publish", str(path), "--note", "Ours")

    look = database("migrate", "remand_yda", "--to", "2", "--dry-run")
    without = database("migrate", "remand_yda", "--to", "2")
    done = database("migrate", "remand_yda", "--to", "2", "--reason", "The protocol of December", "--json")
    again = database("migrate", "remand_yda", "--to", "2", "--reason", "The protocol of December")

    assert (look.exit_code, done.exit_code, again.exit_code) == (0, 0, 0), look.output + done.output
    assert "wandsworth: 1 running: 1 can be moved, 0 cannot." in look.stdout
    assert "Say why they are moved" in str(without.exception)
    (told,) = json.loads(done.stdout)
    assert (told["finished"], told["counts"]) == (True, {"moved": 1})
    assert told["instances"][0]["instance"] == root
    assert "Nothing runs on another version" in again.stdout
