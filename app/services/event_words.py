"""The kinds of events in words, for whoever chooses among them for another system."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.services.chronology import TOLD

CALLED: Mapping[str, str] = {
    **{kind: re.split(r"[:.]? ?\{", words)[0] for kind, words in TOLD.items()},
    "course_changed": "Course of a pathway changed by a manager",
    "comment_added": "Comment added",
    "comment_withdrawn": "Comment withdrawn",
    "deadline_moved": "Date moved",
    "late_reason_given": "Reason given why it was late",
    "notification_queued": "Somebody outside was told",
    "facts_recorded": "Something recorded about the child",
    "sibling_unlinked": "Link to brother or sister removed",
    "task_completed": "Task completed",
    "task_cancelled": "Task no longer needed: the pathway moved on",
    "task_not_needed": "Task set aside as not needed",
    "task_reopened": "Task reopened and corrected",
    "task_assigned": "Task given to somebody",
    "task_put_off": "Task put off",
    "task_brought_forward": "Task brought forward",
    "duty_overdue": "Task overdue",
    "escalated": "Task escalated",
    "task_submitted": "Task sent for sign-off",
    "task_signed_off": "Task signed off",
    "task_returned": "Task returned to its author",
    "action_withdrawn": "What was decided is no longer to be done",
    "instance_migrated": "Pathway moved to another version",
    "migration_reverted": "Pathway put back to the version it was on",
    "migration_failed": "Pathway could not be moved to another version",
    "incident": "Pathway stopped by a fault",
    "incident_retried": "Pathway went on after a fault",
    "task_created": "Task made",
    "task_claimed": "Task taken by somebody",
    "task_released": "Task given back to its team",
}
"""What happened, for whoever chooses among the kinds: those that are told, and who has a task."""
