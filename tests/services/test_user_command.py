"""`throughcare user`: a closed account says what the person leaves behind; none is added where passwords are off."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import throughcare
from app.domain.errors import BadInput


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


def test_an_account_with_a_password_is_not_added_where_there_are_none(
    filled_sqlite_database: str, tmp_path: Path
) -> None:
    settings = {
        "THROUGHCARE_DATABASE_URL": filled_sqlite_database,
        "THROUGHCARE_INSTANCE_PATH": str(tmp_path),
        "THROUGHCARE_LOCAL_ACCOUNTS": "no",
    }
    asked = ["user", "add", "mosaic", "--name", "Mosaic", "--authority", "wandsworth", "--role", "iro"]

    refused = CliRunner().invoke(throughcare, [*asked, "--password", "x" * 12], env=settings)
    of_a_system = CliRunner().invoke(throughcare, [*asked, "--no-password"], env=settings)
    renewed = CliRunner().invoke(
        throughcare, ["user", "set-password", "mosaic", "--password", "x" * 12], env=settings
    )
    lost = CliRunner().invoke(throughcare, ["user", "forget-second-factor", "mosaic"], env=settings)

    assert refused.exit_code != 0
    assert "Local accounts are switched off" in f"{refused.output}{refused.exception}"
    assert "Local accounts are switched off" in f"{renewed.output}{renewed.exception}"
    assert (of_a_system.exit_code, of_a_system.stdout) == (0, "Mosaic has an account as mosaic.\n")
    assert lost.exit_code == 0, lost.output


def test_a_role_that_does_not_exist_is_refused_with_those_that_do(
    filled_sqlite_database: str, tmp_path: Path
) -> None:
    settings = {
        "THROUGHCARE_DATABASE_URL": filled_sqlite_database,
        "THROUGHCARE_INSTANCE_PATH": str(tmp_path),
    }
    asked = ["user", "add", "nell", "--name", "Nell New", "--authority", "wandsworth", "--no-password"]

    refused = CliRunner().invoke(throughcare, [*asked, "--role", "iro", "--role", "nonsense"], env=settings)
    done = CliRunner().invoke(throughcare, [*asked, "--role", "iro", "--role", "guest"], env=settings)

    assert isinstance(refused.exception, BadInput)
    assert "“nonsense” is not a role" in refused.exception.sentence
    assert "iro, iro_manager" in refused.exception.sentence
    assert done.exit_code == 0, done.output  # the first has left no account behind
