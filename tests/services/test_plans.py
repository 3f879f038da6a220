"""Plans for a child on both databases: versions, what was given, who may, and what is on paper."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.clock import SimulatedClock, today
from app.domain.errors import NotFound
from app.services import accounts, children, chronology, instances, plan_lists, plan_task, plans
from app.services.plans import Giving
from app.store.audit import AuditEntry
from app.store.chains import broken_links
from app.store.db import reading

KNOWN = {
    "collector": "Your aunt Ruth",
    "release_address": "14 Fictional Road",
    "reporting": "Casey, on Tuesday at 10.",
    "support_sources": "Your aunt Ruth",
    "education_options": "The college, from Monday.",
    "health_care": "Dr Invented",
    "money_arrangements": "Pip, on Friday.",
    "adviser_visit_on": "2027-01-21",
}


@pytest.fixture
def leaving(clock: SimulatedClock, filled_app: Flask) -> str:
    """The id of Alex, who leaves in three weeks, and of whom all is known."""
    casey = accounts.viewer_named("casey@wandsworth.example")
    child_id = children.search(casey, "alex example")[0].id
    release_on = (today() + timedelta(days=21)).isoformat()
    started = {"opened_at": clock.now().isoformat(), "release_on": release_on, "establishment": None}
    instances.start(casey, "release_preparation", child_id, started)
    plans.record_facts(casey, child_id, KNOWN)
    return child_id


def test_versions_are_numbered_kept_with_their_bytes_and_listed(leaving: str) -> None:
    casey = accounts.viewer_named("casey@wandsworth.example")

    first = plans.make(casey, leaving)
    plans.record_facts(casey, leaving, {"collector": "Sam"})
    second = plans.make(casey, leaving)

    listed = plan_lists.papers(casey, leaving)
    assert [(row.id, row.number) for row in listed.versions] == [(second, 2), (first, 1)]
    name, content = plans.pdf(casey, first, "normal")
    assert content.startswith(b"%PDF")
    assert hashlib.sha256(content).hexdigest() == plans.show(casey, first).sha256
    assert "alex" not in name.lower()
    assert plans.show(casey, first).changed == ("Who collects the child",)
    assert plans.show(casey, second).changed == ()


def test_what_is_given_does_the_task_and_stands_in_the_chronology_and_in_a_whole_audit(leaving: str) -> None:
    casey = accounts.viewer_named("casey@wandsworth.example")
    plan_id = plans.make(casey, leaving)

    plans.give(casey, plan_id, Giving(today(), "Alex Example", "in_person", "Thank you"))
    done = plan_task.finish(casey, plan_id, today())

    assert done == "Tell the child the ten things"
    (given,) = plan_lists.papers(casey, leaving).given
    assert (given.given_to, given.by, given.said) == ("Alex Example", "Casey Casemanager", "Thank you")
    assert [form.name for form in plan_lists.papers(casey, leaving).forms] == [
        "Tell the child the ten things"
    ]
    words = [happening.words for happening in chronology.of_child(casey, leaving).happenings]
    assert any(one.startswith("“What I need to know” given: version 1 to Alex Example") for one in words)
    with reading() as session:
        assert broken_links(session, "wandsworth") == []
        kept = session.scalars(select(AuditEntry.facts).where(AuditEntry.kind == "plan_given")).one()
    assert kept["sha256"] == plans.show(casey, plan_id).sha256
    assert "Thank you" not in str(kept)  # the child's words stand in the record, not in the audit


def test_a_task_that_is_somebody_elses_stays_open(leaving: str) -> None:
    sam = accounts.viewer_named("sam@wandsworth.example")
    ivy = accounts.viewer_named("ivy@wandsworth.example")
    plan_id = plans.make(sam, leaving)

    assert plan_task.finish(ivy, plan_id, today()) is None


def test_who_has_nothing_to_do_with_the_child_finds_no_plan(leaving: str) -> None:
    casey = accounts.viewer_named("casey@wandsworth.example")
    nia = accounts.viewer_named("nia@wandsworth.example")
    plan_id = plans.make(casey, leaving)

    for ask in (
        lambda: plans.show(nia, plan_id),
        lambda: plans.pdf(nia, plan_id, "large"),
        lambda: plans.make(nia, leaving),
        lambda: plan_lists.papers(nia, leaving),
        lambda: plans.preparation(nia, leaving),
        lambda: plans.record_facts(nia, leaving, {"collector": "Nia"}),
        lambda: plans.give(nia, plan_id, Giving(today(), "Alex", "post")),
    ):
        with pytest.raises(NotFound):
            ask()
