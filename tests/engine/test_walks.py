"""Walks through small pathways, each both straight and with save and restore between all steps."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from app.domain.errors import EngineFailure, StaleTask
from tests.engine.diagrams import (
    boundary,
    catch,
    diagram,
    element,
    end,
    flows,
    gateway,
    line,
    message,
    properties,
    script,
    service,
    start,
    sub,
    task,
    throw,
    timer,
)
from tests.engine.walking import at, seen

REMAND = diagram(
    """<bpmn:laneSet id="outer"><bpmn:lane id="l1" name="Court officer"><bpmn:flowNodeRef>record</bpmn:flowNodeRef>
    <bpmn:flowNodeRef>outcome</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>""",
    start(inner=message("remand_ordered", variable="order"), form="remand/start"),
    element(
        "userTask", "record", properties(copy="placed_at, court", duty="A-1, A-2"), name="Record the order"
    ),
    sub(
        "while_remanded",
        """<bpmn:laneSet id="inner"><bpmn:lane id="l2" name="Social worker"><bpmn:flowNodeRef>visit</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>panel</bpmn:flowNodeRef><bpmn:flowNodeRef>revise</bpmn:flowNodeRef></bpmn:lane>
        <bpmn:lane id="l3" name="Team manager"><bpmn:flowNodeRef>allocate</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>keep</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>""",
        start("placed"),
        gateway("fork", "parallel"),
        element("userTask", "allocate", properties(copy="worker")),
        boundary("late", "allocate", timer('deadline("allocate", record.placed_at)', "timeDate"), False),
        throw("escalate", message("escalate", payload='{"element": "allocate", "level": 1}')),
        end("escalated"),
        throw(
            "start_visits", message("visits", payload='{"worker": allocate.worker, "at": record.placed_at}')
        ),
        element("userTask", "visit", properties(due='deadline("visit.first", record.placed_at)')),
        element("userTask", "panel", properties(copy="agreed")),
        gateway("agreed", default="revise"),
        element("userTask", "revise"),
        gateway("join", "parallel"),
        element("userTask", "keep"),
        end("done"),
        flows(
            """placed > fork; fork > allocate > start_visits > join; late > escalate > escalated
            fork > visit > join; fork > panel > agreed; agreed > join ? panel.agreed == "yes"
            agreed > revise > panel; join > keep > done"""
        ),
    ),
    boundary("remand_over", "while_remanded", message("remand_ended", variable="ending")),
    element("userTask", "outcome"),
    end(),
    flows("start > record > while_remanded > outcome > end; remand_over > outcome"),
    messages=("remand_ordered", "escalate", "visits", "remand_ended"),
)
PLACED = {"placed_at": "2026-12-24T17:40:00+00:00"}


def test_a_remand_runs_as_drawn(walk):
    remand = walk(REMAND, variables={"child_id": "c1"}, payload={"hearing": "h1"})
    assert remand.open() == ["record"]
    assert seen(remand.step) == [("start", True, "completed"), ("record", True, None)]

    remand.do("record", **PLACED, court="Crown", notes="not copied")
    assert remand.open() == ["allocate", "panel", "visit"]
    assert {t.element.id: t.element.role for t in remand.step.tasks} == {
        "allocate": "team_manager",
        "panel": "social_worker",
        "visit": "social_worker",
    }
    assert [s.name for s in remand.step.subscriptions] == ["remand_ended"]
    assert seen(remand.step)[1:3] == [("while_remanded", True, None), ("placed", True, "completed")]

    step = remand.fire("late")
    assert [(m.name, m.payload) for m in step.messages] == [("escalate", {"element": "allocate", "level": 1})]
    assert remand.open() == ["allocate", "panel", "visit"]
    assert step.timers == ()

    step = remand.do("allocate", worker="w1")
    assert step.messages[0].payload == {"worker": "w1", "at": PLACED["placed_at"]}
    for _ in range(3):
        remand.do("panel", agreed="no")
        assert remand.open() == ["revise", "visit"]
        remand.do("revise")
    remand.do("panel", agreed="yes")
    assert remand.open() == ["visit"]
    remand.do("visit")
    assert remand.open() == ["keep"]
    remand.do("keep")
    assert remand.open() == ["outcome"]
    step = remand.do("outcome")
    assert step.ended
    assert step.end_events == ("end",)


def test_the_end_of_the_remand_interrupts_everything_inside(walk):
    remand = walk(REMAND, payload={})
    remand.do("record", **PLACED)
    remand.do("panel", agreed="no")

    step = remand.tell("remand_ended", outcome="bail")

    assert remand.open() == ["outcome"]
    assert step.timers == () == step.subscriptions
    changed = {row.element_id: row.left for row in step.history}
    assert changed == {
        "remand_over": "completed",
        "outcome": None,
        "while_remanded": "cancelled",
        "allocate": "cancelled",
        "visit": "cancelled",
        "revise": "cancelled",
    }
    assert remand.do("outcome").ended


def test_a_due_time_explains_itself_and_the_earlier_rule_wins(walk):
    remand = walk(REMAND, payload={})

    remand.do("record", **PLACED)

    due = next(task.due for task in remand.step.tasks if task.element.id == "visit")
    assert due.key == "visit.first"
    assert due.due_on.isoformat() == "2026-12-31"
    assert due.won_by == "statutory"
    assert "regulation 28" in due.explanation


def test_a_timer_is_due_at_the_deadline_in_utc(walk):
    remand = walk(REMAND, payload={})

    remand.do("record", **PLACED)

    (waiting,) = remand.step.timers
    assert (waiting.element_id, waiting.due_at) == ("late", at("2026-12-25T17:40:00+00:00"))
    assert waiting.due_at.tzinfo is UTC


def test_a_timer_that_is_long_due_does_not_fire_by_itself(walk):
    remand = walk(REMAND, payload={})
    remand.do("record", **PLACED)

    remand.wait(timedelta(days=400))
    step = remand.do("visit")

    assert [timer.element_id for timer in step.timers] == ["late"]
    assert step.messages == ()


def test_answers_that_are_not_copied_are_not_kept(walk):
    remand = walk(
        line(task("a", copy="x"), task("b", assign="a.x"), task("c", assign="a.y"), path="start>a>b>c>end")
    )

    remand.do("a", x="w1", y="secret")

    assert remand.step.tasks[0].assign == "w1"
    with pytest.raises(EngineFailure, match="no y in a"):
        remand.do("b")


def test_parallel_branches_never_lose_each_other_s_answers(walk):
    both = line(
        gateway("fork", "parallel"),
        task("a", copy="x"),
        task("b", copy="x"),
        script("count_a", "total = total + a.x"),
        script("count_b", "total = total + b.x"),
        gateway("join", "parallel"),
        throw("tell", message("sums", payload='{"a": a.x, "b": b.x, "total": total}')),
        task("last"),
        path="start > fork > a > count_a > join > tell > last > end; fork > b > count_b > join",
        messages=("sums",),
    )
    for first, second in (("a", "b"), ("b", "a")):
        sums = walk(both, variables={"total": 100})
        sums.do(first, x=1 if first == "a" else 2)
        step = sums.do(second, x=1 if second == "a" else 2)
        assert step.messages[0].payload == {"a": 1, "b": 2, "total": 103}


def test_what_was_answered_in_an_interrupted_sub_process_is_still_known(walk):
    pathway = walk(
        line(
            sub("inside", start("s"), task("a", copy="x"), task("b"), end("e"), flows("s>a>b>e")),
            boundary("stop", "inside", message("stop")),
            task("after", assign="a.x"),
            path="start > inside > after > end; stop > after",
            messages=("stop",),
        )
    )
    pathway.do("a", x="w9")

    pathway.tell("stop")

    assert pathway.step.tasks[0].assign == "w9"


def test_a_task_nobody_has_done_reads_as_empty_answers(walk):
    pathway = walk(
        line(
            task("a"),
            gateway("g", default="b"),
            task("b", copy="y"),
            task("c"),
            gateway("m"),
            path="start > a > g; g > b > m > end; g > c ? b.y == None; c > m",
        )
    )

    pathway.do("a")

    assert pathway.open() == ["c"]


@pytest.mark.parametrize(("way", "after"), [("time", "after_time"), ("told", "after_told")])
def test_an_event_based_gateway_goes_one_way_only(walk, way, after):
    pathway = walk(
        line(
            gateway("choose", "eventBased"),
            catch("time", timer("P10D")),
            catch("told", message("news", variable="news")),
            task("after_time"),
            task("after_told", assign='news.get("who")'),
            gateway("merge"),
            path="start > choose > time > after_time > merge > end; choose > told > after_told > merge",
            messages=("news",),
        )
    )
    assert seen(pathway.step)[-1] == ("choose", True, None)
    assert pathway.step.timers[0].element_id == "time"
    assert pathway.step.timers[0].due_at == at("2027-01-03T17:40:00+00:00")
    assert pathway.step.timers[0].ref != pathway.step.subscriptions[0].ref

    step = pathway.fire("time") if way == "time" else pathway.tell("news", who="w3")

    assert pathway.open() == [after]
    assert step.timers == () == step.subscriptions
    assert seen(step) == [("choose", False, "completed"), (way, True, "completed"), (after, True, None)]
    if way == "told":
        assert step.tasks[0].assign == "w3"


def test_only_the_named_subscription_hears_a_message(walk):
    pathway = walk(
        line(
            gateway("fork", "parallel"),
            catch("one", message("news")),
            catch("two", message("news")),
            task("after_one"),
            task("after_two"),
            gateway("join", "parallel"),
            path="start > fork > one > after_one > join > end; fork > two > after_two > join",
            messages=("news",),
        )
    )
    refs = {waiting.element_id: waiting.ref for waiting in pathway.step.subscriptions}

    pathway.deliver([refs["two"]], "news", {})

    assert pathway.open() == ["after_two"]
    assert [waiting.element_id for waiting in pathway.step.subscriptions] == ["one"]


def test_a_message_that_a_pathway_sends_does_not_reach_itself_inside_the_engine(walk):
    pathway = walk(
        line(
            gateway("fork", "parallel"),
            catch("hear", message("news")),
            throw("say", message("news", payload='{"n": 1}')),
            gateway("join", "parallel"),
            path="start > fork > hear > join > end; fork > say > join",
            messages=("news",),
        )
    )

    assert [m.name for m in pathway.step.messages] == ["news"]
    assert [s.element_id for s in pathway.step.subscriptions] == ["hear"]


def test_the_payload_of_a_starting_message_becomes_variables(walk):
    pathway = walk(
        diagram(
            start(inner=message("begin", variable="call")),
            task("a", assign="worker"),
            task("b", assign="call.worker"),
            end(),
            flows("start > a > b > end"),
            messages=("begin",),
        ),
        variables={"child_id": "c1"},
        payload={"worker": "w5"},
    )

    assert pathway.step.tasks[0].assign == "w5"
    pathway.do("a")
    assert pathway.step.tasks[0].assign == "w5"


def test_a_service_task_asks_for_an_effect(walk):
    pathway = walk(
        line(
            service("tell", "notify", template='"alert"', to='recipients("remand_alert")'),
            path="start>tell>end",
        )
    )

    (effect,) = pathway.step.effects
    assert (effect.element_id, effect.operator) == ("tell", "notify")
    assert effect.parameters == {"template": "alert", "to": ["social_worker", "team_manager"]}
    assert pathway.step.ended


def test_a_called_process_keeps_its_variables_to_itself_and_hands_them_back(walk):
    inner = diagram(
        start(),
        task("place", copy="where"),
        script("note", "found = place.where"),
        end(),
        flows("start > place > note > end"),
        key="placement",
    )
    outer = line(
        gateway("fork", "parallel"),
        element("callActivity", "first", calledElement="placement"),
        element("callActivity", "second", calledElement="placement"),
        gateway("join", "parallel"),
        task("last", assign="found"),
        path="start > fork > first > join > last > end; fork > second > join",
    )
    pathway = walk(outer, inner)
    assert pathway.open() == ["place", "place"]
    first, second = (task.ref for task in pathway.step.tasks)

    pathway.complete(first, {"where": "here"})
    pathway.complete(second, {"where": "there"})

    assert pathway.open() == ["last"]
    assert pathway.step.tasks[0].assign == "there"


def test_an_error_at_the_end_of_a_sub_process_is_caught_at_its_border(walk):
    pathway = walk(
        line(
            sub(
                "inside",
                start("s"),
                task("a", copy="ok"),
                gateway("g", default="fine"),
                end("fine"),
                end("wrong", '<bpmn:errorEventDefinition errorRef="E1"/>'),
                flows("s > a > g > fine; g > wrong ? a.ok == False"),
            ),
            boundary("caught", "inside", '<bpmn:errorEventDefinition errorRef="E1"/>'),
            task("after"),
            task("repair"),
            gateway("merge"),
            path="start > inside > after > merge > end; caught > repair > merge",
            top='<bpmn:error id="E1" name="wrong" errorCode="e1"/>',
        )
    )

    pathway.do("a", ok=False)

    assert pathway.open() == ["repair"]


def test_a_terminate_end_event_ends_everything(walk):
    pathway = walk(
        diagram(
            start(),
            gateway("fork", "parallel"),
            task("a"),
            task("b"),
            end(),
            end("stop", "<bpmn:terminateEventDefinition/>"),
            flows("start > fork > a > end; fork > b > stop"),
        )
    )

    step = pathway.do("b")

    assert step.ended
    assert step.tasks == ()
    assert ("a", False, "cancelled") in seen(step)
    assert step.end_events == ("stop",)


def test_a_pathway_ends_when_every_branch_has_ended(walk):
    pathway = walk(
        diagram(
            start(),
            gateway("fork", "parallel"),
            task("a"),
            task("b"),
            end("end_a"),
            end("end_b"),
            flows("start > fork > a > end_a; fork > b > end_b"),
        )
    )

    first = pathway.do("a")
    second = pathway.do("b")

    assert (first.ended, first.end_events) == (False, ("end_a",))
    assert (second.ended, second.end_events) == (True, ("end_b",))


def test_an_inclusive_gateway_waits_for_the_branches_that_it_took(walk):
    pathway = walk(
        line(
            gateway("some", "inclusive", default="c"),
            task("a"),
            task("b"),
            task("c"),
            gateway("merge", "inclusive"),
            task("last"),
            path="""start > some > c > merge > last > end
            some > a ? n > 0; some > b ? n > 1; a > merge; b > merge""",
        ),
        variables={"n": 2},
    )
    assert pathway.open() == ["a", "b"]

    pathway.do("b")
    assert pathway.open() == ["a"]
    pathway.do("a")

    assert pathway.open() == ["last"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_task_can_be_repeated_a_number_of_times(walk, sequential):
    pathway = walk(
        line(
            task(
                "each",
                f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
                '<bpmn:loopCardinality>len(recipients("remand_alert"))</bpmn:loopCardinality>'
                "</bpmn:multiInstanceLoopCharacteristics>",
            ),
            task("last"),
            path="start > each > last > end",
        )
    )
    assert pathway.open() == (["each"] if sequential == "true" else ["each", "each"])

    pathway.do("each")
    pathway.do("each")

    assert pathway.open() == ["last"]


def test_an_escalation_is_caught_at_the_border_and_the_work_goes_on(walk):
    escalation = '<bpmn:escalationEventDefinition escalationRef="X1"/>'
    pathway = walk(
        line(
            sub(
                "inside",
                start("s"),
                task("a"),
                throw("raise", escalation),
                task("b"),
                end("e"),
                flows("s > a > raise > b > e"),
            ),
            boundary("raised", "inside", escalation, False),
            task("look"),
            end("looked"),
            path="start > inside > end; raised > look > looked",
            top='<bpmn:escalation id="X1" name="x" escalationCode="x1"/>',
        )
    )

    pathway.do("a")
    assert pathway.open() == ["b", "look"]
    pathway.do("look")

    assert pathway.do("b").ended


@pytest.mark.parametrize("host", ["userTask", "callActivity", "receiveTask"])
def test_an_interrupting_timer_takes_over_from_what_it_sits_on(walk, host):
    inner = diagram(start(), task("deep"), end(), flows("start > deep > end"), key="inner")
    more = {"callActivity": {"calledElement": "inner"}, "receiveTask": {"messageRef": "M_news"}}.get(host, {})
    pathway = walk(
        line(
            element(host, "a", **more),
            boundary("late", "a", timer("P1D")),
            task("after"),
            gateway("merge"),
            path="start > a > merge > end; late > after > merge",
            messages=("news",),
        ),
        inner,
    )

    step = pathway.fire("late")

    assert pathway.open() == ["after"]
    assert step.subscriptions == ()
    assert ("a", False, "cancelled") in seen(step)
    assert pathway.do("after").ended


def test_a_receive_task_waits_for_its_message(walk):
    pathway = walk(
        line(element("receiveTask", "hear", messageRef="M_news"), path="start>hear>end", messages=("news",))
    )
    assert seen(pathway.step)[-1] == ("hear", True, None)

    assert pathway.tell("news").ended


def test_a_non_interrupting_event_on_a_sub_process_leaves_it_running(walk):
    pathway = walk(
        line(
            sub("inside", start("s"), task("a"), end("e"), flows("s>a>e")),
            boundary("news", "inside", message("news"), False),
            task("read"),
            end("was_read"),
            path="start > inside > end; news > read > was_read",
            messages=("news",),
        )
    )

    pathway.tell("news")
    assert pathway.open() == ["a", "read"]
    assert pathway.do("a").ended is False

    assert pathway.do("read").ended is True


def test_a_sub_process_inside_a_sub_process_is_interrupted_with_it(walk):
    pathway = walk(
        line(
            sub(
                "outer",
                start("s1"),
                sub("inner", start("s2"), task("a"), end("e2"), flows("s2>a>e2")),
                boundary("late", "inner", timer("P1D"), False),
                task("chase"),
                end("e1"),
                end("e3"),
                flows("s1>inner>e1; late>chase>e3"),
            ),
            boundary("stop", "outer", message("stop")),
            task("after"),
            path="start>outer>after>end; stop>after",
            messages=("stop",),
        )
    )
    pathway.fire("late")
    assert pathway.open() == ["a", "chase"]

    pathway.tell("stop")

    assert pathway.open() == ["after"]
    assert {row.element_id for row in pathway.step.history if row.left == "cancelled"} == {
        "outer",
        "inner",
        "a",
        "chase",
    }


@pytest.mark.parametrize(
    ("text", "kind", "due"),
    [
        ("PT1H", "timeDuration", "2026-12-24T18:40:00+00:00"),
        ('"P1M"', "timeDuration", "2027-01-24T17:40:00+00:00"),
        ("days(3)", "timeDuration", "2026-12-27T17:40:00+00:00"),
        ("2027-07-01", "timeDate", "2027-06-30T23:00:00+00:00"),
        ('"2027-07-01T09:00:00+01:00"', "timeDate", "2027-07-01T08:00:00+00:00"),
        ("now() + hours(2)", "timeDate", "2026-12-24T19:40:00+00:00"),
        ("hearing", "timeDate", "2027-02-01T10:00:00+00:00"),
        ("working_days(-1, hearing)", "timeDate", "2027-01-29T00:00:00+00:00"),
    ],
)
def test_a_timer_understands(walk, text, kind, due):
    pathway = walk(
        line(catch("wait", timer(text, kind)), path="start > wait > end"),
        variables={"hearing": "2027-02-01T10:00:00+00:00"},
    )

    assert pathway.step.timers[0].due_at == at(due)
    assert pathway.fire("wait").ended


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("P1D", "2026-12-25T17:40:00+00:00"),
        ("2026-12-30", "2026-12-30T23:59:59+00:00"),
        ("hearing", "2027-02-01T10:00:00+00:00"),
        ("working_days(2)", "2026-12-30T23:59:59+00:00"),
        ("None", None),
    ],
)
def test_a_due_property_understands(walk, text, due):
    pathway = walk(
        line(task("a", due=text), path="start>a>end"), variables={"hearing": "2027-02-01T10:00:00+00:00"}
    )

    found = pathway.step.tasks[0].due
    assert (found and found.due_at) == (due and at(due))


def test_a_due_time_counts_from_when_the_task_was_entered_not_from_each_step(walk):
    pathway = walk(
        line(
            gateway("fork", "parallel"),
            task("a", due="P5D"),
            task("b"),
            gateway("join", "parallel"),
            path="start > fork > a > join > end; fork > b > join",
        )
    )
    before = next(task.due for task in pathway.step.tasks if task.element.id == "a")

    pathway.wait(timedelta(days=3))
    pathway.do("b")

    assert pathway.step.tasks[0].due == before


def test_a_task_that_is_open_no_longer_is_stale(walk):
    pathway = walk(line(task("a"), task("b"), path="start>a>b>end"))
    ref = pathway.step.tasks[0].ref
    pathway.do("a")

    with pytest.raises(StaleTask):
        pathway.complete(ref, {})
    with pytest.raises(StaleTask):
        pathway.complete("no such ref", {})
    with pytest.raises(StaleTask):
        pathway.fire_ref(ref)
    with pytest.raises(StaleTask):
        pathway.deliver([ref], "news", {})
