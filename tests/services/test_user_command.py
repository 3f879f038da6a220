"""`throughcare user disable` closes an account, and says what the person leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import throughcare


@pytest.mark.parametrize(
    ("username", "left"),
    [
        ("sam@wandsworth.example", "still has 0 open tasks and 2 children"),
        ("nia@wandsworth.example", ""),
    ],
)
def test_disabling_somebody_with_work_says_how_much_and_where_to_move_it(
    filled_sqlite_database: str, tmp_path: Path, username: str, left: str
) -> None:
    settings = {
        "THROUGHCARE_DATABASE_URL": filled_sqlite_database,
        "THROUGHCARE_INSTANCE_PATH": str(tmp_path),
        "THROUGHCARE_BASE_URL": "https://throughcare.example",
    }

    done = CliRunner().invoke(throughcare, ["user", "disable", username], env=settings)

    assert done.exit_code == 0, done.output
    assert f"{username} can no longer sign in." in done.stdout
    assert left in done.stderr
    assert ("https://throughcare.example/people/" in done.stderr) is bool(left)
