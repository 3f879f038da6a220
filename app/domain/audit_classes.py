"""What each kind of entry of the audit is in law: the six operations that section 62 of the Data Protection Act 2018
wants logged, each with its date and time, and who did it; a disclosure also with who received it.

Part 3 of the Act reaches what a youth justice service does for purposes of law enforcement, and not social care; one
log serves both, so it keeps to the stricter rule for all.
"""

from __future__ import annotations

from collections.abc import Mapping

COLLECTION, ALTERATION, CONSULTATION = "collection", "alteration", "consultation"
DISCLOSURE, COMBINATION, ERASURE = "disclosure", "combination", "erasure"
CLASSES: Mapping[str, str] = {
    COLLECTION: "Something was recorded that was not on record before",
    ALTERATION: "What was on record, or where the work on it stands, was changed",
    CONSULTATION: "Somebody looked at a record or searched for one",
    DISCLOSURE: "Something left the service, or was shown to somebody outside of it",
    COMBINATION: "Records of different people or sources were brought together",
    ERASURE: "Something was taken out of the record for good",
}
"""The six operations of section 62(1), each in words."""
_KINDS: Mapping[str, str] = {
    COLLECTION: """
        action_agreed bed_nights_opened child_created comment_added contribution_given death_recorded
        disposal_proposed record_held subject_request_received
        document_added fact_recorded facts_recorded instance_started late_reason_given message_received person_added
        plan_made status_recorded task_completed task_created task_submitted
        absence_recorded""",
    ALTERATION: """
        absence_changed absence_ended action_done action_withdrawn bed_nights_closed child_changed comment_withdrawn
        cover_changed contribution_withdrawn correction_returned correction_signed_off course_changed
        deadline_moved disposal_refused
        redaction_changed subject_request_extended record_hold_lifted record_transferred
        escalation_acknowledged start_corrected
        document_withdrawn duty_overdue escalated incident incident_retried instance_cancelled instance_ended
        instance_migrated instance_resumed instance_suspended loose_end_passed_on message_sent migration_failed
        migration_reverted password_set person_disabled rights_changed sibling_unlinked status_confirmed status_ended
        task_assigned task_brought_forward task_cancelled task_claimed task_corrected task_not_needed task_put_off
        task_recorded_elsewhere task_released task_reopened task_returned task_signed_off timer_fired
        work_handed_over worker_allocated
        access_ended access_given opening_looked_into person_barred record_restricted restriction_lifted""",
    CONSULTATION: """
        child_looked_at children_searched document_made document_opened emergency_found_nobody
        record_opened_in_emergency""",
    DISCLOSURE: """
        contribution_asked everything_exported information_disclosed notification_queued plan_given record_taken
        report_exported subject_access_released webhook_replayed""",
    COMBINATION: "sibling_linked",
    ERASURE: "record_erased",
}
NO_RECORD: Mapping[str, str] = {
    "address_failed": "that a letter did not reach a colleague",
    "address_tried_again": "that letters to a colleague are sent again",
    "calendar_address_made": "a colleague’s own calendar; what it hands out are days and references",
    "calendar_address_revoked": "a colleague’s own calendar",
    "foreign_file_looked_at": "drawings of pathways",
    "letter_sent_again": "a letter to a colleague, which holds no personal data",
    "letters_chosen": "which letters a colleague wants",
    "migration_begun": "told for each child as instance_migrated",
    "migration_taken_back": "told for each child as migration_reverted",
    "pathway_draft_begun": "drawings of pathways",
    "pathway_draft_discarded": "drawings of pathways",
    "pathway_draft_saved": "drawings of pathways",
    "pathway_published": "drawings of pathways",
    "pathway_put_in_force": "drawings of pathways",
    "pathway_rolled_back": "drawings of pathways",
    "profile_changed": "time limits and contacts of an authority",
    "publication_approved": "drawings of pathways",
    "publication_asked": "drawings of pathways",
    "publication_returned": "drawings of pathways",
    "publication_withdrawn": "drawings of pathways",
    "recovery_code_used": "a session, opened without the telephone",
    "recovery_codes_renewed": "how a colleague signs in",
    "scenario_kept": "invented stories",
    "scenario_withdrawn": "invented stories",
    "second_factor_refused": "a try to sign in",
    "second_factor_removed": "how a colleague signs in",
    "second_factor_set_up": "how a colleague signs in",
    "sessions_ended": "a session; what was done in it is logged by itself",
    "sign_in_refused": "a try to sign in",
    "signed_in": "a session; what is done in it is logged by itself",
    "signed_out": "a session; what is done in it is logged by itself",
    "simulation_begun": "invented stories",
    "authority_added": "a council of this service",
    "team_added": "a team of a council",
    "token_created": "a way in for another system; what it does is logged by itself",
    "token_revoked": "a way in for another system",
    "view_discarded": "how a manager narrows a list",
    "view_kept": "how a manager narrows a list",
    "view_renamed": "how a manager narrows a list",
    "webhook_added": "a way out for another system, which is told ids and kinds and no personal data",
    "webhook_removed": "a way out for another system",
}
"""Kinds that process no personal data of a record, with what they are about."""
CLASS_OF: Mapping[str, str] = {kind: name for name, kinds in _KINDS.items() for kind in kinds.split()}
"""The operation of every other kind. A house test fails for a kind that is in neither table, or in both."""
RECIPIENT_IN: Mapping[str, str] = {
    "contribution_asked": "role",
    "information_disclosed": "to_whom",
    "everything_exported": "for_whom",
    "notification_queued": "detail",
    "plan_given": "detail",
    "record_taken": "for_whom",
    "report_exported": "format",
    "subject_access_released": "for_whom",
    "webhook_replayed": "webhook",
}
"""For each disclosure, the fact of its entry that says who received it; a report goes to the person who exports it."""
assert set(RECIPIENT_IN) == {kind for kind, name in CLASS_OF.items() if name == DISCLOSURE}


def class_of(kind: str) -> str | None:
    """The operation that a kind of entry is; None where it processes no personal data of a record."""
    return CLASS_OF.get(kind)
