"""Every report by its key, in the order of the index."""

from __future__ import annotations

from app.services.oversight.reports import bed_nights
from app.services.oversight.reports.shape import Report

REPORTS: dict[str, Report] = {report.key: report for report in (bed_nights.REPORT,)}
"""The registry: a page, a file and the JSON door each take their reports from here."""
