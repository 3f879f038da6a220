"""Each report counted again, report by report, from the audit alone. Nothing here is imported from the reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.reports.audit_alone import LONDON, Everything, moment

Cells = list[tuple[Any, ...]]


def london(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def stays_of(told: Everything) -> list[dict[str, Any]]:
    """Every stay: child, in, out, the rate last answered for it."""
    stays: list[dict[str, Any]] = []
    for entry in told.entries:
        if entry["kind"] == "bed_nights_opened":
            from_at = moment(entry["facts"]["detail"])
            stays.append(
                {
                    "child": entry["child_id"],
                    "from": from_at,
                    "in": london(from_at),
                    "out": None,
                    "rate": None,
                }
            )
        elif entry["kind"] == "bed_nights_closed":
            for stay in stays:
                if stay["child"] == entry["child_id"] and stay["out"] is None:
                    stay["out"] = london(moment(entry["facts"]["detail"]))
    for answer in told.answered("remand_yda/open_bed_night_record", "remand_yda/report_bed_nights"):
        own = [s for s in stays if s["child"] == answer["child"] and s["from"] <= answer["at"]]
        if own and answer["given"].get("nightly_rate") is not None:
            max(own, key=lambda stay: stay["from"])["rate"] = answer["given"]["nightly_rate"]
    return stays


def evenings(stay: dict[str, Any], until: date) -> list[date]:
    """Each evening of a stay, up to `until`."""
    found, day = [], stay["in"]
    while day <= until and (stay["out"] is None or day < stay["out"]):
        found.append(day)
        day += timedelta(days=1)
    return found


def bed_nights(told: Everything, first: date, last: date, now: datetime) -> tuple[Cells, dict[str, Any]]:
    """(child, in, out, nights, rate, cost) of each stay, evening by evening; what is held, spent, left and forecast."""
    today = london(now)
    year_end = date(today.year if today.month <= 3 else today.year + 1, 3, 31)
    rows, sums = [], {"held": 0, "spent": 0.0, "forecast": 0.0, "left": None}
    balance = [
        (
            answer["given"]["budget_balance"],
            answer["given"].get("reported_on") or answer["given"]["admitted_on"],
        )
        for answer in told.answered("remand_yda/open_bed_night_record", "remand_yda/report_bed_nights")
        if answer["given"].get("budget_balance") is not None and london(answer["at"]) <= last
    ]
    since = date.fromisoformat(balance[-1][1]) if balance else today
    used = 0.0
    for stay in stays_of(told):
        days, rate = evenings(stay, year_end), stay["rate"] or 0
        counted = [day for day in days if first <= day <= last and day < today]
        used += rate * len([day for day in days if since < day < today and day <= last])
        if counted or first <= stay["in"] <= last or (stay["out"] and first <= stay["out"] <= last):
            cost = None if stay["rate"] is None else round(len(counted) * rate, 2)
            rows.append((stay["child"], stay["in"], stay["out"], len(counted), stay["rate"], cost))
            sums["spent"] += cost or 0
            if stay["out"] is None:
                sums["held"] += 1
                sums["forecast"] += rate * len([day for day in days if day >= today])
    sums["left"] = round(balance[-1][0] - used, 2) if balance else None
    return rows, sums
