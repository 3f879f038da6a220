"""Reports on screen and as files: formulas stay text, files name no child, the audit says who took them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from app.domain.clock import SimulatedClock, now, today
from app.domain.spreadsheets import as_text
from app.services import accounts, children, instances
from app.store.audit import AuditEntry
from app.store.db import reading
from tests.things import ANSWERS
from tests.web.browser import Browser

FORMULA = '=HYPERLINK("http://example.org","Look")'


@pytest.fixture
def held(clock: SimulatedClock, demo_app: Flask) -> None:
    """A child who was remanded ten days ago, and whose family name is a formula."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        child = children.search(dora, "robin placeholder")[0]
        began = (now() - timedelta(days=10)).isoformat()
        instances.start(
            dora, "remand_yda", child.id, {**ANSWERS, "remanded_at": began, "establishment": FORMULA}
        )


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_could_begin_a_formula_is_text(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


def test_a_report_is_read_sorted_and_taken_away(held: None, demo_app: Flask, browser: Browser) -> None:
    browser.sign_in("tess")
    assert "Bed nights and budget" in browser.get("/reports").text
    page = browser.get("/reports/bed-nights?sort=-in_on&from=1+1+2026")
    assert "Robin Placeholder" in page.text
    assert "<svg" in page.html

    taken = browser.client.get("/reports/bed-nights.csv")
    rows = list(csv.reader(io.StringIO(taken.data.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(browser.client.get("/reports/bed-nights.xlsx").data)).active

    assert rows[0][:5] == ["Reference", "Child", "Where", "In", "Out"]
    assert rows[1][1] == "Robin Placeholder"
    assert "Placeholder" not in taken.headers["Content-Disposition"]
    assert taken.headers["Content-Disposition"].endswith(f'to-{today()}.csv"')
    assert rows[1][2] == f"'{FORMULA}"
    assert (sheet["C2"].data_type, sheet["C2"].value) == ("s", f"'{FORMULA}")
    assert sheet["F2"].value == 10
    with demo_app.app_context(), reading() as session:
        noted = session.scalars(select(AuditEntry.facts).where(AuditEntry.kind == "report_exported")).all()
    assert [facts["format"] for facts in noted] == ["csv", "xlsx"]
    assert noted[0]["children"] == [rows[1][0]]


def test_what_cannot_be_asked_for_is_said_and_what_may_not_be_seen_is_not_there(
    held: None, browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    browser.sign_in("tess")
    assert "Enter a real date" in browser.get("/reports/bed-nights?from=31+2+2026", status=422).text
    assert "fewer than 5" in browser.get("/reports/bed-nights?children=no").text
    assert "Robin" not in browser.get("/reports/bed-nights?children=no").text
    browser.get("/reports/bed-nights?team=placements", status=404)
    browser.get("/reports/no-such-report", status=404)

    another = another_browser()
    another.sign_in("sam")
    another.get("/reports", status=404)
