"""The README names every target, command, setting and picture, and names nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

import click
import pytest

from app.config import PREFIX, Settings
from tests.house.sources import PROJECT, text_of

README = text_of("README.md")
DOCUMENTS = ["README.md", "SECURITY.md", "CHANGELOG.md", "docs/decisions.md"]
NOT_FOR_THE_ENVIRONMENT = {"testing"}


def commands() -> set[str]:
    """Every command of the command line, as it is typed."""
    from app.cli import throughcare

    def leaves(command: click.Command, name: str) -> Iterator[str]:
        if isinstance(command, click.Group):
            within = click.Context(command)
            for part in command.list_commands(within):
                inner = command.get_command(within, part)
                assert inner is not None, part
                yield from leaves(inner, f"{name} {part}")
        else:
            yield name

    return set(leaves(throughcare, "throughcare"))


def test_every_make_target_is_documented() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", text_of("Makefile"), re.MULTILINE))

    assert targets == set(re.findall(r"^\| `make ([a-z0-9]+)` \|", README, re.MULTILINE))
    assert targets == set(re.findall(r"^([a-z0-9]+):.* ## ", text_of("Makefile"), re.MULTILINE))


def test_every_command_is_documented() -> None:
    documented = set(re.findall(r"^\| `(throughcare(?: [a-z-]+)+)", README, re.MULTILINE))
    assert documented == commands()


def test_every_setting_is_documented() -> None:
    settings = {
        PREFIX + field.name.upper() for field in fields(Settings) if field.name not in NOT_FOR_THE_ENVIRONMENT
    }
    assert settings == set(re.findall(rf"`({PREFIX}[A-Z_]+)`", README))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_points_to_is_there(document: str) -> None:
    folder = (PROJECT / document).parent
    targets = re.findall(r"\]\(((?!https?:|#)[^)#]+)", text_of(document))
    assert [target for target in targets if not (folder / target).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "docs/decisions.md", "SECURITY.md"])
def test_paths_in_a_document_exist(document: str) -> None:
    named = re.findall(r"`((?:app|processes|forms|tests|docs|tools)/[\w./-]+)`", text_of(document))
    assert [path for path in named if not (PROJECT / path).exists()] == []
