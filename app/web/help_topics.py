"""Which section of which guide a page's “Help with this page” leads to."""

from __future__ import annotations

from flask import current_app, g, url_for

GUIDES = {
    "practitioner": "Guide for practitioners",
    "partner": "Guide for partner agencies",
    "manager": "Guide for managers",
    "administrator": "Guide for administrators",
    "designer": "Guide for those who draw pathways",
}
"""Pages under /help, one for each kind of user, and their titles."""

TOPICS: dict[str, tuple[str, str]] = {
    # by endpoint, or by the name of the blueprint for all the rest of it
    "work.mine": ("practitioner", "my-work"),
    "work.team": ("practitioner", "team-queue"),
    "work.queue": ("practitioner", "team-queue"),
    "work.waiting": ("practitioner", "my-week"),
    "work": ("practitioner", "my-work"),
    "tasks": ("practitioner", "task"),
    "start": ("practitioner", "start"),
    "children": ("practitioner", "child"),
    "legal_status": ("practitioner", "legal-status"),
    "instances": ("practitioner", "pathway"),
    "cover": ("practitioner", "cover"),
    "board": ("manager", "day"),
    "compliance": ("manager", "on-time"),
    "escalations": ("manager", "late"),
    "acknowledging": ("manager", "late"),
    "director_pages": ("manager", "late"),
    "heat_map": ("manager", "on-time"),
    "late_reasons": ("practitioner", "task"),
    "people": ("manager", "leavers"),
    "partnership": ("manager", "partnership"),
    "letters": ("manager", "letters"),
    "other_systems": ("administrator", "systems"),
    "reports": ("manager", "reports"),
    "access": ("manager", "access"),
    "access_lists": ("manager", "access"),
    "sharing": ("practitioner", "sharing"),
    "records": ("manager", "record"),
    "retention": ("manager", "keeping"),
    "subject_access": ("manager", "asked"),
    "running": ("manager", "running"),
    "week": ("practitioner", "my-week"),
    "putting_off": ("practitioner", "my-week"),
    "task_life": ("practitioner", "undo"),
    "moved_deadlines": ("practitioner", "dates"),
    "plans": ("practitioner", "plan"),
    "papers": ("practitioner", "plan"),
    "child_documents": ("practitioner", "child"),
    "case_system": ("practitioner", "child"),
    "new_child": ("practitioner", "start"),
    "finding": ("practitioner", "child"),
    "child_details": ("practitioner", "child"),
    "siblings": ("practitioner", "child"),
    "what_changed": ("practitioner", "dates"),
    "asking": ("practitioner", "ask"),
    "task_conflicts": ("practitioner", "wrong"),
    "calendars": ("practitioner", "letters"),
    "suspending": ("practitioner", "pathway"),
    "correct_starts": ("manager", "end"),
    "course_changes": ("manager", "end"),
    "incidents": ("manager", "incidents"),
    "pathways": ("designer", "pathways"),
    "protocols": ("designer", "protocols"),
    "workbench": ("designer", "workbench"),
    "workbench_drafts": ("designer", "workbench"),
    "workbench_outline": ("designer", "workbench"),
    "manuals": ("designer", "pathways"),
    "pathway_migration": ("designer", "running"),
    "scenarios": ("designer", "simulate"),
    "simulations": ("designer", "simulate"),
    "compared_dates": ("designer", "simulate"),
    "workbench_checks": ("designer", "workbench"),
    "workbench_differences": ("designer", "workbench"),
    "workbench_drawing": ("designer", "workbench"),
    "workbench_manual": ("designer", "workbench"),
    "workbench_simulation": ("designer", "simulate"),
    "workbench_export": ("designer", "workbench"),
    "workbench_form_design": ("designer", "workbench"),
    "workbench_forms": ("designer", "workbench"),
    "workbench_import": ("designer", "foreign"),
    "workbench_publishing": ("designer", "publishing"),
    "workbench_profiles": ("designer", "deadlines"),
    "pathway_versions": ("designer", "publishing"),
    "account": ("practitioner", "letters"),
    "accounts": ("practitioner", "signing-in"),
    "work_account": ("practitioner", "signing-in"),
    "second_factor": ("practitioner", "signing-in"),
    "own_password": ("practitioner", "signing-in"),
    "signed_in": ("practitioner", "signing-in"),
    "signed_in.of_person": ("administrator", "people"),
}


def topic_of(endpoint: str | None) -> tuple[str, str] | None:
    """The guide and the section for an endpoint; None where there is no more than the help page itself."""
    name = endpoint or ""
    return TOPICS.get(name) or TOPICS.get(name.partition(".")[0])


def address_for(endpoint: str | None) -> str:
    """Where “Help with this page” leads."""
    topic = topic_of(endpoint)
    if topic is None or "help.guide" not in current_app.view_functions:
        return url_for("shell.standing", page="help")
    guide, section = topic
    viewer = g.get("viewer")
    if guide == "practitioner" and viewer is not None and viewer.is_manager and section == "team-queue":
        guide = "manager"
    return url_for("help.guide", guide=guide, _anchor=section)
