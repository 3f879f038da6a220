"""`demo`: invented children over years, for trying out lists, reports and speed."""

from __future__ import annotations

import sys
import time

import click

from app.cli.context import application, print_json
from app.domain.errors import BadInput
from app.services import definitions
from app.services import demo as demo_people
from app.services.demo_years import filling
from app.store import schema


@click.command()
@click.option("--children", default=100, show_default=True, help="How many invented children.")
@click.option("--years", default=1.0, show_default=True, help="Their pathways began within so many years.")
@click.option("--authority", default="wandsworth", show_default=True)
@click.option(
    "--stories", default=40, show_default=True,
    help="So many are lived by the real engine, step by step; the rest are copies with ids and names of their own.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
def demo(children: int, years: float, authority: str, stories: int, as_json: bool) -> None:
    """Fill the database with invented children, for demonstration and for measuring. Never in production."""
    with application() as flask_app:
        if flask_app.config["PRODUCTION"]:
            raise BadInput("This is a production database: invented children have no place among real ones.")
        schema.upgrade()
        definitions.load_shipped()
        demo_people.create()
        begun = time.monotonic()
        made = filling.fill(authority, children, years, lives=stories, watch=_show)
        seconds = time.monotonic() - begun
    if as_json:
        print_json(
            {
                "lived": made.lived,
                "children": made.children,
                "rows": made.rows,
                "loaded_by": made.way,
                "seconds": round(seconds, 1),
            }
        )
        return
    click.echo(
        f"{made.children:,} invented children: {made.lived} stories lived by the engine, copied by fast load "
        f"({made.way})."
    )
    for table in ("process_instances", "user_tasks", "audit"):
        click.echo(f"  {made.rows.get(table, 0):>12,} {table.replace('_', ' ')}")
    click.echo(f"It took {seconds:,.0f} seconds.")


def _show(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {of:,} {what}   ", nl=done == of, err=True)
