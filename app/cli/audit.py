"""`audit`: following its chains, and noting how far they have come."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli.context import application
from app.domain.moments import moment_in_words
from app.services import anchors, audits, senders


@click.group()
def audit() -> None:
    """The audit of what happened."""


@audit.command()
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with lines of checkpoints that were kept elsewhere: letters, logs.",
)
def verify(against: Path | None) -> None:
    """Follow every chain and every checkpoint of the audit; names the first bad entry of each and exits 1."""
    with application() as flask_app:
        lines = anchors.known(flask_app.config["AUDIT_ANCHOR"]) + (anchors.read(against) if against else [])
        found = audits.verify_all(flask_app.config["SECRET_KEY"], lines)
    for problem in found.problems:
        click.echo(problem, err=True)
    if found.problems:
        sys.exit(1)
    click.echo("The audit is as it was written.")
    if found.last is None:
        click.echo("There is no checkpoint yet: nothing would tell that the end of a stream is missing.")
    else:
        at = moment_in_words(found.last.at)
        click.echo(f"Checkpoint {found.last.number}, {at}: {found.last.hash}")


@audit.command()
def checkpoint() -> None:
    """Note how far every stream has come, in the database and outside of it."""
    with application() as flask_app:
        config = flask_app.config
        names = ("SMTP_URL", "NOTIFY_API_KEY", "NOTIFY_TEMPLATE_ID", "INSTANCE_PATH")
        made = audits.checkpoint(
            config["SECRET_KEY"],
            config["AUDIT_ANCHOR"],
            sender=senders.sender_for(**{name.lower(): config[name] for name in names}),
            mail_from=config["MAIL_FROM"],
        )
    click.echo(made.line)
    click.echo(f"{made.streams} streams had grown. Noted in {config['AUDIT_ANCHOR']}.", err=True)
