"""`run`, `scheduler`, `db`, `timers`, `incidents`: running the service and keeping it well."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click

from app.cli.context import application, print_json
from app.domain.errors import BadInput
from app.services import backups, definitions, demo, sealing
from app.services import incidents as incidents_service
from app.services import timers as timers_service
from app.store import schema

THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--demo/--no-demo", "with_demo", default=True, show_default=True, help="Fictional people and children."
)
def run(host: str, port: int, with_demo: bool) -> None:
    """Web and timers in one process, on an embedded database."""
    from waitress.server import create_server

    import app.scheduler

    with application(DEMO=with_demo, BASE_URL=f"http://{host}:{port}") as flask_app:
        schema.upgrade()
        definitions.load_shipped()
        if with_demo:
            demo.create()
        try:
            server = create_server(flask_app, host=host, port=port, threads=THREADS, ident=None)
        except OSError as error:
            raise BadInput(
                f"Port {port} of {host} cannot be had: {error.strerror}. Choose another, with --port or PORT=."
            ) from error
        clock = app.scheduler.in_background(flask_app)
        click.echo(f"Throughcare is at http://{host}:{port}")
        if with_demo:
            _print_people()
        click.echo("Press Ctrl+C to stop.")
    clock.start()
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        clock.shutdown(wait=True)
        server.close()


def _print_people() -> None:
    """Those of one authority; the others have the same."""
    first, *others = [authority for authority, _, _ in demo.AUTHORITIES]
    click.echo(f"These people can sign in; each one's password is {demo.PASSWORD}")
    for username, name, does in demo.who_can_sign_in():
        if username.endswith(f"@{first}.example"):
            click.echo(f"  {username:<28} {name:<24} {does.rpartition(',')[0]}")
    click.echo(f"The same people are at {' and '.join(f'@{other}.example' for other in others)}.")


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


@click.command()
def scheduler() -> None:
    """The timers and letters; any number of these may run beside each other."""
    import app.garbage
    import app.scheduler

    with application() as flask_app:
        definitions.load_shipped()
    app.garbage.for_good()
    alarm = app.scheduler.in_foreground(flask_app)
    signal.signal(signal.SIGTERM, lambda *_: alarm.shutdown(wait=True))
    click.echo("Watching the timers. Press Ctrl+C to stop.")
    try:
        alarm.start()
    except (KeyboardInterrupt, SystemExit):
        alarm.shutdown(wait=True)


@click.group()
def db() -> None:
    """The database: migrate, back up, restore."""


@db.command()
def upgrade() -> None:
    """Bring the schema to this release, and publish the pathways that ship with it."""
    with application():
        schema.upgrade()
        fresh = definitions.load_shipped()
        click.echo(f"The schema is at {schema.current_version()}; {len(fresh)} pathways have a new version.")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a consistent copy of the database to FILE, while it is in use."""
    with application() as flask_app:
        backups.backup(str(flask_app.config["SQLALCHEMY_DATABASE_URI"]), file)
    click.echo(f"Backed up to {file}.")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the copy in FILE in the place of the database. Stop web and scheduler first."""
    with application() as flask_app:
        backups.restore(str(flask_app.config["SQLALCHEMY_DATABASE_URI"]), file)
    click.echo(f"Restored from {file}.")


@db.command()
@click.argument("role")
def grant(role: str) -> None:
    """Give ROLE of PostgreSQL what web and scheduler need, and no right to change or remove the audit.

    To be run as the owner of the tables, once after each upgrade.
    """
    with application():
        schema.grant(role)
    click.echo(f"{role} may read and write, and only add to the audit.")


@click.group()
def documents() -> None:
    """The documents of children."""


@documents.command()
def seal() -> None:
    """Seal every document with the newest key of THROUGHCARE_DOCUMENT_KEYS."""
    with application() as flask_app:
        number = sealing.seal_all(flask_app.config["DOCUMENT_KEYS"])
    click.echo(f"{number} documents are sealed with the newest key.")


@click.group()
def timers() -> None:
    """The timers of running pathways."""


@timers.command()
def drain() -> None:
    """Fire everything that is due, now."""
    with application():
        total = 0
        while fired := timers_service.drain(limit=1000, seconds=30):
            total += fired
            if sys.stderr.isatty():
                click.echo(f"{total} fired", err=True)
    click.echo(f"{total} timers fired.")


@timers.command()
def rebuild() -> None:
    """Write every timer again from the state of its pathway; says how many differed."""
    with application():
        click.echo(f"{timers_service.rebuild()} timers differed.")


@click.group()
def incidents() -> None:
    """Pathways that stand still after a fault."""


@incidents.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def list_(as_json: bool) -> None:
    """What stands still, oldest first."""
    with application():
        found = incidents_service.everywhere()
    rows: list[dict[str, Any]] = [
        {
            "id": incident.id,
            "authority": authority,
            "pathway": incident.definition_key,
            "element": incident.element_id,
            "sentence": incident.sentence,
            "created_at": incident.created_at.isoformat(),
        }
        for authority, incident in found
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("Nothing stands still.")
    else:
        for row in rows:
            click.echo(
                f"{row['id']}  {row['authority']}  {row['pathway']}.{row['element']}: {row['sentence']}"
            )


@incidents.command()
@click.argument("ids", nargs=-1, required=True)
def retry(ids: tuple[str, ...]) -> None:
    """Let the pathways of these incidents go on."""
    with application():
        known = {incident.id: authority for authority, incident in incidents_service.everywhere()}
        for incident_id in ids:
            if incident_id not in known:
                raise click.ClickException(f"There is no unresolved incident {incident_id}.")
            incidents_service.resume(known[incident_id], incident_id, None)
            click.echo(f"{incident_id}: tried again.")
