"""`export`: what is on record, for other systems and for the file."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from app.cli.context import application
from app.domain.errors import BadInput
from app.services.records import exporting, whole


@click.group()
def export() -> None:
    """What is on record, written to files."""


@export.command("child")
@click.argument("child", metavar="ID")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder that is new or empty.")
@click.option(
    "--as-on", default=None, help="As it stood at the end of this day, like 2026-11-29. Today without it."
)
@click.option("--reason", default="Export by whoever runs the service", show_default=True)
@click.option("--for", "for_whom", default="whoever runs the service", show_default=True)
def export_child(child: str, out: Path, as_on: str | None, reason: str, for_whom: str) -> None:
    """The record of one child (JSON, PDF, documents). ID is the child's id or the reference that people see.

    The folder and its files can be read by their owner alone, and the audit notes that the record was taken. A folder
    that is not empty is refused, so that no two records are mixed; when something goes wrong, nothing is written.
    """
    asked = exporting.asked_for(_day(as_on) if as_on else None, reason, for_whom)
    try:
        with application():
            paths = exporting.export(child, out, asked, _show)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error
    if sys.stderr.isatty():
        click.echo("\r" + " " * 60 + "\r", nl=False, err=True)
    click.echo(f"{out}: {len(paths)} files.")


@export.command("all")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder that is new or empty.")
@click.option("--reason", default="Export by whoever runs the service", show_default=True)
@click.option("--for", "for_whom", default="whoever runs the service", show_default=True)
def export_all(out: Path, reason: str, for_whom: str) -> None:
    """Everything, in open formats: JSON Lines for each table, documents, BPMN, forms, and a manifest with hashes.

    It is one moment of the database, which goes on being used. The audit of every authority notes it.
    """
    try:
        with application():
            counted = whole.export(out, reason=reason, for_whom=for_whom, watch=_show)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error
    if sys.stderr.isatty():
        click.echo("\r" + " " * 60 + "\r", nl=False, err=True)
    click.echo(f"{out}: {sum(counted.values())} rows of {len(counted)} tables.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"“{text[:40]}” is no day. Write it like 2026-11-29.") from None


def _show(path: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{path[:58]:<58}", nl=False, err=True)
