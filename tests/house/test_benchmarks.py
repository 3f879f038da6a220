"""Each benchmark runs, in a tiny form: its figures mean nothing here, that they are made does."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from app.cli.bench import bench
from benchmarks.databases import Place, place, server
from benchmarks.running import BENCHES, WITHOUT_A_DATABASE, cells
from benchmarks.sizes import TINY


@pytest.fixture(scope="module")
def tiny_place() -> Iterator[Place]:
    """A SQLite database to measure in, shared by the benchmarks of this file as in a real run.

    Before each action the garbage is collected: what the tests before have left is not looked through each time.
    """
    with server("sqlite") as on, place(on) as here:
        gc.collect()
        gc.freeze()
        yield here
        gc.unfreeze()


@pytest.mark.parametrize("name", list(BENCHES))
def test_a_benchmark_gives_figures_beside_their_limit(name: str, tiny_place: Place) -> None:
    told: list[str] = []

    figures = BENCHES[name](tiny_place, TINY, told.append)

    assert told
    assert figures
    assert {figure.bench for figure in figures} == {name}
    assert all(figure.value > 0 for figure in figures)
    assert all("|" not in cell for figure in figures for cell in cells(figure))
    if name not in WITHOUT_A_DATABASE:
        assert any(figure.limit for figure in figures), "every benchmark has its limit beside it"


def test_the_command_prints_json_alone() -> None:
    answer = CliRunner().invoke(bench, ["--tiny", "--json", "--database", "sqlite", "fire"])

    printed = json.loads(answer.stdout)

    assert {figure["bench"] for figure in printed["figures"]} == {"fire"}
    assert printed["machine"]["processors"] >= 1


def test_a_benchmark_that_does_not_exist_is_named() -> None:
    answer = CliRunner().invoke(bench, ["--tiny", "speed"])

    assert answer.exit_code != 0
    assert "speed" in str(answer.exception)
