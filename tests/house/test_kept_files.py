"""What the repository keeps: locked packages without an address, no paths of a machine, the words of the field."""

from __future__ import annotations

import json
import re

import pytest

from tests.house.sources import PROJECT, kept_files, text_of

MACHINE_PATHS = re.compile(r"(?<![\w.\-/])/(?:work|root|home|Users)/[\w.]")
OUTSIDE_THE_CLONE = re.compile(r"\.\./shared\b")
STATUTES = re.compile(r"(Punishment|Rehabilitation|Management) of Offenders", re.IGNORECASE)


def test_python_packages_are_locked_by_hash_and_name_no_registry() -> None:
    lock = text_of("requirements.lock")
    pinned = re.findall(r"^[\w.\-]+==", lock, re.MULTILINE)

    assert len(pinned) > 50
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert not re.search(r"https?://|index-url|find-links", lock)


def test_every_python_package_asked_for_is_locked() -> None:
    asked = re.findall(
        r'^  "([A-Za-z0-9\-]+)[^"]*",', text_of("pyproject.toml").split("[project.scripts]")[0], re.MULTILINE
    )
    locked = {
        name.lower() for name in re.findall(r"^([\w.\-]+)==", text_of("requirements.lock"), re.MULTILINE)
    }

    assert {name.lower() for name in asked} <= locked


def test_npm_packages_are_locked_by_hash_and_name_no_registry() -> None:
    packages = json.loads(text_of("package-lock.json"))["packages"]
    installed = {path: facts for path, facts in packages.items() if path and not facts.get("link")}

    assert installed
    assert [path for path, facts in installed.items() if "resolved" in facts] == []
    assert [path for path, facts in installed.items() if "integrity" not in facts] == []


@pytest.mark.parametrize(
    "forbidden", [MACHINE_PATHS, OUTSIDE_THE_CLONE], ids=["machine", "outside the clone"]
)
def test_no_file_names_a_path_of_one_machine(forbidden: re.Pattern[str]) -> None:
    found = [
        f"{path}: {match.group()}" for path in kept_files() if (match := forbidden.search(text_of(path)))
    ]
    assert [one for one in found if not one.startswith("tests/house/test_kept_files.py")] == []


def test_people_read_of_children_not_of_offenders() -> None:
    read = [
        path
        for path in kept_files()
        if path.startswith(("app/web/templates/", "forms/")) or path.endswith(".bpmn")
    ]
    assert [
        path for path in read if re.search("offender", STATUTES.sub("", text_of(path)), re.IGNORECASE)
    ] == []


def test_built_styles_name_no_typeface_that_is_not_ours_to_use() -> None:
    built = sorted((PROJECT / "app" / "web" / "static").rglob("*.css"))

    assert built, "run `make setup` first: it builds the styles"
    assert [path.name for path in built if "GDS Transport" in path.read_text(encoding="utf-8")] == []


def test_what_is_installed_or_built_is_not_kept() -> None:
    assert [
        path
        for path in kept_files()
        if path.startswith((".venv/", "node_modules/", "app/web/static/", "instance/"))
    ] == []


def test_the_licence_and_the_log_of_changes_are_there() -> None:
    assert "MIT License" in text_of("LICENSE")
    assert "Keep a Changelog" in text_of("CHANGELOG.md")
