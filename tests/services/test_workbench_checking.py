"""A draft's findings as its designer meets them: accepted with a reason, and duties that must not be lost unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, now
from app.domain.errors import BadInput, Conflict, NotFound, PathwayRefused
from app.services import accounts, children, definitions, instances, simulated_answers
from app.services.workbench import affected, checking, comparing, drafting, drafts, publishing
from app.store.db import reading

KEY = "court_date"
FORM = 'name="form" value="shared/record_hearing_result"'
DUTY = 'name="duty" value='


@pytest.fixture
def desi(clock: SimulatedClock, filled_app: Flask) -> Viewer:
    """A designer; the pathway is in force as it was shipped."""
    definitions.publish(definitions.shipped()[KEY], note="Shipped with this release")
    return accounts.viewer_named("desi@wandsworth.example")


def begun(viewer: Viewer) -> drafts.Draft:
    return drafts.show(viewer, drafting.open_draft(viewer, KEY))


def redrawn(viewer: Viewer, draft: drafts.Draft, old: str, new: str) -> drafts.Draft:
    assert old in draft.bundle.main
    text = draft.bundle.main.replace(old, new)
    bundle = replace(draft.bundle, files={**draft.bundle.files, draft.bundle.main_path: text})
    return drafting.save(viewer, draft.id, revision=draft.revision, bundle=bundle, what="Redrawn")


def test_a_finding_is_accepted_with_a_reason_and_taken_back(desi: Viewer) -> None:
    draft = begun(desi)
    before = checking.of_draft(desi, draft)
    place = next(place for place in before.places if place.element == "record_hearing_result")
    assert (place.name, place.kind) == ("Record the result of the hearing", "task for a person")
    about = {"element": place.element, "rule": "deadline_without_duty"}

    (shipped,) = before.waived
    taken_back = checking.withdraw(desi, draft.id, revision=1, **about)
    open_again = checking.of_draft(desi, taken_back)
    assert (list(open_again.waived), len(open_again.warnings)) == ([], len(before.warnings) + 1)
    (said,) = comparing.draft(desi, draft.id)[1].found.changes
    assert said.what == "Accepted findings"
    with pytest.raises(BadInput):
        checking.withdraw(desi, draft.id, revision=2, **about)

    with pytest.raises(BadInput):
        checking.waive(desi, draft.id, revision=2, reason=" ", **about)
    accepted = checking.waive(desi, draft.id, revision=2, reason=shipped.waived, **about)
    assert checking.of_draft(desi, accepted).findings == before.findings
    assert comparing.draft(desi, draft.id)[1].found.is_empty


def test_what_would_lose_work_cannot_be_accepted(desi: Viewer) -> None:
    draft = redrawn(desi, begun(desi), FORM, FORM.replace("record", "write"))
    errors = checking.of_draft(desi, draft).errors
    assert errors

    with pytest.raises(Conflict):
        checking.waive(
            desi, draft.id, revision=2, element=errors[0].element, rule=errors[0].rule, reason="Please."
        )
    with pytest.raises(PathwayRefused):
        publishing.ask(desi, draft.id, revision=2, words="It is new.")


def test_a_duty_that_the_draft_drops_keeps_it_from_being_published_until_somebody_says_why(
    desi: Viewer,
) -> None:
    draft = begun(desi)
    duty = next(one for one in _duties(draft) if one.startswith("WAN"))
    definition = definitions.shipped()[KEY].main
    holding = definition[definition.index(duty) - 40 : definition.index(duty) + len(duty) + 40]
    accepted_before = affected.readiness(desi, draft).waived
    draft = redrawn(desi, draft, duty, next(other for other in _duties(draft) if other != duty))
    lost = [one for one in checking.of_draft(desi, draft).findings if checking.is_lost_duty(one)]

    assert [one.rule for one in lost] == [f"lost_duty.{duty}"], holding
    assert f"{duty} was met by “" in lost[0].sentence
    if lost[0].stops:
        assert not affected.readiness(desi, draft).can_be_asked
    checking.waive(
        desi,
        draft.id,
        revision=2,
        element=lost[0].element,
        rule=lost[0].rule,
        reason="The panel does it now.",
    )

    now = drafts.show(desi, draft.id)
    assert affected.readiness(desi, now).errors == ()
    assert affected.readiness(desi, now).waived == accepted_before + 1
    publishing.ask(desi, draft.id, revision=3, words="The panel does it now.")


def _duties(draft: drafts.Draft) -> list[str]:
    return [one.split('"')[0].split(",")[0].strip() for one in draft.bundle.main.split(f'{DUTY}"')[1:]]


def test_the_open_tasks_of_a_step_that_the_draft_changes_are_counted(desi: Viewer) -> None:
    dora = accounts.viewer_named("dora@wandsworth.example")
    child = children.search(dora, "alex example")[0].id
    with reading() as session:
        version = definitions.current(session, KEY)
        form = definitions.form(session, version.version_id, version.start_form)
    instances.start(dora, KEY, child, simulated_answers.for_start(form, {}, now()))
    draft = redrawn(desi, begun(desi), 'name="Tell ', 'name="Now tell ')

    ready = affected.readiness(desi, draft)

    assert [one.pathways for one in ready.running] == [1]
    assert [(one.element, one.tasks) for one in ready.touched] == [("tell_of_court_date", 1)]
    assert ready.touched[0].name.startswith("Now tell ")


def test_only_designers_look_at_drafts_and_everybody_at_versions(desi: Viewer) -> None:
    draft = begun(desi)
    sam = accounts.viewer_named("sam@wandsworth.example")

    with pytest.raises(NotFound):
        checking.of_draft(sam, draft)
    with pytest.raises(NotFound):
        comparing.draft(sam, draft.id)
    assert comparing.two_versions(sam, KEY, 1, None).old is None
    with pytest.raises(NotFound):
        comparing.two_versions(sam, KEY, 1, 7)
