"""`pathways`, `duties`, `deadline`: what the protocols ask for, and what is drawn for it. None needs a database."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from app.cli.checking import bpmn_files, check, diff
from app.cli.context import application, moment, print_json, shipped_profile
from app.cli.publishing import migrate, publish
from app.domain.errors import BadInput
from app.domain.one_line import on_one_line
from app.services import definitions, reference
from app.services import holidays as holidays_service

LAYOUT = Path(__file__).resolve().parents[2] / "tools" / "layout" / "index.mjs"


@click.command()
@click.argument("rule")
@click.option("--profile", default="default", show_default=True, help="Whose protocol.")
@click.option("--from", "from_", required=True, help="The event it is counted from, as 2026-12-24T17:40.")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def deadline(rule: str, profile: str, from_: str, as_json: bool) -> None:
    """One deadline explained: due when, by which rule, which days were skipped."""
    found = reference.explain_deadline(rule, shipped_profile(profile), moment(from_))
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(found.explanation)


@click.command()
@click.option("--area", help="wandsworth, stockport, salford, stoke or knowsley.")
@click.option("--pathway", help="A pathway of the register, such as remand_yda.")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def duties(area: str | None, pathway: str | None, as_json: bool) -> None:
    """The register of duties, and what meets each: elements, a feature, or a reason why no software can."""
    covered = reference.duty_coverage(pathway, area)
    if as_json:
        print_json([found.to_json() for found in covered])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Duty", "Strength", "Status", "What it asks for", "Met by"):
        table.add_column(heading, overflow="fold")
    for found in covered:
        met = ", ".join(f"{definition}.{element}" for definition, element in found.elements)
        table.add_row(
            found.duty.id,
            found.duty.strength,
            found.status,
            found.duty.does,
            met or found.feature or found.reason,
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    counts = Counter(found.status for found in covered)
    click.echo(
        f"{len(covered)} duties: "
        + ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    )


@click.group()
def pathways() -> None:
    """List, check, compare, lay out, publish and migrate pathways."""


pathways.add_command(check)
pathways.add_command(diff)
pathways.add_command(publish)
pathways.add_command(migrate)


@pathways.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def list_(as_json: bool) -> None:
    """The pathways that ship with this release."""
    rows = []
    for key, bundle in sorted(definitions.shipped().items()):
        version = definitions.remember(bundle)
        rows.append(
            {
                "key": key,
                "name": version.name,
                "version": version.version_id[:12],
                "elements": len(version.elements),
            }
        )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['key']:<28} {row['name']} ({row['elements']} elements, {row['version']})")


@pathways.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def layout(paths: tuple[Path, ...]) -> None:
    """Draw, or tidy, the diagrams of BPMN files; everything but the drawing stays as it is."""
    files = [str(path) for path in bpmn_files(paths)]
    if shutil.which("node") is None:
        raise BadInput(
            "Drawings are laid out by Node 20 or newer, which is not here: install it and try again."
        )
    done = subprocess.run(["node", str(LAYOUT), *files], capture_output=True, text=True)  # noqa: S603, S607
    click.echo(done.stdout, nl=False)
    if done.returncode:
        said = on_one_line(done.stderr or done.stdout)
        raise BadInput(f"Not everything could be laid out: {said[:500]}")


@click.group()
def holidays() -> None:
    """Bank holidays beyond those that are known."""


@holidays.command("add")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--division", default="england", show_default=True)
@click.option("--name", required=True, help="What the day is called.")
@click.option("--source", required=True, help="Who proclaimed it.")
def add_holiday(day: datetime, division: str, name: str, source: str) -> None:
    """Add a proclaimed DAY and count every open deadline again."""
    with application():
        moved = holidays_service.add(division, day.date(), name, source)
    click.echo(f"{day:%Y-%m-%d} is a bank holiday in {division}. {moved} open deadlines moved.")
