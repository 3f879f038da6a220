"""What the services look at together when they meet: on time by agency and by step, why late, nights in custody.

Of every agency, and fit to be shared: small numbers are hidden, whoever makes it, and no child can be told from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.access import Viewer
from app.domain.errors import NotFound
from app.domain.limits import add_months
from app.services.oversight import compliance
from app.services.oversight.compliance import Line
from app.services.oversight.compliance_rules import PARTNERSHIP
from app.services.oversight.compliance_rules import Asked as Looked
from app.services.oversight.reports import making
from app.services.oversight.reports.bed_nights import REPORT
from app.services.oversight.reports.making import Shown
from app.services.oversight.reports.scope import EVERY_TEAM, Asked

MOST_STEPS = 15


@dataclass(frozen=True)
class ForMeeting:
    """The figures. `nights` is None for those who may not make that report."""

    looked_at: Looked
    by_agency: compliance.Figures
    by_step: compliance.Figures
    nights: Shown | None

    @property
    def steps(self) -> tuple[Line, ...]:
        """The steps of which anything may be told, those missed most first."""
        counted = (line for line in self.by_step.lines if _counted(line) and "local" not in line.hidden)
        return tuple(line for line in counted if line.shares["local"].missed)[:MOST_STEPS]

    @property
    def steps_too_few(self) -> tuple[str, ...]:
        """The names of steps that were due, but too seldom to be told; none where there are very many."""
        few = {line.words for line in self.by_step.lines if _counted(line) and "local" in line.hidden}
        return tuple(sorted(few)) if len(few) <= MOST_STEPS else ()


def figures(viewer: Viewer, first: str = "", last: str = "") -> ForMeeting:
    """The figures of these months ("2026-09"), of the last three without. Raises NotFound, BadInput."""
    looked_at = compliance.asked(viewer, PARTNERSHIP, first, last)
    months = looked_at.period
    nights = Asked(months.first, add_months(months.last, 1) - timedelta(days=1), EVERY_TEAM)
    return ForMeeting(
        looked_at,
        compliance.figures(viewer, looked_at, "agency", is_shared=True),
        compliance.figures(viewer, looked_at, "step", is_shared=True),
        _nights(viewer, nights),
    )


def _counted(line: Line) -> int:
    return line.shares["local"].counted


def _nights(viewer: Viewer, asked: Asked) -> Shown | None:
    try:
        return making.make(viewer, REPORT.key, asked, for_partners=True)
    except NotFound:
        return None
