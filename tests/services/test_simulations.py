"""A simulation is kept as its inputs: taken again it is the same, taken back as before, beside another it differs."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask

from app.cli.simulate import simulate
from app.domain.access import Viewer
from app.domain.clock import LONDON, SimulatedClock
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from app.services import (
    accounts,
    definitions,
    kept_versions,
    reference,
    simulated_people,
    simulated_states,
    simulated_walk,
    simulation,
)
from app.services.simulated_view import every_part
from app.services.simulated_walk import Inputs
from app.services.workbench import (
    drafting,
    drafts,
    publishing,
    scenario_runs,
    scenarios,
    side_by_side,
    simulations,
    subjects,
)
from app.services.workbench.side_by_side import SIMULATED, Choice

CHRISTMAS_EVE = datetime(2026, 12, 24, 17, 40, tzinfo=LONDON)
REMAND = Inputs("remand_yda", "wandsworth", CHRISTMAS_EVE)


@pytest.mark.parametrize(
    ("created", "done"),
    [
        ("2026-12-01T08:15", "2026-12-01T10:00"),
        ("2026-12-01T09:00", "2026-12-01T10:00"),
        ("2026-12-01T16:00", "2026-12-01T17:00"),
        ("2026-12-01T16:30", "2026-12-02T09:30"),
        ("2026-12-01T17:00", "2026-12-02T10:00"),
        ("2026-12-05T11:00", "2026-12-07T10:00"),  # a Saturday
        ("2026-12-24T16:59", "2026-12-29T09:59"),  # Christmas, a weekend, and Boxing Day's substitute
    ],
)
def test_a_task_without_a_due_time_is_done_after_one_hour_of_work(created: str, done: str) -> None:
    calendar = reference.calendar_for(reference.profile("default").division)

    for way in ("on-time", "immediately"):
        at = simulated_people.when(
            way, datetime.fromisoformat(created).replace(tzinfo=LONDON), None, calendar
        )
        assert f"{at:%Y-%m-%dT%H:%M}" == (done if way == "on-time" else created)


def test_a_led_simulation_is_the_same_as_a_straight_run() -> None:
    until = CHRISTMAS_EVE + timedelta(days=40)
    straight = simulation.run("remand_yda", profile="wandsworth", start=CHRISTMAS_EVE, until=until)
    end = {"do": "end", "way": "on-time", "at": until.isoformat()}

    led = simulated_walk.walk(REMAND.then(end), definitions.shipped())

    assert list(led.events) == straight["events"]
    assert led.stand.now == until
    assert Inputs.from_text(led.inputs.to_text()) == led.inputs


def test_what_a_process_remembers_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = definitions.shipped()
    until = {"do": "until", "at": (CHRISTMAS_EVE + timedelta(days=3)).isoformat()}
    end = {"do": "end", "way": "late", "at": (CHRISTMAS_EVE + timedelta(days=60)).isoformat()}
    acts = ({"do": "decision"}, *[{"do": "step"}] * 3, until, end, {"do": "decision"}, {"do": "step"})
    impossible = {"do": "complete", "element": "nobody", "nth": 1, "at": "now", "answers": {}}

    led, gone_on = REMAND, []
    for act in acts:
        led = led.then(act)
        gone_on.append(simulated_walk.walk(led, shipped))
    simulated_walk.walk(led.then(impossible), shipped, is_lenient=True)
    with pytest.raises(BadInput, match="not open"):
        simulated_walk.walk(led.then(impossible), shipped)

    for walked in gone_on[2::2]:
        simulated_states.forget()
        assert simulated_walk.walk(walked.inputs, shipped) == walked
    monkeypatch.setattr(simulated_states, "MOST_BYTES", 1)
    assert simulated_walk.walk(led.then(until), shipped, is_lenient=True).skipped
    assert len(simulated_states._states) == 1


def test_no_more_versions_are_kept_than_a_worker_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_versions, "MOST", 3)
    monkeypatch.setattr(kept_versions, "_versions", OrderedDict())
    first, *others = list(definitions.shipped().values())[:4]

    for bundle in (first, *others[:2], first, others[2]):
        definitions.remember(bundle)

    kept = kept_versions.bundles()
    assert len(kept) == 3
    assert first.version_id() in kept
    assert others[0].version_id() not in kept


def test_it_stops_where_somebody_has_to_decide() -> None:
    shipped = definitions.shipped()
    given = replace(REMAND, tasks={"start_resettlement_planning": {"started_on": "2026-12-24"}})

    stopped = simulated_walk.walk(given.then({"do": "decision"}), shipped).stand
    stepped = simulated_walk.walk(given.then({"do": "step"}), shipped).stand

    assert stopped.now == datetime(2026, 12, 24, 23, 59, 59, tzinfo=LONDON)
    assert any(task.element == "agree_placement" for task in stopped.tasks)
    assert "start_resettlement_planning" in stepped.done
    assert stepped.reached < set(every_part(shipped["remand_yda"]))


def test_what_cannot_be_done_is_refused_and_takes_no_longer_than_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shipped = definitions.shipped()
    late = {"do": "complete", "element": "nobody", "nth": 1, "at": "now", "answers": {}}
    with pytest.raises(BadInput, match="not open"):
        simulated_walk.walk(REMAND.then(late), shipped)
    assert simulated_walk.walk(REMAND.then(late), shipped, is_lenient=True).skipped

    monkeypatch.setattr(simulated_walk, "SECONDS", 0.0)
    simulated_states.forget()
    with pytest.raises(BadInput, match="takes too long"):
        simulated_walk.walk(REMAND.then({"do": "end", "way": "never"}), shipped)


def test_a_draft_is_simulated_as_it_was_saved_and_compared(clock: SimulatedClock, filled_app: Flask) -> None:
    desi = accounts.viewer_named("desi@wandsworth.example")
    draft = drafts.show(desi, drafting.open_draft(desi, "remand_yda"))
    old = draft.bundle.main
    new = old.replace('"remand.first_meeting"', '"review.first"')
    assert new != old
    files = {**draft.bundle.files, draft.bundle.main_path: new}
    drafting.save(desi, draft.id, revision=1, bundle=replace(draft.bundle, files=files))
    simulation_id = simulations.begin(desi, "", start=CHRISTMAS_EVE, draft_id=draft.id)

    simulations.act(desi, simulation_id, {"do": "end", "way": "on-time"}, taken=0)
    with pytest.raises(Conflict):
        simulations.act(desi, simulation_id, {"do": "step"}, taken=0)
    here, before = (Choice(SIMULATED, CHRISTMAS_EVE - timedelta(days=days)) for days in (0, 1))
    beside = side_by_side.of_simulation(desi, simulation_id, Choice("version-1", CHRISTMAS_EVE), here)
    starts = side_by_side.of_simulation(desi, simulation_id, before, here)
    simulations.back(desi, simulation_id, taken=1)

    moved = [pair for pair in beside.pairs if pair.kind == "task_created" and pair.days > 5]
    assert beside.a.subject.called == "version 1"
    assert any(pair.why and pair.why_was and pair.is_due for pair in moved)
    assert starts.shift == 1
    assert any(pair.days > 1 for pair in starts.pairs)
    assert simulations.show(desi, simulation_id).walked.stand.now == CHRISTMAS_EVE
    with pytest.raises(NotFound):
        simulations.show(elsewhere(desi), simulation_id)
    sam = accounts.viewer_named("sam@wandsworth.example")
    assert list(subjects.offered(sam, "remand_yda")) == ["version-1"]
    for hidden in (f"draft-{draft.id}", "version-9", "version-x"):
        with pytest.raises((NotFound, NotAllowed)):
            side_by_side.of_pathway(
                sam,
                "remand_yda",
                Choice(hidden, CHRISTMAS_EVE),
                here,
                profile="wandsworth",
                way="late",
                span="90",
            )

    covered = scenario_runs.of_pathway(desi, "remand_yda", f"draft-{draft.id}")
    red = next(result for _, result in covered.found if result.name == "christmas-eve")
    assert "attend_planning_meeting" in covered.reached
    assert covered.by("attend_planning_meeting") == [result.name for _, result in covered.found]
    assert any(part.is_line for key, part in covered.parts.items() if key not in covered.reached)
    assert red.failures[0].startswith(
        "The task “Attend the remand planning meeting” was expected due Tuesday 5"
    )
    with pytest.raises(BadInput, match="“christmas-eve” is red"):
        publishing.ask(desi, draft.id, revision=2, words="Later meetings")
    assert drafts.show(desi, draft.id).is_open
    for result in [one for _, one in covered.found if not one.is_green]:
        scenario_runs.withdraw(desi, "remand_yda", result.name, "The protocol has changed.")
    publishing.ask(desi, draft.id, revision=2, words="Later meetings")
    assert not drafts.show(desi, draft.id).is_open


def elsewhere(viewer: Viewer) -> Viewer:
    return replace(viewer, authority_id="stockport")


def test_a_scenario_is_green_until_a_date_moves() -> None:
    shipped = definitions.shipped()
    (eve,) = [one for one in scenarios.shipped("remand_yda") if one.name == "christmas-eve"]
    bundle = shipped["remand_yda"]
    moved = bundle.main.replace('"remand.first_meeting"', '"review.first"')
    changed = replace(bundle, files={**bundle.files, bundle.main_path: moved})

    (green,) = scenarios.results([eve], shipped)
    (red,) = scenarios.results([eve], {**shipped, bundle.key: changed})

    assert green.is_green
    assert "Tuesday 5 January 2027" in red.failures[0]
    assert "attend_planning_meeting" in green.reached
    assert green.reached < set(every_part(bundle))


def test_the_command_says_whether_a_scenario_is_green(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = definitions.shipped()
    bundle = shipped["remand_yda"]
    moved = bundle.main.replace('"remand.first_meeting"', '"review.first"')
    changed = replace(bundle, files={**bundle.files, bundle.main_path: moved})
    asked = ["remand_yda", "--scenario", "christmas-eve"]

    green = CliRunner().invoke(simulate, asked)
    unknown = CliRunner().invoke(simulate, ["remand_yda", "--scenario", "easter"])
    without = CliRunner().invoke(simulate, ["remand_yda"])
    monkeypatch.setattr(definitions, "shipped", lambda: {**shipped, bundle.key: changed})
    red = CliRunner().invoke(simulate, asked)

    assert (green.exit_code, green.output) == (0, "remand_yda.christmas-eve is green.\n")
    assert "There are: christmas-eve, nobody-does-anything." in str(unknown.exception)
    assert "--scenario NAME" in str(without.exception)
    assert red.exit_code == 1
    assert "Attend the remand planning meeting" in red.output
    assert red.output.endswith("remand_yda.christmas-eve is red.\n")


def test_what_happened_becomes_a_scenario_and_is_withdrawn_with_a_reason(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    desi = accounts.viewer_named("desi@wandsworth.example")
    simulation_id = simulations.begin(desi, "remand_yda", start=CHRISTMAS_EVE)
    offered = scenario_runs.offered(simulations.show(desi, simulation_id))

    scenario_runs.keep(desi, simulation_id, "By hand", list(offered))
    ran = {one.name: result for one, result in scenario_runs.of_pathway(desi, "remand_yda").found}
    with pytest.raises(BadInput):
        scenario_runs.withdraw(desi, "remand_yda", "by-hand", " ")
    scenario_runs.withdraw(desi, "remand_yda", "christmas-eve", "The protocol has changed.")

    assert ran["by-hand"].is_green
    names = [one.name for one in scenarios.of_pathway("remand_yda")]
    assert "by-hand" in names
    assert "christmas-eve" not in names
