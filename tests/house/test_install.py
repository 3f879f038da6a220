"""What an operator types and copies is there: commands, settings, files, of the guides, the units and the container."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields

import click
import pytest

from app.cli import throughcare
from app.config import PREFIX, Settings
from tests.house.sources import PROJECT, kept_files, text_of

GUIDES = ("docs/install.md", "docs/sign-in.md", "docs/scale.md", "docs/api.md")
WRITTEN = (*GUIDES, *(path for path in kept_files() if path.startswith("deploy/")), "Containerfile")
TYPED = re.compile(
    r"(?:^ +(?:sudo )?|`(?:sudo )?|/bin/)throughcare (?:--owner )?([a-z][^`#\n|'\\$]*)", re.MULTILINE
)


@pytest.mark.parametrize("path", WRITTEN)
def test_every_command_that_an_operator_reads_is_one(path: str) -> None:
    """`throughcare db upgrade` was refused as the guide had it: it took no setting from the host's file."""
    wrong = [typed for typed in TYPED.findall(text_of(path)) if not _is_command(shlex.split(typed))]
    assert wrong == []


def _is_command(words: list[str]) -> bool:
    command: click.Command = throughcare
    while isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words[0]) if words else None
        if inner is None:
            return False
        command, words = inner, words[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("path", WRITTEN)
def test_every_setting_that_an_operator_reads_is_one(path: str) -> None:
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", text_of(path))) <= known


def test_every_file_that_the_guide_copies_is_there() -> None:
    named = re.findall(r"deploy/[\w.*-]*\w", text_of("docs/install.md"))
    assert len(named) > 5
    assert [path for path in named if not list(PROJECT.glob(path))] == []
    units = re.findall(r"throughcare-\w+(?:\.timer)?(?= |$)", text_of("docs/install.md"), re.MULTILINE)
    files = {name if "." in name else f"{name}.service" for name in units}
    assert [name for name in files if not (PROJECT / "deploy" / name).exists()] == []


def test_every_file_that_the_container_copies_is_there() -> None:
    """The layout of drawings was missing in it, and what reads BPMN for it."""
    ignored = set(text_of(".dockerignore").split())
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text_of("Containerfile"), re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    built = re.findall(r"^COPY --from=assets /build/(\S+)", text_of("Containerfile"), re.MULTILINE)

    assert [source for source in sources if not (PROJECT / source).exists() or source in ignored] == []
    assert [source for source in built if not (PROJECT / source).exists()] == []
    assert {"app", "processes", "forms", "tools/layout"} <= set(sources)
    asked = {"bpmn-moddle"}
    while True:
        more = {name for one in asked for name in _asks_for(one)} | asked
        if more == asked:
            break
        asked = more
    assert {f"node_modules/{name}" for name in asked} <= set(built)


def _asks_for(package: str) -> list[str]:
    text = (PROJECT / "node_modules" / package / "package.json").read_text(encoding="utf-8")
    found = re.search(r'"dependencies": \{([^}]*)\}', text)
    return re.findall(r'"([\w@/-]+)":', found[1]) if found else []
