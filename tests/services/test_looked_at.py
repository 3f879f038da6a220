"""A foreign file is looked at, opened as a draft without being chosen again, and taken away to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, NotFound
from app.engine import packing
from app.engine.contracts import Bundle
from app.services import accounts, definitions
from app.services.workbench import drafting, drafts, exporting, importing, looked_at
from app.store.audit import AuditEntry
from app.store.db import reading
from tests.engine.foreign import DRAWINGS

TWO_POOLS = DRAWINGS["two pools that talk"]


@pytest.fixture
def desi(clock: SimulatedClock, filled_app: Flask) -> Viewer:
    """A designer of Wandsworth."""
    return accounts.viewer_named("desi@wandsworth.example")


def facts_of(kind: str) -> Mapping[str, object]:
    with reading() as session:
        found = session.scalars(select(AuditEntry.facts).where(AuditEntry.kind == kind)).all()
    return found[-1]


def test_what_was_looked_at_is_what_is_opened(desi: Viewer, clock: SimulatedClock) -> None:
    # given
    file_id = looked_at.look(desi, "C:\\drawings\\two\tpools.bpmn", TWO_POOLS)
    report = looked_at.report_on(desi, file_id)

    # when
    draft = drafts.show(desi, looked_at.open_as_draft(desi, file_id, "shop"))

    # then: both pathways were found, and nothing is lost on the way into the draft
    assert {one.key for one in report.pathways} == {"customer", "shop"}
    assert report.file == "two pools.bpmn"
    assert draft.bundle == next(one.bundle for one in report.pathways if one.key == "shop")
    assert list(draft.report) == [asdict(change) for change in report.changes] != []
    assert draft.base_number is None
    number = len(report.changes)
    assert facts_of("foreign_file_looked_at") == {"file": "two pools.bpmn", "pathways": 2, "changes": number}
    assert facts_of("pathway_draft_begun")["what"] == "Brought in from two pools.bpmn"

    # and: the other pathway of the file is still there to be opened, one that has a draft is not, nor is any other
    assert looked_at.open_as_draft(desi, file_id, "customer") != draft.id
    for key in ("shop", "bank", ""):
        with pytest.raises(BadInput):
            looked_at.open_as_draft(desi, file_id, key)

    # and: other people and later times find nothing
    other = accounts.viewer_named("dora@wandsworth.example")
    with pytest.raises(NotFound):
        looked_at.report_on(other, file_id)
    clock.move_to(clock.now() + timedelta(days=8))
    with pytest.raises(NotFound, match="kept for a week"):
        looked_at.report_on(desi, file_id)


def test_a_pathway_that_is_taken_away_comes_back_to_the_byte(desi: Viewer) -> None:
    # given: one with forms, of the version in force, and one that is a single file
    whole = exporting.of_version(desi, "rilaa", 1)
    draft_id = drafting.new_pathway(desi, "Transport to court")
    alone = exporting.of_draft(desi, draft_id)

    # when
    again = drafts.show(
        desi, looked_at.open_as_draft(desi, looked_at.look(desi, whole.name, whole.content), "rilaa")
    )
    drafting.discard(desi, draft_id)
    (back,) = importing.read(alone.name, alone.content).pathways

    # then
    assert again.bundle.version_id() == definitions.shipped()["rilaa"].version_id()
    assert again.base_number == 1
    assert again.report == ()
    assert exporting.of_draft(desi, again.id) == whole
    assert alone.name == "transport_to_court.bpmn"
    assert alone.content == drafts.show(desi, draft_id).bundle.main.encode()
    assert packing.pack(back.bundle) == alone


@pytest.mark.parametrize("key", ["remand_yda", "escalation", "rilaa_care"])
def test_a_shipped_pathway_is_packed_and_unpacked_without_a_difference(key: str) -> None:
    # given: spaces, ends of lines and signs as they are
    shipped = definitions.shipped()[key]
    texts = {path: text.replace("\n", "\r\n", 3) for path, text in shipped.files.items()}
    bundle = Bundle(key, texts, shipped.forms)

    # when
    packed = packing.pack(bundle)

    # then
    assert packing.unpack(packed.content) == bundle
    assert packing.pack(packing.unpack(packed.content)) == packed
