"""What a report is made of, whoever shows it: columns with kinds, rows, figures, totals, a chart.

Cells hold plain Python: date, datetime (aware), int, float, bool, str or None; of a child the id, beside which the row
keeps the name (`child_name`) and the reference. A page, a file and the JSON door each put them into words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.services.oversight.reports.scope import Scope

KINDS = ("text", "date", "moment", "money", "number", "hours", "share", "yes_no", "person", "child")
Row = dict[str, Any]
Period = tuple[date, date]


@dataclass(frozen=True)
class Column:
    """A column: its key in every row, its heading, one of KINDS; `is_summed` where its total says something."""

    key: str
    title: str
    kind: str = "text"
    is_summed: bool = False


@dataclass(frozen=True)
class Figure:
    """A number that the report leads with; `of` is what it is a part of, where it is a count of something.

    `is_few` says that the number is not told because it is small enough to point at a child.
    """

    title: str
    value: int | float | None
    kind: str = "number"
    of: int | None = None
    is_few: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture of numbers by label: `kind` is bar or line; `unit` is money, share or what is counted."""

    kind: str
    title: str
    unit: str
    points: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Made:
    """A report as it was made: rows in the report's own order, what they add up to."""

    rows: tuple[Row, ...]
    figures: tuple[Figure, ...]
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    totals: Mapping[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """A report of the registry. `make` is given the scope and answers what stands in it.

    `for_whom` is the heading under which it stands in the index; `duties` are those that it gives evidence for.
    `usual` is the period when none is asked for: the days before today and after it. `has_money` keeps it from those
    who may not see money, `by_agency` says whether it can be narrowed to one agency's work.
    """

    key: str
    title: str
    what: str
    for_whom: str
    duties: tuple[str, ...]
    columns: tuple[Column, ...]
    make: Callable[[Scope], Made]
    usual: tuple[int, int] = (91, 0)
    has_money: bool = False
    by_agency: bool = False
    note: str = ""
