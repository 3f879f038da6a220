"""The publishing check: each trap is refused with a sentence that says what to draw instead."""

from __future__ import annotations

import pytest

from app.engine.check import check
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

WRONG = properties(role="social_worker", form="remand/other")
KNOWN = {
    "forms": {"remand/visit"},
    "rules": {"visit.first"},
    "duties": {"WAN-8-09"},
    "processes": {"journey", "placement"},
}
GOOD = line(
    task(
        "visit",
        form="remand/visit",
        due='deadline("visit.first", placed_at)',
        duty="WAN-8-09",
        copy="seen_on",
    ),
    gateway("again", default="end"),
    gateway("merge"),
    throw("tell", message("visited", payload='{"seen_on": visit.seen_on}')),
    service("note", "record_fact", name='"seen_on"', value="visit.seen_on"),
    script("count", "visits = 1"),
    path="start > merge > visit > tell > note > count > again > end; again > merge ? visits < 3",
    messages=("visited",),
)


def found(xml, roles, **known):
    return check(xml.encode() if isinstance(xml, str) else xml, roles=roles, **{**KNOWN, **known})


def one(*parts, path="start > x > end", **more):
    return line(*parts, path=path, **more)


def cycle(text="R3/PT1H", kind="timeCycle"):
    return catch("x", timer(text, kind))


def two_branches(*inside, path):
    return line(
        gateway("fork", "parallel"), task("a"), task("b"), gateway("x", "parallel"), *inside, path=path
    )


SIGNAL = '<bpmn:signalEventDefinition signalRef="S"/>'
LOOPED = '<bpmn:standardLoopCharacteristics loopMaximum="3"/>'


def repeated(inner):
    return f"<bpmn:multiInstanceLoopCharacteristics>{inner}</bpmn:multiInstanceLoopCharacteristics>"


TRAPS = {
    "time_cycle": [one(cycle()), one(cycle("R/P1M", "timeDuration")), one(cycle('"R3/PT1H"', "timeDate"))],
    "event_sub_process": [
        line(
            sub("x", start("s"), end("e"), flows("s > e"), triggeredByEvent="true"),
            task("a"),
            path="start > a > end",
        )
    ],
    "join_in_loop": [
        two_branches(
            gateway("g", default="end"),
            gateway("m"),
            path="start > m > fork > a > x > g > end; fork > b > x; g > m ? again",
        ),
        line(
            gateway("m"),
            gateway("fork", "inclusive", default="a"),
            task("a"),
            task("b"),
            gateway("x", "inclusive"),
            gateway("g", default="end"),
            path="start > m > fork > a > x > g > end; fork > b ? n > 1; b > x; g > m ? again",
        ),
    ],
    "fork_in_loop": [
        line(
            gateway("m"),
            gateway("x", "parallel"),
            task("a"),
            task("b"),
            gateway("g", default="end"),
            path="start > m > x > a > g > end; x > b > m; g > m ? again",
        )
    ],
    "two_timers": [
        line(
            gateway("x", "eventBased"),
            catch("soon", timer("P1D")),
            catch("later", timer("P9D")),
            gateway("m"),
            path="start > x > soon > m > end; x > later > m",
        )
    ],
    "event_gateway": [
        line(gateway("x", "eventBased"), catch("soon", timer("P1D")), path="start > x > soon > end"),
        line(
            gateway("g", "eventBased"),
            catch("soon", timer("P1D")),
            task("x"),
            gateway("m"),
            path="start > g > soon > m > end; g > x > m",
        ),
        line(
            gateway("x", "eventBased"),
            catch("a", message("news")),
            catch("b", message("news")),
            gateway("m"),
            path="start > x > a > m > end; x > b > m",
            messages=("news",),
        ),
    ],
    "loop_without_wait": [
        line(
            gateway("x"),
            script("again", "n = n + 1"),
            gateway("y", default="end"),
            path="start > x > again > y > end; y > x ? n < 9",
        )
    ],
    "loop_without_choice": [line(task("x"), task("y"), path="start > x > y > x; start > end")],
    "no_way_out": [line(gateway("x"), task("a"), task("b"), path="start > x > a > b > x; start > end")],
    "unreachable": [line(task("a"), task("x"), path="start > a > end; x > end")],
    "dead_end": [
        line(task("a"), task("x"), gateway("g", default="a"), path="start > g > a > end; g > x ? n == 1")
    ],
    "two_ways_out": [line(task("x"), task("a"), task("b"), path="start > x > a > end; x > b > end")],
    "condition_ignored": [
        line(task("x"), path="start > x; x > end ? n == 1"),
        line(
            gateway("x", "parallel"),
            task("a"),
            task("b"),
            gateway("j", "parallel"),
            path="start > x > a > j > end; x > b ? n == 1; b > j",
        ),
    ],
    "condition_missing": [line(gateway("x", default="end"), task("a"), path="start > x > end; x > a > end")],
    "default": [
        line(
            gateway("x"),
            task("a"),
            task("b"),
            path="start > x; x > a ? n == 1; x > b ? n == 2; a > end; b > end",
        ),
        line(
            gateway("x", default="nowhere"),
            task("a"),
            path="start > x; x > a ? n == 1; x > end ? n == 2; a > end",
        ),
    ],
    "one_start": [
        diagram(start("s1"), start("s2"), end(), flows("s1 > end; s2 > end")),
        diagram(task("a"), end(), flows("a > end")),
        line(sub("x", task("a"), end("e"), flows("a > e")), path="start > x > end"),
    ],
    "no_end": [diagram(start(), task("a"), flows("start > a"))],
    "flow_ends": [
        line(task("a"), path="start > a > end > a"),
        line(task("a"), path="start > a > end; a > nowhere"),
        line(sub("x", start("s"), end("e"), flows("s > e")), task("a"), path="start > x > a > end; a > s"),
    ],
    "unsupported": [
        one(element("complexGateway", "x")),
        one(element("businessRuleTask", "x")),
        one(element("adHocSubProcess", "x")),
        one(sub("x", start("s"), end("e"), flows("s > e")).replace("subProcess", "transaction")),
        one(task("x"), element("dataStoreReference", "store")),
        one(task("x"), element("choreographyTask", "other")),
        one(task("x"), top=element("dataStore", "store", name="s")),
    ],
    "event_place": [
        one(element("endEvent", "x", SIGNAL), path="start > x; start > end"),
        one(catch("x", SIGNAL)),
        one(throw("x", SIGNAL)),
        one(catch("x", "<bpmn:linkEventDefinition/>")),
        one(throw("x", "<bpmn:compensateEventDefinition/>")),
        one(
            catch(
                "x",
                "<bpmn:conditionalEventDefinition><bpmn:condition>n</bpmn:condition></bpmn:conditionalEventDefinition>",
            )
        ),
        one(catch("x", "<bpmn:errorEventDefinition/>")),
        one(catch("x", "")),
        one(throw("x", "<bpmn:terminateEventDefinition/>")),
        one(throw("x", timer("P1D"))),
        one(catch("x", "<bpmn:eventDefinitionRef>e</bpmn:eventDefinitionRef>")),
        diagram(start("x", timer("P1D")), end(), flows("x > end")),
        diagram(start("x", "<bpmn:errorEventDefinition/>"), end(), flows("x > end")),
        one(
            sub("s", start("x", message("news")), end("e"), flows("x > e")),
            path="start > s > end",
            messages=("news",),
        ),
        one(task("a"), boundary("x", "a", SIGNAL), path="start > a > end; x > end"),
    ],
    "two_events": [one(catch("x", timer("P1D") + message("news")), messages=("news",))],
    "message": [
        one(catch("x", "<bpmn:messageEventDefinition/>")),
        one(throw("x", '<bpmn:messageEventDefinition messageRef="M_other"/>')),
        one(element("sendTask", "x")),
        one(element("receiveTask", "x")),
        one(task("x"), top='<bpmn:message id="M_blank"/>'),
        one(
            task("x"),
            top='<bpmn:message id="M_all" name="all"><bpmn:extensionElements><spiffworkflow:properties>'
            '<spiffworkflow:property name="correlate" value="everybody"/></spiffworkflow:properties>'
            "</bpmn:extensionElements></bpmn:message>",
        ),
    ],
    "not_caught": [
        one(
            sub("s", start("s1"), end("x", "<bpmn:errorEventDefinition/>"), flows("s1 > x")),
            path="start > s > end",
        )
    ],
    "boundary": [
        one(task("a"), boundary("x", "nowhere", timer("P1D")), path="start > a > end; x > end"),
        one(script("a", "n = 1"), boundary("x", "a", timer("P1D")), path="start > a > end; x > end"),
        one(task("a"), boundary("x", "a", "<bpmn:errorEventDefinition/>"), path="start > a > end; x > end"),
        one(
            task("a", repeated("<bpmn:loopCardinality>3</bpmn:loopCardinality>")),
            boundary("x", "a", timer("P1D")),
            path="start > a > end; x > end",
        ),
    ],
    "repetition": [
        one(task("x", LOOPED)),
        one(task("x", repeated("<bpmn:loopDataInputRef>names</bpmn:loopDataInputRef>"))),
        one(
            task(
                "x",
                repeated(
                    "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
                    "<bpmn:completionCondition>n > 1</bpmn:completionCondition>".replace("n > 1", "n &gt; 1")
                ),
            )
        ),
        one(task("x", repeated("<bpmn:loopCardinality>3</bpmn:loopCardinality>"), copy="y")),
        one(script("x", "n = 1").replace("</bpmn:scriptTask>", LOOPED + "</bpmn:scriptTask>")),
    ],
    "timer": [
        one(catch("x", timer("P1.5M"))),
        one(catch("x", timer("14 days"))),
        one(catch("x", timer('"soon"'))),
        one(catch("x", timer("2026-01-01T09:00", "timeDate"))),
        one(catch("x", timer('"2026-01-01T09:00"', "timeDate"))),
        one(catch("x", timer("14"))),
        one(catch("x", "<bpmn:timerEventDefinition/>")),
        one(catch("x", timer("__import__('os')", "timeDate"))),
    ],
    "script": [
        one(script("x", "import os")),
        one(script("x", "print(1)")),
        one(script("x", "if n: m = 1")),
        one(script("x", "today = 1")),
        one(script("x", "n[0] = 1")),
        one(script("x", "")),
        one(script("x", "n ==")),
    ],
    "hidden_script": [
        one(
            element(
                "userTask",
                "x",
                "<bpmn:extensionElements><spiffworkflow:preScript>n = 1</spiffworkflow:preScript>"
                "</bpmn:extensionElements>",
            )
        )
    ],
    "operator": [
        one(element("serviceTask", "x")),
        one(service("x", "launch_rocket")),
        one(service("x", "notify", template="'a'")),
        one(service("x", "record_fact", name="'a'", value="1", extra="2")),
    ],
    "expression": [
        one(task("x", due="deadline(")),
        one(task("x", assign="().__class__")),
        one(task("x", due="2026-01-01T09:00")),
        one(throw("x", message("news", payload="{**everything}")), messages=("news",)),
        one(service("x", "record_fact", name="'a'", value="lambda: 1")),
        line(gateway("x", default="end"), path="start > x > end; x > end ? n ==").replace(
            'id="x_end" sourceRef="x" targetRef="end"><bpmn:cond',
            'id="x_end2" sourceRef="x" targetRef="end"><bpmn:cond',
        ),
    ],
    "function": [
        one(task("x", due='deadlin("visit.first", now())')),
        one(task("x", due='deadline("visit.first")')),
        one(script("x", "n = open('/etc/passwd')")),
    ],
    "name": [one(script("x", "n = today"))],
    "rule": [one(task("x", due='deadline("no.such.rule", now())'))],
    "copy": [
        line(
            task("a", copy="seen_on"),
            task("x", due='deadline("visit.first", a.seen)'),
            path="start > a > x > end",
        ),
        one(task("x", copy="Seen on")),
    ],
    "form": [one(task("x", form="remand/other"))],
    "duty": [one(task("x", duty="WAN-8-09, WAN-99"))],
    "role": [
        one(task("x", role="astronaut")),
        one(element("userTask", "x")),
        one(element("manualTask", "x")),
    ],
    "lane": [
        line(
            '<bpmn:laneSet id="ls"><bpmn:lane id="x" name="Astronaut"><bpmn:flowNodeRef>a</bpmn:flowNodeRef>'
            "</bpmn:lane>"
            "</bpmn:laneSet>",
            task("a"),
            path="start > a > end",
        ),
        line(
            '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Social worker"><bpmn:flowNodeRef>x</bpmn:flowNodeRef>'
            '</bpmn:lane><bpmn:lane id="l2" name="Team manager"><bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane>'
            "</bpmn:laneSet>",
            task("x"),
            path="start > x > end",
        ),
    ],
    "overdue": [one(task("x", overdue="escalate")), one(task("x", due="P1D", overdue="shout"))],
    "sign_off": [
        one(task("x", sign_off="night_porter", form="remand/visit")),
        one(task("x", sign_off="social_worker")),
    ],
    "builds_on": [one(task("x", builds_on="nowhere"))],
    "property": [
        one(
            service("x", "record_fact", name="'a'", value="1").replace(
                "<bpmn:extensionElements>",
                '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="due" value="P1D"/>'
                "</spiffworkflow:properties>",
            )
        ),
        one(
            throw("x", message("news")).replace('id="x">', 'id="x">' + properties(form="remand/visit")),
            messages=("news",),
        ),
    ],
    "variable": [one(catch("x", message("news", variable="today")), messages=("news",))],
    "call": [
        one(element("callActivity", "x")),
        one(element("callActivity", "x", calledElement="journey")),
        one(element("callActivity", "x", calledElement="nowhere")),
    ],
    "data": [one(task("x", "<bpmn:ioSpecification/>"))],
    "id": [
        one(task("x x"), path="start > end"),
        one(task("x" * 65), path=f"start > {'x' * 65} > end"),
        line(task("x"), task("x"), path="start > x > end"),
        one(task("é"), path="start > é > end"),
    ],
    "name_length": [one(element("userTask", "x", properties(role="social_worker"), name="x" * 201))],
    "one_process": [
        line(path="start > end").replace(
            "</bpmn:definitions>", '<bpmn:process id="other"/></bpmn:definitions>'
        )
    ],
}
CASES = [(rule, number) for rule, drawn in TRAPS.items() for number in range(len(drawn))]


def test_a_good_pathway_has_no_findings(roles):
    assert found(GOOD, roles) == []


@pytest.mark.parametrize(("rule", "number"), CASES)
def test_a_trap_is_refused_with_a_sentence(roles, rule, number):
    findings = found(TRAPS[rule][number], roles)

    wanted = "name" if rule == "name_length" else rule
    mine = [finding for finding in findings if finding.rule == wanted]
    assert mine, findings
    assert all(finding.severity == "error" for finding in mine)
    assert all(finding.sentence[0].isupper() or finding.sentence[0] == "“" for finding in mine)
    assert all(
        finding.sentence.rstrip(")”").endswith((".", "(“")) or "(“" in finding.sentence for finding in mine
    )


VISIT = element("userTask", "a", properties(role="social_worker"), name="Visit the child")
PLAN = element("userTask", "a", properties(role="social_worker"), name="Plan")


@pytest.mark.parametrize(
    ("parts", "path", "name"),
    [
        ([element("userTask", "x", WRONG, name="Visit")], "start > x > end", "“Visit”"),
        ([VISIT, element("userTask", "x", WRONG)], "start > a > x > end", "after “Visit the child”"),
        (
            [VISIT, gateway("m"), element("userTask", "x", WRONG)],
            "start > a > m > x > end",
            "after “Visit the child”",
        ),
        ([PLAN, element("userTask", "x", WRONG)], "start > x > a > end", "before “Plan”"),
        ([element("userTask", "x", WRONG)], "start > x > end", "without a name"),
    ],
)
def test_a_finding_names_its_element_in_plain_words(roles, parts, path, name):
    (finding,) = found(one(*parts, path=path), roles)

    assert (finding.element, finding.rule, finding.severity) == ("x", "form", "error")
    called = name if name.startswith("“") else f"the task for a person {name}"
    assert (
        finding.sentence
        == f"The form remand/other of {called} does not exist. Choose one that does, or make it."
    )


def test_what_nobody_can_say_is_not_checked(roles):
    drawn = one(task("x", form="remand/other", duty="D-1", due='deadline("any.rule", now())'))

    assert check(drawn.encode(), roles=roles) == []


def test_an_unknown_property_is_only_a_warning(roles):
    (finding,) = found(one(task("x", formKey="x")), roles)

    assert (finding.rule, finding.severity) == ("property", "warning")


def test_the_drawing_of_a_modeller_is_no_obstacle(roles):
    drawn = GOOD.replace(
        "</bpmn:definitions>",
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="BPMNDiagram_1">'
        '<bpmndi:BPMNPlane id="plane one" bpmnElement="journey"/></bpmndi:BPMNDiagram></bpmn:definitions>',
    )

    assert found(drawn, roles) == []


def test_a_sub_process_that_only_an_event_ends_may_go_on_for_ever(roles):
    inside = sub(
        "while_remanded",
        start("s"),
        gateway("fork", "parallel"),
        task("work"),
        end("done"),
        gateway("merge"),
        catch("news", message("news")),
        task("read"),
        flows("s > fork > work > done; fork > merge > news > read > merge"),
    )
    drawn = line(
        inside,
        boundary("over", "while_remanded", message("over")),
        path="start > while_remanded; over > end",
        messages=("news", "over"),
    )

    assert found(drawn, roles) == []


def test_nested_lanes_of_a_sub_process_give_each_task_its_own_role(roles):
    drawn = line(
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Court officer"/></bpmn:laneSet>',
        sub(
            "box",
            '<bpmn:laneSet id="ls2"><bpmn:lane id="l2" name="Social worker"><bpmn:flowNodeRef>a</bpmn:flowNodeRef>'
            "</bpmn:lane></bpmn:laneSet>",
            start("s"),
            element("userTask", "a"),
            end("e"),
            flows("s > a > e"),
        ),
        path="start > box > end",
    )

    assert found(drawn, roles) == []


def test_a_join_that_waits_for_both_ways_of_a_choice_is_refused(roles):
    drawn = line(
        gateway("choice", default="a"),
        task("a"),
        task("b"),
        gateway("x", "parallel"),
        path="start > choice > a > x > end; choice > b ? n == 1; b > x",
    )

    (finding,) = found(drawn, roles)

    assert (finding.element, finding.rule) == ("x", "join_waits")


def test_a_join_that_waits_for_an_event_that_may_not_happen_is_refused(roles):
    drawn = line(
        gateway("fork", "parallel"),
        task("a"),
        boundary("late", "a", timer("P1D"), False),
        task("b"),
        gateway("x", "parallel"),
        path="start > fork > a > x > end; fork > b > x; late > x",
    )

    assert {finding.rule for finding in found(drawn, roles)} == {"join_waits"}


def test_a_branch_that_comes_back_without_a_join_is_pointed_out(roles):
    drawn = line(
        gateway("fork", "parallel"),
        task("a"),
        task("b"),
        gateway("x"),
        task("last"),
        path="start > fork > a > x > last > end; fork > b > x",
    )

    (finding,) = found(drawn, roles)

    assert (finding.element, finding.rule, finding.severity) == ("last", "done_twice", "warning")


def test_a_tangle_too_large_for_a_dry_run_is_still_checked_in_time(roles):
    branches = [f"b{number}" for number in range(12)]
    parts = [
        part
        for name in branches
        for part in (gateway(f"g{name}", default=f"x{name}"), task(f"x{name}"), task(name))
    ]
    ways = [f"fork > g{name} > x{name} > join; g{name} > {name} ? n; {name} > join" for name in branches]
    drawn = line(
        gateway("fork", "parallel"),
        gateway("join", "parallel"),
        *parts,
        path=f"start > fork; join > end; {';'.join(ways)}",
    )

    assert {finding.rule for finding in found(drawn, roles)} == {"join_waits"}
