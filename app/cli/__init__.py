"""The `throughcare` command: pathways, duties, deadlines, simulation, and operating the service."""

from __future__ import annotations

import sys
from importlib.metadata import version

import click

from app.cli.accounts import user
from app.cli.bench import bench
from app.cli.demo import demo
from app.cli.importing import bring_in
from app.cli.manuals import manual
from app.cli.operating import audit, db, incidents, run, scheduler, timers, web
from app.cli.protocols import deadline, duties, holidays, pathways
from app.cli.simulate import simulate
from app.domain.errors import BadInput, ThroughcareError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("throughcare"), prog_name="throughcare")
def throughcare() -> None:
    """Joint-working protocols between youth justice and children's social care, run as pathways."""


for command in (
    run, web, scheduler, db, pathways, duties, deadline, holidays, simulate, manual, user, audit, timers, incidents,
    bench, bring_in, demo,
):  # fmt: skip
    throughcare.add_command(command)


def main() -> None:
    """Run a command. A problem is one sentence on stderr and a status that is not 0."""
    try:
        throughcare()
    except BadInput as error:
        _complain(error.sentence, [sentence for sentences in error.errors.values() for sentence in sentences])
    except ThroughcareError as error:
        _complain(error.sentence, [])


def _complain(sentence: str, details: list[str]) -> None:
    click.echo(sentence, err=True)
    for detail in details:
        if detail not in sentence:
            click.echo(f"  {detail}", err=True)
    sys.exit(2)
