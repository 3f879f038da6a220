"""The workbench: drafts that nobody overwrites unseen, publishing by two people, a day to come, a way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, today
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound, PathwayRefused
from app.engine.contracts import Bundle
from app.services import accounts, definitions
from app.services.workbench import drafting, drafts, publications, publishing, versions
from app.store.audit import AuditEntry
from app.store.db import reading

KEY = "agreed_action"
OLD, NEW = 'name="Do what was decided"', 'name="Do what was agreed"'


@pytest.fixture
def desi(clock: SimulatedClock, filled_app: Flask) -> Viewer:
    """A designer; Agreed action is in force as it was shipped."""
    definitions.publish(definitions.shipped()[KEY], note="Shipped with this release")
    return accounts.viewer_named("desi@wandsworth.example")


@pytest.fixture
def rev(desi: Viewer) -> Viewer:
    return accounts.viewer_named("rev@wandsworth.example")


def changed(bundle: Bundle, old: str = OLD, new: str = NEW) -> Bundle:
    assert old in bundle.main
    return replace(bundle, files={**bundle.files, bundle.main_path: bundle.main.replace(old, new)})


def a_change(viewer: Viewer, new: str = NEW) -> drafts.Draft:
    draft = drafts.show(viewer, drafting.open_draft(viewer, KEY))
    return drafting.save(
        viewer, draft.id, revision=draft.revision, bundle=changed(draft.bundle, new=new), what="Renamed"
    )


def current() -> str:
    with reading() as session:
        return definitions.current(session, KEY).elements[1].name


def test_two_people_meet_in_one_draft_and_nobody_is_overwritten(desi: Viewer, rev: Viewer) -> None:
    mine = drafts.show(desi, drafting.open_draft(desi, KEY))
    assert drafting.open_draft(rev, KEY) == mine.id
    drafting.save(rev, mine.id, revision=1, bundle=changed(mine.bundle))

    with pytest.raises(drafting.DraftMoved) as refusal:
        drafting.save(desi, mine.id, revision=1, bundle=changed(mine.bundle, new='name="Mine"'))

    assert refusal.value.facts["by"] == rev.name
    assert NEW in drafts.show(desi, mine.id).bundle.main


def test_what_was_saved_can_be_had_again(desi: Viewer) -> None:
    draft = a_change(desi)
    back = drafting.restore(desi, draft.id, revision=2, to=1)
    assert (back.revision, OLD in back.bundle.main) == (3, True)
    assert [one.number for one in drafts.revisions(desi, draft.id)] == [3, 2, 1]


def test_drawing_for_a_while_leaves_one_revision(desi: Viewer, clock: SimulatedClock) -> None:
    draft = drafts.show(desi, drafting.open_draft(desi, KEY))
    for number in (1, 2, 3):
        bundle = changed(draft.bundle, new=f'name="Try {number}"')
        drafting.save(desi, draft.id, revision=number, bundle=bundle)
    assert [one.number for one in drafts.revisions(desi, draft.id)] == [4, 1]
    clock.move_to(clock.now() + timedelta(hours=1))
    drafting.save(desi, draft.id, revision=4, bundle=changed(draft.bundle, new='name="Later"'))
    assert [one.number for one in drafts.revisions(desi, draft.id)] == [5, 4, 1]


def test_another_pathways_drawing_and_noise_are_refused(desi: Viewer) -> None:
    draft = drafts.show(desi, drafting.open_draft(desi, KEY))
    other = definitions.shipped()["bed_night_cycle"]
    damaged = replace(draft.bundle, files={draft.bundle.main_path: draft.bundle.main[:2000]})
    for bundle in (other, damaged, changed(draft.bundle, 'process id="agreed_action"', 'process id="x"')):
        with pytest.raises(BadInput):
            drafting.save(desi, draft.id, revision=1, bundle=bundle)
    assert drafts.show(desi, draft.id).revision == 1


def test_a_second_person_puts_it_in_force(desi: Viewer, rev: Viewer) -> None:
    draft = a_change(desi)
    asked_id = publishing.ask(desi, draft.id, revision=2, words="A clearer name")
    with pytest.raises(Conflict):
        drafting.save(desi, draft.id, revision=2, bundle=draft.bundle)
    with pytest.raises(NotAllowed):
        publishing.approve(desi, asked_id)
    assert current() == "Do what was decided"

    publishing.approve(rev, asked_id)

    assert current() == "Do what was agreed"
    assert publications.show(desi, asked_id).state == "in_force"
    newest = versions.listed(desi, KEY)[0]
    assert (newest.number, newest.by, newest.note) == (2, desi.name, "A clearer name")
    with reading() as session:
        kinds = session.scalars(select(AuditEntry.kind).where(AuditEntry.stream == f"pathway/{KEY}"))
        assert list(kinds) == ["publication_asked", "publication_approved", "pathway_put_in_force"]


def test_a_release_does_not_undo_what_people_put_in_force(
    desi: Viewer, rev: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = a_change(desi)
    publishing.approve(rev, publishing.ask(desi, draft.id, revision=2, words="A clearer name"))
    shipped = definitions.shipped()[KEY]
    for release in (shipped, changed(shipped, new='name="As the new release has it"')):
        monkeypatch.setattr(definitions, "shipped", lambda now=release: {KEY: now})
        assert definitions.load_shipped() == []
    assert current() == "Do what was agreed"
    assert [one.number for one in versions.listed(desi, KEY)] == [3, 2, 1]


def test_it_is_returned_with_what_has_to_change(desi: Viewer, rev: Viewer) -> None:
    draft = a_change(desi)
    asked_id = publishing.ask(desi, draft.id, revision=2, words="A clearer name")
    with pytest.raises(BadInput):
        publishing.send_back(rev, asked_id, " ")
    publishing.send_back(rev, asked_id, "Say what was decided.")
    assert drafts.show(desi, draft.id).is_open
    assert publications.show(desi, asked_id).comment == "Say what was decided."
    with pytest.raises(Conflict):
        publishing.approve(rev, asked_id)


def test_it_comes_into_force_on_its_day(desi: Viewer, rev: Viewer, clock: SimulatedClock) -> None:
    draft = a_change(desi)
    day = today() + timedelta(days=3)
    asked_id = publishing.ask(desi, draft.id, revision=2, words="From then on", effective_on=day)
    publishing.approve(rev, asked_id)
    assert (current(), publishing.put_due_in_force()) == ("Do what was decided", 0)
    clock.move_to(clock.now() + timedelta(days=3))
    assert publishing.put_due_in_force() == 1
    assert (current(), publishing.put_due_in_force()) == ("Do what was agreed", 0)


def test_there_is_a_way_back_that_lasts(desi: Viewer, rev: Viewer) -> None:
    draft = a_change(desi)
    publishing.approve(rev, publishing.ask(desi, draft.id, revision=2, words="A clearer name"))
    with pytest.raises(BadInput):
        publishing.roll_back(rev, KEY, 1, "")
    publishing.roll_back(rev, KEY, 1, "Nobody understood it.")
    assert current() == "Do what was decided"
    with pytest.raises(Conflict):
        publishing.roll_back(rev, KEY, 1, "Again")
    publishing.roll_back(rev, KEY, 2, "It was not so bad.")
    definitions.load_shipped()
    assert current() == "Do what was agreed"


def test_what_was_compared_must_still_be_in_force(desi: Viewer, rev: Viewer) -> None:
    first = a_change(desi)
    publishing.approve(rev, publishing.ask(desi, first.id, revision=2, words="One"))
    second = drafts.show(desi, drafting.open_draft(desi, KEY))
    second = drafting.save(
        desi, second.id, revision=1, bundle=changed(second.bundle, NEW, 'name="Second"'), what="Again"
    )
    asked_id = publishing.ask(desi, second.id, revision=2, words="Two")
    publishing.roll_back(rev, KEY, 1, "Too early.")
    with pytest.raises(Conflict):
        publishing.approve(rev, asked_id)


def test_a_drawing_with_an_error_and_one_without_a_change_are_not_sent(desi: Viewer) -> None:
    draft = drafts.show(desi, drafting.open_draft(desi, KEY))
    with pytest.raises(BadInput):
        publishing.ask(desi, draft.id, revision=1, words="Nothing new")
    broken = changed(draft.bundle, 'value="shared/do_agreed_action"', 'value="shared/no_such_form"')
    drafting.save(desi, draft.id, revision=1, bundle=broken)
    with pytest.raises(PathwayRefused):
        publishing.ask(desi, draft.id, revision=2, words="Something new")


def test_a_new_pathway_is_drawn_and_passes_every_check(desi: Viewer, rev: Viewer) -> None:
    draft_id = drafting.new_pathway(desi, "Court transport: booking")
    draft = drafts.show(desi, draft_id)
    assert (draft.key, draft.name) == ("court_transport_booking", "Court transport: booking")
    publishing.approve(rev, publishing.ask(desi, draft_id, revision=1, words="New"))
    assert versions.listed(desi, draft.key)[0].is_current


def test_only_designers_and_administrators_draw(desi: Viewer) -> None:
    sam = accounts.viewer_named("sam@wandsworth.example")
    with pytest.raises(NotFound):
        drafting.open_draft(sam, KEY)
    assert drafts.listed(accounts.viewer_named("ada@wandsworth.example")) == []


def test_the_day_is_none_when_it_has_begun(desi: Viewer) -> None:
    draft = a_change(desi)
    asked_id = publishing.ask(desi, draft.id, revision=2, words="Now", effective_on=date(2020, 1, 1))
    assert publications.show(desi, asked_id).effective_at is None
