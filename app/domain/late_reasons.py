"""Why something was done late: the reasons that can be chosen, in plain words."""

from __future__ import annotations

from types import MappingProxyType

from app.domain.errors import BadInput

REASONS = MappingProxyType(
    {
        "told_late": "We were told too late",
        "waiting_for_another": "We waited for another agency",
        "waiting_for_court": "We waited for a court or the secure establishment",
        "child_unavailable": "The child was ill, moved or could not be seen",
        "child_or_family_declined": "The child or the family did not want it then",
        "no_worker": "Nobody was free to do it",
        "worker_away": "The worker was away and nobody covered",
        "recorded_late": "It was done in time and recorded late",
        "better_for_child": "Later was better for the child, and a manager agreed",
        "other": "Another reason",
    }
)
"""Key -> words. Keys are kept in the database: add new ones, never rename one."""
OTHER = "other"
LONGEST = 2000


def checked(reason: str, words: str) -> tuple[str, str]:
    """The reason and the words as they are kept.

    Raises BadInput, under `late_reason` and `late_words`: no or an unknown reason, too many words.
    """
    words = words.strip()
    errors: dict[str, list[str]] = {}
    if reason not in REASONS:
        errors["late_reason"] = ["Select why it is late"]
    if len(words) > LONGEST:
        errors["late_words"] = [f"The words must be {LONGEST:,} characters or fewer"]
    if errors:
        raise BadInput("The reason cannot be recorded like this.", errors)
    return reason, words
