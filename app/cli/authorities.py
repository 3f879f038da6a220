"""`authority`: the councils of one database, and their teams."""

from __future__ import annotations

import click

from app.cli.context import application
from app.domain.roles import AGENCIES
from app.services import authorities


@click.group()
def authority() -> None:
    """Councils and their teams."""


@authority.command()
@click.argument("key")
@click.option("--name", required=True, help="What it is called, such as Example Council.")
@click.option("--profile", default="default", show_default=True, help="Whose duties and time limits hold.")
def add(key: str, name: str, profile: str) -> None:
    """Add the authority KEY, such as wandsworth, with the usual teams."""
    with application():
        authorities.add(key, name, profile)
    click.echo(
        f"{name} is there. Add its first administrator: throughcare user add … --authority {key} --admin"
    )


@authority.command("list")
def list_() -> None:
    """What authorities there are, by which profile, with which teams."""
    with application():
        found = authorities.listed()
    for key, name, profile, teams in found:
        click.echo(f"{key}  {name}, profile {profile}\n  teams: {', '.join(teams)}")
    if not found:
        click.echo("There is no authority yet.")


@authority.command("add-team")
@click.argument("key")
@click.argument("team")
@click.option("--name", required=True, help="What the team is called.")
@click.option("--agency", required=True, type=click.Choice(AGENCIES), help="Whose team it is.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    help="A role whose work comes to its queue; may be given more than once.",
)
def add_team(key: str, team: str, name: str, agency: str, roles: tuple[str, ...]) -> None:
    """Add TEAM to the authority KEY."""
    with application():
        authorities.add_team(key, team, name, agency, roles)
    click.echo(f"{name} is there.")
