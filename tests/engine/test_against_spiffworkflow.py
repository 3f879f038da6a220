"""The same random pathways on SpiffWorkflow as it comes, in memory: the same tasks are open after every step."""

from __future__ import annotations

import random
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

from tests.engine.test_random_pathways import Drawer, whole
from tests.engine.walking import SavedWalk, compiled

BLOCKS = st.recursive(
    st.just("task"),
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), inner, inner),
        st.tuples(st.just("choice"), inner, inner),
        st.tuples(st.just("fork"), inner, inner),
        st.tuples(st.just("loop"), inner),
        st.tuples(st.just("sub"), inner),
    ),
    max_leaves=6,
)


class StockWalk:
    """SpiffWorkflow 3.2.0 with nothing of ours."""

    def __init__(self, xml: str) -> None:
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(etree.fromstring(xml.encode()))
        self.workflow = BpmnWorkflow(parser.get_spec("journey"), parser.get_subprocess_specs("journey"))
        self.workflow.do_engine_steps()

    def ready(self) -> list:
        return self.workflow.get_tasks(state=TaskState.READY, manual=True)

    def open(self) -> list[str]:
        return sorted(task.task_spec.bpmn_id for task in self.ready())

    def do(self, element: str, n: int) -> None:
        task = next(task for task in self.ready() if task.task_spec.bpmn_id == element)
        task.data[element] = {"n": n}
        task.run()
        self.workflow.do_engine_steps()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(block=BLOCKS, seed=st.integers(0, 2**32))
def test_the_engine_as_it_comes_opens_the_same_tasks(roles, context, block, seed):
    xml = re.sub(r"(\w+)\.n == 1", r'\1["n"] == 1', whole(Drawer(), block))
    choice = random.Random(seed)
    ours, stock = SavedWalk(compiled(xml, roles), context, {}, None), StockWalk(xml)
    for _ in range(25):
        assert ours.open() == stock.open()
        assert ours.step.ended == stock.workflow.completed
        if ours.step.ended:
            break
        element, n = choice.choice(ours.open()), choice.choice([0, 0, 1])
        ours.do(element, n=n)
        stock.do(element, n)
