"""`manual`: the procedure of one pathway, or the handbook of all, as a PDF. It needs no database."""

from __future__ import annotations

from pathlib import Path

import click

from app.domain.errors import NotFound
from app.services import definitions, manuals, reference
from app.services.paper import manuals as paper


@click.command()
@click.argument("key", required=False)
@click.option("--profile", default="default", show_default=True, help="In whose words, limits and switches.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write."
)
def manual(key: str | None, profile: str, output: Path) -> None:
    """The procedure manual of the shipped pathway KEY; of all of them, with an index, without one."""
    area = reference.profile(profile)
    shipped = definitions.shipped()
    if key is not None and key not in shipped:
        raise NotFound(f"There is no pathway called {key}.")
    made = manuals.of_all(shipped, area.key)
    if key is not None:
        output.write_bytes(paper.render(next(one for one in made if one.key == key)))
        click.echo(f"{output.name}: the procedure of {key} for {area.name}.")
        return
    used = [one for one in made if one.is_used_here]
    output.write_bytes(paper.render_all(used, f"The procedures of {area.name}"))
    click.echo(f"{output.name}: {len(used)} procedures for {area.name}.")
