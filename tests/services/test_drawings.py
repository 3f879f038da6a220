"""Saving what a modeller wrote: nothing goes that nobody took away, and what is found is said at once."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from flask import Flask

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import NotFound
from app.engine import carried
from app.services import accounts, definitions
from app.services.workbench import choosing, comparing, drafting, drafts, drawings, outlining, step_details

KEY = "before_court"
LOST = [("assess_for_bail", "due")]
DUE = '            <spiffworkflow:property name="due" value="hearing_at"/>\n'


@pytest.fixture
def desi(clock: SimulatedClock, filled_app: Flask) -> Viewer:
    return accounts.viewer_named("desi@wandsworth.example")


def save(
    viewer: Viewer, draft: drafts.Draft, xml: str, removed: Collection[tuple[str, str]] = ()
) -> drawings.Said:
    return drawings.save(
        viewer, draft.id, revision=draft.revision, path="", xml=xml, removed=removed, deleted=frozenset()
    )


def test_what_nobody_took_away_is_never_lost(desi: Viewer) -> None:
    draft = drafts.show(desi, drafting.open_draft(desi, KEY))
    xml = draft.bundle.main.replace(DUE, "", 1)

    with pytest.raises(drawings.WouldBeLost, match="“due” of assess_for_bail would be lost") as refused:
        save(desi, draft, xml)
    assert refused.value.facts["lost"] == LOST
    assert drafts.show(desi, draft.id).revision == draft.revision

    said = save(desi, draft, xml, removed=LOST)
    assert said.revision == draft.revision + 1
    assert {"assess_for_bail"} <= {one["element"] for one in said.findings if one["rule"] == "overdue"}
    with pytest.raises(drafting.DraftMoved):
        save(desi, draft, xml)


def test_the_words_are_those_of_the_area(desi: Viewer) -> None:
    draft_id = drafting.open_draft(desi, "remand_yda")
    shown = drawings.opened(desi, draft_id, "")
    assert shown["due"]["confirm_all_told"]
    other = drawings.words_in(desi, draft_id, path="", profile="stockport")
    assert other.keys() == shown["due"].keys()
    assert any(other[one] != shown["due"][one] for one in other)
    with pytest.raises(NotFound):
        drawings.words_in(desi, draft_id, path="", profile="atlantis")
    with pytest.raises(NotFound):
        drawings.opened(accounts.viewer_named("sam@wandsworth.example"), draft_id, "")


def test_an_expression_is_checked_while_it_is_typed(desi: Viewer) -> None:
    draft_id = drafting.open_draft(desi, KEY)

    def said(kind: str, text: str) -> dict[str, object]:
        return drawings.said_of(desi, draft_id, path="", kind=kind, text=text, profile="")

    assert "no profile" in str(said("due", "deadline('remand.never', hearing_at)")["sentences"])
    assert "does not exist" in str(said("condition", "guess(1)")["sentences"])
    assert "Write it like" in str(said("duration", "'soon'")["sentences"])
    right = said("due", "deadline('remand.first_meeting', hearing_at)")
    assert right["sentences"] == ()
    assert "working days after" in str(right["meaning"])


def test_what_belongs_to_a_kind_of_event_goes_with_it(desi: Viewer) -> None:
    bundle = definitions.shipped()[KEY]
    event, kind = "hearing_ends_preparation", "messageEventDefinition"
    start = bundle.main.index(f'id="{event}"')
    assert kind in bundle.main[start : start + 600]
    payload = (
        "<bpmn:extensionElements><spiffworkflow:messageVariable>x</spiffworkflow:messageVariable>"
        "</bpmn:extensionElements>"
    )
    head, tail = bundle.main[:start], bundle.main[start:]
    tag = tail[tail.index(f"<bpmn:{kind}") :].partition(">")[0]
    carrying = head + tail.replace(f"{tag}>", f"{tag.rstrip('/')}>{payload}</bpmn:{kind}>", 1)
    timed = head + tail.replace(f"{tag}>", "<bpmn:timerEventDefinition/>", 1)

    assert carried.lost(carrying, bundle.main, removed=(), deleted=()) == [(event, f"{kind}/messageVariable")]
    assert carried.lost(carrying, timed, removed=(), deleted=()) == []


def test_a_step_that_is_saved_in_the_outline_as_it_stands_stays_as_it_is(desi: Viewer) -> None:
    # given
    draft = drafts.show(desi, drafting.open_draft(desi, KEY))
    lists = choosing.offered(desi, draft)
    every = outlining.everything(draft)
    steps = {(one.type, bool(one.due)): one for one in every}.values()

    # when
    for step in steps:
        found = step_details.detail(draft, step.id, lists)
        typed = {
            name: ", ".join(value) if isinstance(value, list) else str(value or "")
            for name, value in found.answers.items()
        }
        draft = step_details.describe(desi, draft.id, step.id, revision=draft.revision, typed=typed)

    # then: a rule was chosen from a list, an expression stays one, and neither reads otherwise than before
    shipped = definitions.shipped()[KEY]
    assert comparing.between(shipped, draft.bundle).changes == ()
    limits = [
        choosing.limit_in(outlining.node_of(draft, one.id).properties.get("due", ""), lists) for one in every
    ]
    rules = {rule for rule, _ in limits}
    assert {"", choosing.OTHER} < rules
