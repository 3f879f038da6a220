"""Rows as an XLSX file, with openpyxl: words never become a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.domain.clock import LONDON
from app.domain.spreadsheets import as_text

Kinded = tuple[Any, str]
"""A value, and its kind: a key of FORMATS, or text."""
FORMATS = {
    "date": "dd/mm/yyyy",
    "moment": "dd/mm/yyyy hh:mm",
    "money": '"£"#,##0.00',
    "hours": "0.0",
    "share": '0.0"%"',
}
"""How a spreadsheet shows each kind."""


def book(
    name: str, headings: Sequence[str], rows: Iterable[Iterable[Kinded]], totals: Sequence[Kinded]
) -> bytes:
    """One sheet with its headings, which stay in sight, the rows, and a last row of totals if there is one."""
    made = Workbook(write_only=True)
    sheet = made.create_sheet(name)
    for place in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 20
    sheet.freeze_panes = "A2"
    heading = Font(bold=True)
    sheet.append([_cell(sheet, words, "text", heading) for words in headings])
    for row in rows:
        sheet.append([_cell(sheet, value, kind) for value, kind in row])
    if totals:
        sheet.append([_cell(sheet, value, kind, heading) for value, kind in totals])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, kind: str, font: Font | None = None) -> Any:
    if isinstance(value, bool):
        value = "Yes" if value else "No"
    elif isinstance(value, datetime):
        value = value.astimezone(LONDON).replace(tzinfo=None)
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", as_text(value))
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would take what begins with = for a formula
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif kind in FORMATS:
        cell.number_format = FORMATS[kind]
    if font is not None:
        cell.font = font
    return cell
