"""So many invented children over so many years, into the database of the app: lived first, then copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from app.domain.clock import now
from app.domain.errors import BadInput
from app.services import demo
from app.services.demo_years import copied, lived, stories
from app.store import bulk
from app.store.db import reading, transaction

MOST_CHILDREN = 1_000_000
MOST_YEARS = 20
AT_ONCE = 100
Watch = Callable[[str, int, int], None]
"""Hears how far it is: what is being done, how much of it, of how much."""


@dataclass(frozen=True)
class Filled:
    """What was made: how many stories the engine lived, how many children they stand for, and rows by table.

    `way` says how the rows of the copies were loaded.
    """

    lived: int
    children: int
    rows: dict[str, int]
    way: str


def fill(
    authority_id: str, children: int, years: float, *, lives: int = 40, watch: Watch = lambda *_: None
) -> Filled:
    """Add invented children whose pathways began within the last `years`.

    At most `lives` stories are lived by the real engine; each child is one of them, under ids and a name of its own.
    Raises BadInput when the authority has no demo people, or there is more than a database should get.
    """
    if authority_id not in {known for known, _, _ in demo.AUTHORITIES}:
        raise BadInput(f"There is no demo authority called {authority_id}.")
    if not 1 <= children <= MOST_CHILDREN or not 0 < years <= MOST_YEARS or lives < 1:
        raise BadInput(f"Ask for 1 to {MOST_CHILDREN:,} children, over at most {MOST_YEARS} years.")
    until = now()
    told = stories.told(min(lives, children), until - timedelta(days=365 * years), until)
    lent = lived.lend(authority_id)
    patterns: list[copied.Pattern] = []
    for number, story in enumerate(told):
        watch("lived", number, len(told))
        rows = lived.live(story, lent, until)
        with reading() as session:
            patterns.append(copied.Pattern.of(session, rows))
    chance = Random(f"{authority_id} {children} {until}")  # noqa: S311 - for variety, not for secrets
    numbers: dict[str, int] = {}
    for first in range(0, children, AT_ONCE):
        watch("copied", first, children)
        with transaction() as session:
            bulk.prepare(session)
            # story by story: rows come about in the order of time, as in life, and indexes grow at their ends
            some = range(first, min(first + AT_ONCE, children))
            made = [copied.made(session, patterns[one * len(patterns) // children], chance) for one in some]
            for table, number in copied.write(session, made).items():
                numbers[table] = numbers.get(table, 0) + number
    with transaction() as session:
        bulk.gather_statistics(session)
        way = bulk.way(session)
    watch("copied", children, children)
    return Filled(len(told), children, numbers, way)
