"""Changing a profile in the browser: shown first, checked against the statute, counted again, and never half."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, Conflict, NotFound
from app.services import accounts, definitions, reference
from app.services.workbench import profile_changes, profile_preview
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.tasks import UserTask
from tests.crash import pathways
from tests.crash.invariants import assert_all

FIRST_MEETING = "remand.first_meeting"


@pytest.fixture
def remand(house: Flask) -> str:
    """A remand under way in Wandsworth."""
    definitions.load_shipped()
    return pathways.remand(pathways.child())


def desi() -> Viewer:
    return accounts.viewer_named("desi@wandsworth.example")


def days(amount: int, unit: str = "working_days", **more: str) -> dict[str, object]:
    return {"amount": amount, "unit": unit, "source": "Local agreement of 2026", **more}


def due_days(rule: str) -> set[str]:
    with reading() as session:
        rows = session.execute(select(UserTask.due).where(UserTask.state == "open")).scalars()
        return {due["due_on"] for due in rows if due and due["key"] == rule}


def make(viewer: Viewer, section: str, key: str, typed: dict[str, object] | None) -> int:
    return profile_changes.change(
        viewer, section, key, typed, source="Local agreement of 2026", was=viewer.profile
    )


def test_a_shorter_limit_is_shown_first_and_then_moves_what_is_open(remand: str) -> None:
    before = due_days(FIRST_MEETING)
    shown = profile_preview.preview(desi(), "deadlines", FIRST_MEETING, days(3))
    assert (shown.before.words[:14], shown.after.words[:14]) == ("5 working days", "3 working days")
    assert {moved.becomes.date().isoformat() for moved in shown.moved} != before
    assert len(shown.moved) == 1
    assert due_days(FIRST_MEETING) == before

    assert make(desi(), "deadlines", FIRST_MEETING, days(3)) == shown.counted

    assert due_days(FIRST_MEETING) == {moved.becomes.date().isoformat() for moved in shown.moved}
    assert desi().profile.startswith("wandsworth@")
    assert reference.profile(desi().profile).deadline(FIRST_MEETING).local.amount == 3  # type: ignore[union-attr]
    with reading() as session:
        reasons = session.scalars(select(AuditEntry.facts).where(AuditEntry.kind == "deadline_moved")).all()
    assert any("Local agreement of 2026" in facts["reason"] for facts in reasons)
    assert_all()


def test_a_designer_reads_the_reference_and_no_name(remand: str) -> None:
    (moved,) = profile_preview.preview(desi(), "deadlines", FIRST_MEETING, days(3)).moved
    assert "Testing" not in moved.child
    admin = accounts.viewer_named("ada@wandsworth.example")
    (seen,) = profile_preview.preview(admin, "deadlines", FIRST_MEETING, days(3)).moved
    assert seen.child.endswith(f"({moved.child})")


def test_a_limit_later_than_the_statute_needs_a_reason(filled_app: Flask) -> None:
    late = days(9, unit="weeks")
    with pytest.raises(BadInput) as refusal:
        profile_preview.preview(desi(), "deadlines", "visit.remand.first", late)
    assert "statutory" in refusal.value.sentence
    reason = "The establishment takes nobody sooner; the statute stands all the same."
    shown = profile_preview.preview(
        desi(), "deadlines", "visit.remand.first", {**late, "acknowledged": reason}
    )
    assert (shown.after.about, shown.moved) == (reason, ())


def test_what_the_file_says_comes_back(filled_app: Flask) -> None:
    make(desi(), "money", "allowance.amount", {"amount": 45.5})
    make(desi(), "switches", "care_panel", {"on": "off"})
    changed = reference.profile(desi().profile)
    assert (changed.money["allowance.amount"], changed.switch("care_panel")) == (45.5, False)
    assert profile_changes.is_changed(desi(), "money", "allowance.amount")

    make(desi(), "switches", "care_panel", None)
    make(desi(), "money", "allowance.amount", None)

    assert desi().profile == "wandsworth"
    told = [(one.item, one.words_before, one.words_after) for one in profile_changes.history(desi())]
    assert told[-1] == ("allowance.amount", "£40.00", "£45.50")
    assert len(told) == 4


def test_contacts_and_the_ladder_are_checked_like_a_file(filled_app: Flask) -> None:
    for typed in (
        {},
        {"label_1": "Duty desk"},
        {"label_1": "Desk", "email_1": "no", "phone_1": "020 7946 0000"},
    ):
        with pytest.raises(BadInput):
            profile_preview.preview(desi(), "contacts", "iro_manager", typed)
    new = {"label_1": "Duty desk", "email_1": "duty@example.org", "phone_1": "020 7946 0000"}
    make(desi(), "contacts", "iro_manager", new)
    assert reference.profile(desi().profile).contacts["iro_manager"][0].email == "duty@example.org"
    with pytest.raises(BadInput):
        profile_preview.preview(desi(), "ladder", "steps", {"yjs_1": "yjs_team_manager"})
    make(desi(), "ladder", "steps", {"any_1": "head_of_service"})
    assert reference.profile(desi().profile).ladder_role(1, "yjs") == "head_of_service"
    assert reference.profile("wandsworth").ladder_role(1, "yjs") == "yjs_team_manager"


def test_two_who_change_it_at_once_lose_nothing(filled_app: Flask) -> None:
    stale = desi()
    make(stale, "money", "allowance.amount", {"amount": 45})
    with pytest.raises(Conflict):
        make(stale, "money", "clothing.amount", {"amount": 90})
    assert reference.profile(desi().profile).money["clothing.amount"] == 100


def test_it_needs_a_source_a_change_and_the_right(filled_app: Flask) -> None:
    with pytest.raises(BadInput):
        profile_changes.change(
            desi(), "money", "allowance.amount", {"amount": 45}, source=" ", was="wandsworth"
        )
    with pytest.raises(BadInput):
        make(desi(), "money", "allowance.amount", None)
    with pytest.raises(NotFound):
        make(desi(), "money", "no_such_amount", {"amount": 45})
    with pytest.raises(NotFound):
        make(accounts.viewer_named("sam@wandsworth.example"), "money", "allowance.amount", {"amount": 45})


def test_another_process_reads_the_change_from_the_database(
    filled_app: Flask, monkeypatch: pytest.MonkeyPatch, clock: SimulatedClock
) -> None:
    make(desi(), "money", "allowance.amount", {"amount": 45})
    monkeypatch.setattr("app.services.changed_profiles._said", {})
    monkeypatch.setattr("app.services.kept_files._cache", {})
    assert reference.profile(desi().profile).money["allowance.amount"] == 45
    with pytest.raises(BadInput):
        reference.profile("no_such_file@0000000000000000")
