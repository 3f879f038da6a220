"""What goes wrong at the command line is one sentence on stderr and a status, never a trace of the program."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app import create_app
from app.cli import main
from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.services import backups, simulated_answers, simulation
from app.store.db import db
from tests.databases import settings_for

Says = Callable[..., str]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Says:
    """What a command writes to stderr when it fails; nothing on stdout."""
    monkeypatch.setenv("THROUGHCARE_INSTANCE_PATH", str(tmp_path / "instance"))
    monkeypatch.delenv("THROUGHCARE_DATABASE_URL", raising=False)

    def run(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["throughcare", *words])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        assert left.value.code not in (0, None)
        assert told.out == ""
        return told.err

    return run


def test_a_database_without_tables_is_told_in_a_sentence(says: Says, tmp_path: Path) -> None:
    no_tables = "The database has no tables yet. Run “throughcare db upgrade” first.\n"

    assert says("audit", "verify") == no_tables
    assert says("db", "backup", str(tmp_path / "copy")) == no_tables
    assert not (tmp_path / "copy").exists()


def test_a_database_that_is_none_of_ours_is_told_in_a_sentence(says: Says, tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    file = tmp_path / "instance" / "throughcare.db"
    file.write_text("a letter, and no database at all; long enough to be looked at")
    of_a_letter = says("audit", "verify")
    file.unlink()
    with sqlite3.connect(file) as newer:
        newer.execute("CREATE TABLE alembic_version (version_num TEXT)")
        newer.execute("INSERT INTO alembic_version VALUES ('9999')")
    newer.close()

    assert of_a_letter == "The database cannot be used: file is not a database\n"
    assert says("db", "upgrade") == (
        "The schema of the database is at 9999, which this release does not know.\n"
    )
    assert says("token", "list").startswith("The schema of the database is at 9999, and this release needs")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("deadline review.first", "Missing option '--from'. See “"),
        ("deadline review.first --from 2026-12-24 --profile wandsworth@abc", "Name wandsworth without “@”."),
        ("simulate complaint --start 0001-01-01", "cannot begin before the year 1900."),
        ("simulate complaint --start 2026-12-24 --until 2020-01-01", "before it begins"),
        ("simulate complaint --start 2026-12-24 --answers {folder}/list.yaml", "payload of a message is a mapping."),
        ("pathways check {folder}", "There is no BPMN file in "),
        ("nonsense", "No such command 'nonsense'."),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told_in_a_line(
    says: Says, tmp_path: Path, words: str, sentence: str
) -> None:
    (tmp_path / "list.yaml").write_text("messages: [{at: P1D, name: remand_ended, payload: [1]}]")

    told = says(*(word.replace("{folder}", str(tmp_path)) for word in words.split()))

    assert sentence in told
    assert told.count("\n") == 1


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(
    says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("THROUGHCARE_INSTANCE_PATH", str(tmp_path / "file"))

    assert says("db", "upgrade") == f"{tmp_path / 'file'}: File exists.\n"


def test_a_copy_is_its_owners_alone_and_one_that_fails_leaves_nothing(
    filled_sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings_for(filled_sqlite_database, tmp_path / "instance"))
    with app.app_context():
        backups.backup(filled_sqlite_database, tmp_path / "copy")
        with pytest.raises(BadInput, match="cannot be written: No such file"):
            backups.backup(filled_sqlite_database, tmp_path / "nowhere" / "copy")
        monkeypatch.setattr(backups, "_write", lambda url, file: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            backups.backup(filled_sqlite_database, tmp_path / "other")
        db.session.remove()
        db.engine.dispose()

    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "other").exists()


def test_what_becomes_of_a_task_is_told_with_its_lane_duties_and_limit() -> None:
    """`task_cancelled` had none of them, and `task_completed` no reason for its date."""
    start = datetime(2026, 12, 24, 17, 40, tzinfo=LONDON)
    done = {"until": start + timedelta(days=2), "complete": "on-time"}
    ended = {"at": "P1D", "name": "remand_ended"}
    scenario = simulation.Scenario(messages=(ended,))

    events = simulation.run("remand_yda", profile="wandsworth", start=start, scenario=scenario, **done)[
        "events"
    ]

    begun = {(e["instance"], e["element"]): e for e in events if e["kind"] == "task_created"}
    over = [e for e in events if e["kind"] in ("task_completed", "task_cancelled")]
    assert {e["kind"] for e in over} == {"task_completed", "task_cancelled"}
    for event in over:
        first = begun[event["instance"], event["element"]]
        for what in ("lane", "duty", "due_at", "due_explanation"):
            assert event[what] == first[what], (event, what)


def test_a_slip_of_the_pen_in_the_answers_is_told() -> None:
    steps, messages = ["upload_paper", "upload_papers"], ["remand_over", "remand_ended"]

    assert simulated_answers.unused(steps, messages) == [
        "No step is called upload_paper: its answers are not used.",
        "No pathway waits for a message called remand_over: it changes nothing.",
    ]
