"""`token`: tokens of the API, by which another system acts as a person."""

from __future__ import annotations

import click

from app.cli.context import application, print_json
from app.domain.clock import LONDON
from app.domain.scopes import GROUPS, SCOPES
from app.services import tokens

MEANING = "; ".join(f"{scope}: {words.lower()}" for scope, words in SCOPES.items())


@click.group()
def token() -> None:
    """Tokens of the JSON API: make, list, revoke."""


@token.command()
@click.option("--user", "username", required=True, help="The user name of whoever the token acts as.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    help=f"What it is for; may be given more than once. {', '.join(GROUPS)} stand for many. {MEANING}.",
)
@click.option("--name", default="Made at the command line", show_default=True, help="What it is for.")
@click.option("--days", default=365, show_default=True, help="How long it is good for.")
def create(username: str, scopes: tuple[str, ...], name: str, days: int) -> None:
    """Make a token and print it, alone, on stdout: it cannot be read again later."""
    with application():
        made = tokens.create(username, scopes, name=name, days=days)
    click.echo(made)
    click.echo("Keep it safe: it is not shown again.", err=True)


@token.command("list")
@click.option("--user", "username", help="Those of one person.")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def list_(username: str | None, as_json: bool) -> None:
    """The tokens, newest first: whose they are, what they may do, when they were used last."""
    with application():
        found = tokens.listed(username)
    if as_json:
        print_json([_as_json(row) for row in found])
        return
    for row in found:
        used = f"used {row.used_at.astimezone(LONDON):%Y-%m-%d %H:%M}" if row.used_at else "never used"
        until = f"until {row.expires_at.astimezone(LONDON):%Y-%m-%d}"
        click.echo(
            f"{row.id}  {row.state:<8} {row.username}  {row.name}  {until}, {used}  {' '.join(row.scopes)}"
        )


@token.command()
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """End the token with the id TOKEN_ID at once."""
    with application():
        found = tokens.revoke(token_id)
    click.echo(f"The token “{found.name}” of {found.username} is revoked.")


def _as_json(row: tokens.TokenRow) -> dict[str, object]:
    times = {"created_at": row.created_at, "expires_at": row.expires_at, "used_at": row.used_at}
    return {
        "id": row.id,
        "name": row.name,
        "user": row.username,
        "scopes": list(row.scopes),
        "state": row.state,
        **{name: at.astimezone(LONDON).isoformat() if at else None for name, at in times.items()},
    }
