"""The pages. `register` puts them on an app: the shell first, then the guard, then one blueprint a noun."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

PAGES = (
    "session",
    "work_account",
    "second_factor",
    "own_password",
    "account",
    "signed_in",
    "calendars",
    "work",
    "week",
    "putting_off",
    "tasks",
    "asking",
    "task_conflicts",
    "task_life",
    "oversight.moved_deadlines",
    "oversight.acknowledging",
    "oversight.director_pages",
    "child_documents",
    "case_system",
    "start",
    "new_child",
    "children",
    "finding",
    "child_details",
    "siblings",
    "records",
    "access",
    "access_lists",
    "sharing",
    "retention",
    "subject_access",
    "what_changed",
    "legal_status",
    "plans",
    "papers",
    "partnership",
    "cover",
    "people",
    "pathways",
    "manuals",
    "protocols",
    "workbench.index",
    "workbench.drafts",
    "workbench.bring_in",
    "workbench.exporting",
    "workbench.outline",
    "workbench.form_design",
    "workbench.forms",
    "workbench.drawing",
    "workbench.publishing",
    "workbench.versions",
    "workbench.migrating",
    "workbench.profiles",
    "workbench.checks",
    "workbench.differences",
    "workbench.manual",
    "workbench.simulation",
    "workbench.simulations",
    "workbench.scenarios",
    "workbench.compared_dates",
    "oversight.board",
    "oversight.escalations",
    "oversight.reports",
    "oversight.running",
    "oversight.compliance",
    "oversight.heat_map",
    "late_reasons",
    "instances",
    "oversight.suspending",
    "oversight.correct_starts",
    "oversight.course_changes",
    "incidents",
    "letters",
    "other_systems",
    "help",
    "health",
    "metrics",
)
"""Modules of app.web that hold a blueprint of the name `pages`."""


def register(app: Flask) -> None:
    """Everything a browser meets. The guard refuses whatever its page has not declared open."""
    from app.web import (
        addresses,
        child_documents,
        child_tabs,
        guard,
        local_words,
        looking,
        metrics,
        provider,
        sent_json,
        session,
        shell,
    )
    from app.web.oversight.tabs import oversight_tabs
    from app.web.workbench import tabs

    session.configure(app)
    provider.install(app)
    child_documents.install(app)  # before anything reads a form
    sent_json.install(app)
    shell.install(app)
    guard.install(app)
    local_words.install(app)
    metrics.install(app)
    looking.install(app)
    app.jinja_env.globals.update(here=addresses.here, page_address=addresses.page_address)
    app.jinja_env.globals.update(child_tabs=child_tabs.child_tabs, draft_tabs=tabs.draft_tabs)
    app.jinja_env.globals.update(oversight_tabs=oversight_tabs)
    for name in PAGES:
        app.register_blueprint(import_module(f"app.web.{name}").pages)
