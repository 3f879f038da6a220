"""`user`: accounts of people."""

from __future__ import annotations

import click
from flask import current_app

from app.cli.context import application
from app.domain.errors import NotAllowed
from app.services import accounts, handing_over, own_password, second_factors


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
@click.option("--password", help="Asked for when it is not given.")
@click.option("--no-password", is_flag=True, help="Cannot sign in: for the tokens of another system.")
def add(
    username: str,
    name: str,
    authority: str,
    roles: tuple[str, ...],
    teams: tuple[str, ...],
    admin: bool,
    password: str | None,
    no_password: bool,
) -> None:
    """Add a person who can sign in as USERNAME.

    Refused where local accounts are switched off: people come by their work accounts then, and need not be added.
    """
    with application():
        accounts.refuse_unknown_roles(roles)
        if no_password:
            password = None
        elif not current_app.config["LOCAL_ACCOUNTS"]:
            raise NotAllowed(
                "Local accounts are switched off: people sign in with their work accounts. "
                "Set THROUGHCARE_LOCAL_ACCOUNTS=yes to have both, or add --no-password for another system."
            )
        elif password is None:
            password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        accounts.add_person(
            authority, username, name, password=password, roles=roles, team_ids=teams, is_admin=admin
        )
    click.echo(f"{name} {'has an account' if no_password else 'can sign in'} as {username}.")


@user.command("set-password")
@click.argument("username")
@click.option("--password", help="Asked for when it is not given.")
def set_password(username: str, password: str | None) -> None:
    """Give somebody who has forgotten theirs a new password; they are signed out everywhere, and told by a letter."""
    with application():
        if not current_app.config["LOCAL_ACCOUNTS"]:
            raise NotAllowed("Local accounts are switched off: nobody signs in with a password.")
        if password is None:
            password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        own_password.reset(username, password)
    click.echo(f"{username} signs in with the new password.")


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


@user.command("forget-second-factor")
@click.argument("username")
def forget_second_factor(username: str) -> None:
    """Let somebody who has lost telephone and recovery codes set up a new second factor."""
    with application():
        second_factors.forget_named(username)
    click.echo(f"{username} signs in with the password alone, and can set up a new second factor then.")
