"""`throughcare export child` writes the record of one child, or says in a sentence why not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from click.testing import CliRunner

from app.cli import throughcare
from app.domain.errors import BadInput, ThroughcareError


def test_the_command_says_what_is_wrong_and_shows_no_progress_in_a_pipe(
    filled_sqlite_database: str, tmp_path: Path
) -> None:
    settings = {
        "THROUGHCARE_DATABASE_URL": filled_sqlite_database,
        "THROUGHCARE_INSTANCE_PATH": str(tmp_path),
    }
    with sqlite3.connect(filled_sqlite_database.removeprefix("sqlite:///")) as rows:
        (child_id,) = rows.execute("SELECT id FROM children WHERE family_name = 'Example'").fetchone()
    export = ["export", "child", "--out", str(tmp_path / "record")]

    done = CliRunner().invoke(throughcare, [*export, child_id], env=settings)
    unknown = CliRunner().invoke(throughcare, [*export, "nobody"], env=settings)
    mistyped = CliRunner().invoke(throughcare, [*export, child_id, "--as-on", "yesterday"], env=settings)

    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert done.stdout.endswith("record: 4 files.\n")
    assert isinstance(unknown.exception, ThroughcareError)
    assert isinstance(mistyped.exception, BadInput)
