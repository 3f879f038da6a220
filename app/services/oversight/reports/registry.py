"""Every report by its key, in the order of the index."""

from __future__ import annotations

from app.services.oversight.reports import (
    attendance,
    bed_nights,
    by_child,
    late_work,
    payments,
    release,
    timeliness,
    visits,
)
from app.services.oversight.reports.shape import Report

REPORTS: dict[str, Report] = {
    report.key: report
    for report in (
        bed_nights.REPORT,
        by_child.REMAND_COSTS,
        by_child.COHORT_REPORT,
        late_work.ESCALATIONS,
        late_work.DUTIES,
        timeliness.NOTIFICATIONS,
        visits.REPORT,
        timeliness.REVIEW,
        timeliness.ASSESSMENT,
        attendance.REPORT,
        release.TRACKER,
        timeliness.TEN_THINGS,
        release.QUARTERLY,
        payments.REPORT,
        timeliness.ORDER,
    )
}
"""The registry: a page, a file and the JSON door each take their reports from here."""
