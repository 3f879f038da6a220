"""The moments of the day stand in docs/moments.md with the steps that their tests count."""

from __future__ import annotations

import re

from tests.house.sources import PROJECT

MOMENT = re.compile(
    r'\.moment\(\s*"([ABC]\d+)",\s*"([^"]+)",\s*clicks=(\d+),\s*fields=(\d+)(?:,\s*seconds=(\d+))?,?\s*\)',
    re.DOTALL,
)


def test_the_table_of_moments_says_what_the_browser_tests_count() -> None:
    counted = sorted(
        (found[1], found[2], int(found[3]), int(found[4]), found[5] or "")
        for path in (PROJECT / "tests" / "e2e").glob("test_*.py")
        for found in MOMENT.finditer(path.read_text(encoding="utf-8"))
    )
    table = (PROJECT / "docs" / "moments.md").read_text(encoding="utf-8")
    told = sorted(
        (cells[0], cells[1], int(cells[2]), int(cells[3]), cells[4])
        for line in table.splitlines()
        if re.match(r"\| [ABC]\d+ \|", line)
        and (cells := [cell.strip() for cell in line.strip("|").split("|")])
    )

    assert told == counted
