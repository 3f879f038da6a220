"""A council begins without the demo: the authority, its teams, its first administrator, who signs in."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import throughcare


def test_a_new_council_has_teams_and_an_administrator_who_can_sign_in(
    sqlite_database: str, tmp_path: Path
) -> None:
    settings = {"THROUGHCARE_DATABASE_URL": sqlite_database, "THROUGHCARE_INSTANCE_PATH": str(tmp_path)}

    def run(*words: str) -> Result:
        return CliRunner().invoke(throughcare, words, env=settings)

    added = run("authority", "add", "example", "--name", "Example Council")
    assert added.exit_code == 0, added.output
    more = run("authority", "add-team", "example", "edge_of_care", "--name", "Edge of care", "--agency", "csc",
               "--role", "early_help_hub")  # fmt: skip
    assert more.exit_code == 0, more.output
    ada = run("user", "add", "ada@council.example", "--name", "Ada Admin", "--authority", "example", "--admin",
              "--password", "a password of the council")  # fmt: skip
    assert ada.exit_code == 0, ada.output

    listed = run("authority", "list").output
    assert "example  Example Council, profile default" in listed
    assert "edge_of_care" in listed
    assert "youth_justice" in listed

    for wrong, sentence in (
        (("authority", "add", "example", "--name", "Again"), "already"),
        (("authority", "add", "Bad Key", "--name", "Bad"), "small letters"),
        (("authority", "add", "other", "--name", "Other", "--profile", "nowhere"), "There is no profile"),
        (("authority", "add-team", "nowhere", "x1", "--name", "X", "--agency", "csc"), "There is no authority"),
        (("authority", "add-team", "example", "x1", "--name", "X", "--agency", "csc", "--role", "no"), "no role"),
    ):  # fmt: skip
        refused = run(*wrong)
        assert isinstance(refused.exception, Exception)
        assert sentence in str(refused.exception)
