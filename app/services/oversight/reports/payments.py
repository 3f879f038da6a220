"""Payments to children: allowance and clothing money, due, paid and in arrears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.oversight.reports import work
from app.services.oversight.reports.counted import Task
from app.services.oversight.reports.months import money
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Column, Figure, Made, Report

AMOUNTS = {
    "remand_yda/pay_allowance": ("allowance_amount", "allowance.amount"),
    "remand_yda/pay_clothing": ("clothing_amount", "clothing.amount"),
}
"""Forms that pay: the question with the amount, the profile's amount."""

NOTES = (
    "Where nobody typed an amount, the amount of the protocol was paid. In arrears is what is overdue today.",
)


def make(scope: Scope) -> Made:
    """The payments that were due in the period; what is overdue or was never paid is in arrears."""
    tasks = scope.tasks(forms=AMOUNTS, with_money=True)
    found = {task.id: _told(scope, task) for task in tasks}
    further = (
        Figure("Paid", money(one["paid"] for one in found.values()), "money"),
        Figure("Arrears", money(one["arrears"] for one in found.values()), "money"),
    )
    return work.counted(scope, tasks, lambda _, task: found[task.id], further, NOTES)


def _told(scope: Scope, task: Task) -> Mapping[str, Any]:
    question, key = AMOUNTS[task.form or ""]
    due = float(scope.profile.money[key])
    paid = None
    if task.is_done:
        given = task.answers.get(question)
        paid = due if given is None else float(given)
    return {
        "paid_on": work.day_of(task.answers, "paid_on"),
        "amount": due,
        "paid": paid,
        "arrears": due if task.state == "overdue" else None,
    }


REPORT = Report(
    key="payments",
    title="Payments and arrears",
    what="Allowance and clothing money of children on remand: due, paid, in arrears.",
    for_whom="Business support",
    duties=("WAN-A-10", "WAN-A-11"),
    columns=(
        *work.COLUMNS,
        Column("paid_on", "Paid on", "date"),
        Column("amount", "Amount", "money", is_summed=True),
        Column("paid", "Paid", "money", is_summed=True),
        Column("arrears", "Arrears", "money", is_summed=True),
    ),
    make=make,
    has_money=True,
    by_agency=True,
)
