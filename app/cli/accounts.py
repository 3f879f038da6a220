"""`user`: accounts of people."""

from __future__ import annotations

import click
from flask import current_app

from app.cli.context import application
from app.services import accounts, handing_over


@click.group()
def user() -> None:
    """Add and disable people."""


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name as others see it.")
@click.option("--authority", required=True, help="The authority's key, such as wandsworth.")
@click.option("--role", "roles", multiple=True, help="A role key; may be given more than once.")
@click.option("--team", "teams", multiple=True, help="A team's id; may be given more than once.")
@click.option("--admin", is_flag=True, help="May look after people, pathways and incidents.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def add(
    username: str,
    name: str,
    authority: str,
    roles: tuple[str, ...],
    teams: tuple[str, ...],
    admin: bool,
    password: str,
) -> None:
    """Add a person who can sign in as USERNAME."""
    with application():
        accounts.add_person(
            authority, username, name, password=password, roles=roles, team_ids=teams, is_admin=admin
        )
    click.echo(f"{name} can sign in as {username}.")


@user.command()
@click.argument("username")
def disable(username: str) -> None:
    """Close an account and end its sessions; what the person did stays under their name."""
    with application():
        person_id, load, covers = handing_over.left_with(username)
        accounts.disable_person(username)
        address = f"{current_app.config['BASE_URL']}/people/{person_id}/hand-over"
    click.echo(f"{username} can no longer sign in.")
    if load.open or load.children:
        click.echo(f"{username} still has {load.words}. A manager hands them over at {address}", err=True)
    if covers:
        click.echo(f"{username} covered for {', '.join(covers)}. Set cover again.", err=True)
