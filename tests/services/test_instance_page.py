"""A running pathway as its page shows it: its steps' times, what was said, and where the drawing leads on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.domain.errors import NotFound
from app.engine.contracts import Bundle
from app.services import children, definitions, instance_view, instances, messages, timers
from app.store.db import reading
from app.store.instances import TaskHistory
from tests.engine import diagrams as d
from tests.services.test_lists import remand_of, somebody

pytestmark = pytest.mark.usefixtures("filled_app")


def test_each_step_has_its_times_and_leads_to_what_it_started(clock: SimulatedClock) -> None:
    # given
    instance_id = remand_of("alex", clock)
    with reading() as session:
        lines = session.scalars(select(TaskHistory).where(TaskHistory.instance_id == instance_id)).all()

    # when
    view = instance_view.show(somebody("dora"), instance_id)

    # then: the same as one counts by hand
    for one in view.elements:
        own = [line for line in lines if line.element_id == one.element_id]
        left = [line.left_at for line in own if line.left_at]
        assert (one.times, one.completed) == (len(own), sum(line.how == "completed" for line in own))
        assert (one.entered_at, one.left_at) == (
            min(line.entered_at for line in own),
            max(left, default=None),
        )
        assert one.is_open == (len(left) < len(own))
    assert {one.element_id for one in view.elements} == {line.element_id for line in lines}

    # and: what a step started is reached from it, and leads back
    started = {lead.element_id: lead.instance_id for lead in view.drawn.leads}
    other = instance_view.show(somebody("dora"), started["start_release_planning"] or "")
    assert other.instance.definition_key == "release_or_trial_planning"
    assert [lead.instance_id for lead in other.drawn.leads if lead.instance_id == instance_id] == [
        instance_id
    ]
    assert view.news[0].instance_id in {view.instance.id, *started.values()}

    # and: each escalation from the step that was late
    clock.move_to(clock.now() + timedelta(days=3))
    while timers.drain():
        pass
    view = instance_view.show(somebody("dora"), instance_id)
    ladders = {one.id for one in view.related if one.definition_key == "escalation"}
    late = [lead.element_id for lead in view.drawn.leads if lead.instance_id in ladders]
    assert len(late) == len(ladders) > 0
    assert set(late) <= {task.element_id for task in view.tasks if task.is_overdue}


def test_a_message_says_from_whom_it_came(clock: SimulatedClock) -> None:
    instance_id = remand_of("alex", clock)
    dora = somebody("dora")
    messages.send(dora, instance_id, "hearing_date_set", {"hearing_at": clock.now().isoformat()})

    told = instance_view.show(dora, instance_id).messages

    assert [(one.name, one.sender) for one in told if not one.is_received] == [
        ("hearing_date_set", dora.name),
        ("start_release_planning", ""),
    ]


def test_a_process_that_is_called_is_drawn_by_itself(clock: SimulatedClock) -> None:
    # given
    look = d.task("look").replace('id="look"', 'id="look" name="Look"')
    call = d.element("callActivity", "go_in", calledElement="inner_way", name="Go in")
    inner = d.diagram(d.start(), look, d.end(), d.flows("start > look > end"), key="inner_way")
    outer = d.diagram(d.start(), call, d.end(), d.flows("start > go_in > end"), key="outer_way")
    files = {"mine/outer_way.bpmn": outer, "mine/inner_way.bpmn": inner}
    definitions.make_current(Bundle("outer_way", files, {}), note="Ours")
    dora = somebody("dora")
    alex = children.search(dora, "alex")[0]
    instance_id = instances.start(dora, "outer_way", alex.id, {})

    # when
    whole = instance_view.show(dora, instance_id)
    part = instance_view.show(dora, instance_id, "inner_way")

    # then
    assert [(lead.element_id, lead.process) for lead in whole.drawn.leads] == [("go_in", "inner_way")]
    assert (whole.xml, part.xml) == (outer, inner)
    assert "look" in part.active
    with pytest.raises(NotFound):
        instance_view.show(dora, instance_id, "somewhere")
