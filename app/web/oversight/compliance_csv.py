"""The figures of compliance as CSV, which a spreadsheet takes for words and numbers and never for formulas."""

from __future__ import annotations

import csv
from io import StringIO

from app.domain.small_numbers import HIDDEN
from app.domain.spreadsheets import as_text
from app.services.oversight.compliance import Figures, Line
from app.services.oversight.compliance_rules import LIMITS, Asked, month_of
from app.web.local_words import local

COLUMNS = ("met", "missed", "not yet due", "% on time")


def text(figures: Figures, way: str, looked_at: Asked) -> str:
    """The table with its total, a line for each; UTF-8 with its mark, as spreadsheets want it."""
    out = StringIO()
    write = csv.writer(out)
    write.writerow(
        [way, "What it is"]
        + [f"{words}: {column}" for words in LIMITS.values() for column in COLUMNS]
        + ["Not needed", "Went away with its pathway", "From", "To"]
    )
    months = [month_of(looked_at.period.first), month_of(looked_at.period.last)]
    for line in (*figures.lines, figures.total):
        write.writerow(
            [as_text(cell) for cell in (local(line.words), local(line.note), *_numbers(line), *months)]
        )
    return "\ufeff" + out.getvalue()


def _numbers(line: Line) -> list[str]:
    cells: list[str] = []
    for limit in LIMITS:
        share = line.shares[limit]
        percent = "" if share.percent is None else str(share.percent)
        known = [str(share.met), str(share.missed)] if limit not in line.hidden else [HIDDEN] * 2
        cells += [
            *known,
            _apart(line, "waiting", share.waiting),
            percent if limit not in line.hidden else HIDDEN,
        ]
    return [*cells, _apart(line, "not_needed", line.not_needed), _apart(line, "cancelled", line.cancelled)]


def _apart(line: Line, which: str, number: int) -> str:
    return HIDDEN if which in line.hidden else str(number)
