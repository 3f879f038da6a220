"""`bench`: benchmarks, each beside its limit in the same run."""

import click


@click.command()
def bench() -> None:
    """Benchmarks."""
