"""`bench`: what a step costs beside its limit, measured in the same run on both databases."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import click

from app.cli.context import print_json
from app.domain.errors import BadInput

CHECKOUT = Path(__file__).resolve().parents[2]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
@click.option(
    "--database",
    "kinds",
    multiple=True,
    type=click.Choice(["sqlite", "postgresql"]),
    help="Only on this one.",
)
@click.option(
    "--tiny", is_flag=True, help="Only show that it runs: few rounds, few rows. No figures to quote."
)
@click.option("--rounds", type=click.IntRange(min=1), help="How often each thing is measured.")
@click.option(
    "--children",
    type=click.IntRange(min=20),
    help="lists: of so many invented children; 17200 make a million tasks.",
)
@click.option(
    "--stories", type=click.IntRange(min=2), help="lists: lived by so many of them, copied by the others."
)
@click.option("--minutes", type=click.FloatRange(min=0.02), help="load: for so long.")
@click.option("--people", type=click.IntRange(min=2, max=51), help="load: so many people.")
def bench(
    names: tuple[str, ...],
    as_json: bool,
    kinds: tuple[str, ...],
    tiny: bool,
    rounds: int | None,
    children: int | None,
    stories: int | None,
    minutes: float | None,
    people: int | None,
) -> None:
    """Benchmarks, each beside its limit in the same run: start, complete, fire, growth, drain, idle, my_work,
    closed, work_lists, every_page, lists, load, standstill, process, simulate, designer; all of them where
    none is named. Takes an hour."""
    running = _benchmarks()
    unknown = [name for name in names if name not in running.BENCHES]
    if unknown:
        known = ", ".join(running.BENCHES)
        raise BadInput(f"There is no benchmark called {', '.join(unknown)}. There are {known}.")
    from dataclasses import replace

    from benchmarks.sizes import FULL, TINY

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the private PostgreSQL is stopped too
    size = TINY if tiny else FULL
    asked: dict[str, Any] = {
        "rounds": rounds,
        "children": children,
        "stories": stories,
        "minutes": minutes,
        "people": people,
    }
    size = replace(size, **{name: number for name, number in asked.items() if number})
    figures = _measure(running, names or tuple(running.BENCHES), kinds or running.KINDS, size)
    if as_json:
        print_json({"machine": running.machine(), "figures": [figure.to_json() for figure in figures]})
    else:
        _print_table(running, figures)


def _benchmarks() -> Any:
    """The benchmarks lie beside the app in a checkout; an installed app alone has none."""
    if not (CHECKOUT / "benchmarks").is_dir():
        raise BadInput("The benchmarks are part of the project's checkout. Run this command there.")
    if str(CHECKOUT) not in sys.path:
        sys.path.insert(0, str(CHECKOUT))
    from benchmarks import running

    return running


def _measure(running: Any, names: tuple[str, ...], kinds: tuple[str, ...], size: Any) -> list[Any]:
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        return list(running.run(names, kinds, size, lambda words: None))
    with console.status("starting") as status:
        return list(running.run(names, kinds, size, status.update))


def _print_table(running: Any, figures: list[Any]) -> None:
    machine = running.machine()
    click.echo(
        f"{machine['date']}, {machine['system']}, {machine['processors']} processors (load {machine['load']}), "
        f"Python {machine['python']}; medians of alternating rounds"
    )
    click.echo("| " + " | ".join(running.COLUMNS) + " |")
    click.echo("|" + "---|" * len(running.COLUMNS))
    for figure in figures:
        click.echo("| " + " | ".join(running.cells(figure)) + " |")
