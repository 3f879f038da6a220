"""A time limit that a designer chooses is counted from what other pathways count it from."""

from __future__ import annotations

from app.services import definitions
from app.services.workbench.usual_starts import usual_starts


def test_the_first_visit_is_counted_from_the_remand() -> None:
    starts = usual_starts(definitions.shipped().values())

    assert starts["visit.remand.first"][0] == "remanded_at"
    assert "now" not in {name for names in starts.values() for name in names}
