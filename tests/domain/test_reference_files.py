"""The project's files as they are read: once, quickly, and again when they change."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from app.domain.errors import BadInput
from app.domain.profiles import build_profiles
from app.services import kept_files, reference


@pytest.fixture
def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's files that may be changed."""
    copied = tmp_path / "processes"
    for part in ("profiles", "duties"):
        shutil.copytree(reference.PROCESSES / part, copied / part)
    shutil.copy(reference.PROCESSES / "roles.yaml", copied / "roles.yaml")
    monkeypatch.setattr(reference, "PROCESSES", copied)
    monkeypatch.setattr(kept_files, "_cache", {})
    monkeypatch.setattr(kept_files, "LOOK_AGAIN_SECONDS", 0.0)
    return copied


def test_files_are_read_once() -> None:
    assert reference.profiles() is reference.profiles()
    assert reference.register() is reference.register()
    assert reference.roles() is reference.roles()


def test_a_changed_profile_is_taken_up(processes: Path) -> None:
    before = reference.profile("stockport").words["service"]
    path = processes / "profiles" / "stockport.yaml"

    path.write_text(path.read_text(encoding="utf-8").replace("service: YOS", "service: YJS of Stockport"))

    assert (before, reference.profile("stockport").words["service"]) == ("YOS", "YJS of Stockport")


def test_a_profile_whose_local_rule_is_later_than_the_statute_is_refused(processes: Path) -> None:
    _let_visits_be_late(processes / "profiles" / "stockport.yaml")

    with pytest.raises(BadInput) as refused:
        reference.profiles()

    assert (
        "The profile stockport, visit.remand.interval_yda: the local 31 working days"
        in refused.value.sentence
    )


def test_a_running_server_keeps_to_what_it_last_read(processes: Path) -> None:
    before = reference.profile("stockport")
    path = processes / "profiles" / "stockport.yaml"
    kept = path.read_text(encoding="utf-8")

    _let_visits_be_late(path)

    assert reference.profile("stockport") is before
    assert "visit.remand.interval_yda" in kept_files.problems()["profiles"].sentence

    path.write_text(kept + "\n")

    assert reference.profile("stockport") == before
    assert kept_files.problems() == {}


def _let_visits_be_late(path: Path) -> None:
    later = "\n  visit.remand.interval_yda: {local: {amount: 31, unit: working_days}, source: Stockport}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("deadlines:\n", f"deadlines:{later}"))


def test_a_file_that_is_no_yaml_is_named_with_its_line(processes: Path) -> None:
    (processes / "profiles" / "knowsley.yaml").write_text("key: knowsley\nname: [Knowsley\n")

    with pytest.raises(BadInput, match=r"The file knowsley\.yaml cannot be read as YAML on line"):
        reference.profiles()


def test_a_file_that_is_no_profile_is_named(processes: Path) -> None:
    (processes / "profiles" / "knowsley.yaml").write_text("- Knowsley\n")

    with pytest.raises(BadInput, match=r"The file knowsley\.yaml is not a profile"):
        reference.profiles()


def test_a_missing_table_of_roles_is_named(processes: Path) -> None:
    (processes / "roles.yaml").unlink()

    with pytest.raises(BadInput, match=r"The file roles\.yaml is missing"):
        reference.roles()


def test_yaml_that_would_run_something_is_refused(processes: Path) -> None:
    (processes / "roles.yaml").write_text("iro: !!python/object/apply:os.getcwd []\n")

    with pytest.raises(BadInput, match=r"The file roles\.yaml cannot be read as YAML"):
        reference.roles()


def test_six_profiles_are_checked_in_a_moment() -> None:
    paths = sorted((reference.PROCESSES / "profiles").glob("*.yaml"))
    raw = {path.stem: reference._without_notes(reference._read_yaml(path), path) for path in paths}
    reference.calendar_for("england")

    best = min(_seconds(raw) for _ in range(3))

    assert best < 0.15


def _seconds(raw: dict[str, object]) -> float:
    started = time.perf_counter()
    build_profiles(raw, reference.calendar_for, reference.roles().by_key)
    return time.perf_counter() - started
