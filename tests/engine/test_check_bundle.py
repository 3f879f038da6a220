"""The check of a whole pathway: forms, answers, messages and duties; and findings that somebody accepts."""

from __future__ import annotations

import pytest

from app.domain.errors import BadInput, NotFound
from app.engine import check_messages, waivers
from app.engine.check_bundle import check_bundle
from app.engine.check_duties import lost_duties
from app.engine.check_elements import Known
from app.engine.contracts import Bundle, Finding
from tests.engine.diagrams import (
    boundary,
    catch,
    element,
    end,
    flows,
    gateway,
    line,
    message,
    properties,
    script,
    start,
    sub,
    task,
    throw,
    timer,
)


def question(key: str, kind: str = "textfield", **more: object) -> dict[str, object]:
    return {"type": kind, "key": key, "label": key.replace("_", " "), **more}


OUTCOME = question(
    "outcome",
    "radio",
    values=[{"label": "Bail", "value": "bail"}, {"label": "Remand", "value": "remand"}],
)
FORMS = {
    "remand/visit": {"type": "default", "components": [question("seen_by"), OUTCOME]},
    "remand/start": {"type": "default", "components": [question("placed_at")]},
    "remand/picture": {"type": "default", "components": [question("seen_by"), {"type": "image", "key": "x"}]},
}
VISIT = task("visit", form="remand/visit", copy="seen_by,outcome")


def found(roles, xml, others=(), told=(), **known):
    bundle = Bundle("journey", {"remand/journey.bpmn": xml}, FORMS)
    around = check_messages.around([bundle, *others], told)
    all_known = {
        "forms": set(FORMS), "rules": {"visit.first"}, "duties": {"WAN-8-09"}, "processes": None, **known
    }  # fmt: skip
    findings = check_bundle(bundle, Known(roles=roles, **all_known), around)["remand/journey.bpmn"]
    return [finding for finding in findings if finding.rule != "no_picture"]


def rules(findings):
    return {(finding.element, finding.rule, finding.severity) for finding in findings}


def asking(*parts, path, **more):
    return line(*parts, path=path, **more)


TRAPS = {
    "copy_unasked": (task("x", form="remand/visit", copy="seen_by, weight"), "start > x > end", "error"),
    "form_content": (task("x", form="remand/picture"), "start > x > end", "error"),
    "name_unknown": (script("x", "n = visits + 1"), "start > x > end", "error"),
    "used_before_asked": (
        task("x", due='deadline("visit.first", visit.seen_by)') + VISIT, "start > x > visit > end", "error"
    ),
    "choice_unknown": (
        VISIT + gateway("x", default="end") + task("a"),
        'start > visit > x > end; x > a ? visit.outcome == "custody"; a > end',
        "error",
    ),
    "deadline_without_duty": (task("x", due='deadline("visit.first", now())'), "start > x > end", "warning"),
    "duty_without_deadline": (task("x", duty="WAN-8-09"), "start > x > end", "warning"),
    "profile": (script("x", 'n = switch("care_pannel")'), "start > x > end", "error"),
    "quantity": (element("userTask", "x", properties(role="social_worker"), startQuantity="2"), "start > x > end",
                 "error"),
    "compensation": (
        element("userTask", "x", properties(role="social_worker"), isForCompensation="true"), "start > x > end", "error"
    ),
    "performer": (
        task("x", "<bpmn:potentialOwner><bpmn:resourceRef>team</bpmn:resourceRef></bpmn:potentialOwner>"),
        "start > x > end",
        "warning",
    ),
    "foreign": (
        task("x").replace('id="x"', 'id="x" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:formKey="f"'),
        "start > x > end",
        "warning",
    ),
    "data_object": (
        task("a") + element("dataObjectReference", "x", dataObjectRef="d"), "start > a > end", "warning"
    ),
    "repetition": (
        task(
            "x",
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>5000</bpmn:loopCardinality>"
            "</bpmn:multiInstanceLoopCharacteristics>",
        ),
        "start > x > end",
        "error",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", TRAPS)
def test_what_would_be_passed_over_is_found_where_it_is_drawn(roles, rule):
    parts, path, severity = TRAPS[rule]

    findings = found(roles, asking(parts, path=path), named={"switch": {"care_panel"}}, timed={"WAN-8-09"})

    assert ("x", rule, severity) in rules(findings), findings
    assert all(finding.sentence.endswith(".") for finding in findings)


def test_a_pathway_that_asks_before_it_reads_has_no_findings(roles):
    drawn = asking(
        VISIT,
        gateway("x", default="again"),
        gateway("again"),
        task("later", due='deadline("visit.first", visit.seen_by)', duty="WAN-8-09"),
        path='start > again > visit > x > again; x > later ? visit.outcome == "bail"; later > end',
    ).replace('<bpmn:startEvent id="start"', '<bpmn:startEvent name="Start" id="start"')

    assert rules(found(roles, drawn, timed={"WAN-8-09"})) == set()


def test_an_event_on_the_border_may_read_what_was_answered_inside(roles):
    inside = sub("box", start("s"), VISIT, task("more"), end("e"), flows("s > visit > more > e"))
    drawn = asking(
        inside,
        boundary("late", "box", timer("P9D"), interrupting=False),
        script("note", "seen = visit.seen_by"),
        path="start > box > end; late > note > end",
    )

    assert rules(found(roles, drawn)) == set()


def test_answers_of_a_branch_at_the_same_time_are_not_too_early(roles):
    drawn = asking(
        gateway("fork", "parallel"),
        VISIT,
        script("x", "seen = visit.seen_by"),
        gateway("join", "parallel"),
        path="start > fork > visit > join > end; fork > x > join",
    )

    assert rules(found(roles, drawn)) == set()


def test_a_message_that_nobody_sends_or_hears_is_pointed_out(roles):
    drawn = asking(
        throw("tell", message("told")), catch("wait", message("news")), path="start > tell > wait > end",
        messages=("told", "news"),
    )  # fmt: skip
    other = Bundle("other", {"remand/other.bpmn": asking(
        catch("hear", message("told")), throw("say", message("news")), path="start > hear > say > end",
        messages=("told", "news"),
    )})  # fmt: skip

    assert rules(found(roles, drawn)) == {
        ("tell", "message_unheard", "warning"),
        ("wait", "message_unsent", "warning"),
    }
    assert rules(found(roles, drawn, others=[other])) == set()
    assert rules(found(roles, drawn, told=("news",))) == {("tell", "message_unheard", "warning")}


def test_what_a_message_brings_is_known_to_the_pathway_that_it_starts(roles):
    drawn = asking(script("x", "placed = placed_at"), path="start > x > end", messages=("begin",)).replace(
        '<bpmn:startEvent id="start"></bpmn:startEvent>',
        f'<bpmn:startEvent id="start">{message("begin")}</bpmn:startEvent>',
    )

    def sender(payload):
        return Bundle("other", {"remand/other.bpmn": asking(
            throw("say", message("begin", payload=payload)), path="start > say > end", messages=("begin",)
        )})  # fmt: skip

    assert ("x", "name_unknown", "error") in rules(found(roles, drawn, others=[sender('{"other": 1}')]))
    assert rules(found(roles, drawn, others=[sender('{"placed_at": now()}')])) == set()
    assert rules(found(roles, drawn, told=("begin",))) == set()


def test_a_duty_that_the_new_version_drops_is_said(roles):
    old = Bundle(
        "journey", {"a/journey.bpmn": line(task("x", duty="WAN-8-09, WAN-8-10"), path="start > x > end")}
    )
    new = Bundle("journey", {"a/journey.bpmn": line(task("x", duty="WAN-8-10"), path="start > x > end")})

    (lost,) = lost_duties(old, new, elsewhere={}, weak=())

    assert (lost.element, lost.rule, lost.severity) == ("journey", "lost_duty.WAN-8-09", "error")
    assert lost.sentence.startswith(
        "WAN-8-09 was met by “task for a person without a name” and is met by nothing now."
    )
    assert lost_duties(old, new, {"WAN-8-09": "Remand"}, ())[0].severity == "warning"
    assert lost_duties(old, new, {}, {"WAN-8-09"})[0].severity == "warning"
    assert lost_duties(new, old, {}, ()) == []


LATE = task("x", due='deadline("visit.first", now())')
PLAIN = line(LATE, path="start > x > end")


def test_a_waived_finding_is_still_listed_with_its_reason(roles):
    (before,) = found(roles, PLAIN)

    waived = waivers.waive(PLAIN, "x", before.rule, "The rule is our own.\nNo clause asks for it.")
    (after,) = found(roles, waived)

    assert (before.waived, after.waived) == ("", "The rule is our own. No clause asks for it.")
    assert (after.rule, after.sentence) == (before.rule, before.sentence)


def test_a_waiver_can_be_changed_and_withdrawn(roles):
    once = waivers.waive(PLAIN, "x", "deadline_without_duty", "First reason.")
    twice = waivers.waive(once, "x", "deadline_without_duty", "Second reason.")
    beside = waivers.waive(twice, "x", "text_overflow", "Short enough.")

    assert [finding.waived for finding in found(roles, twice)] == ["Second reason."]
    assert rules(found(roles, beside)) >= {("x", "waiver_idle", "warning")}
    gone = waivers.withdraw(waivers.withdraw(beside, "x", "text_overflow"), "x", "deadline_without_duty")
    assert found(roles, gone) == found(roles, PLAIN)
    assert "waived" not in gone


def test_a_waiver_that_nothing_needs_any_more_is_a_hint(roles):
    mended = waivers.waive(
        line(task("x"), path="start > x > end"), "x", "deadline_without_duty", "Once true."
    )

    (idle,) = found(roles, mended)

    assert (idle.element, idle.rule, idle.severity) == ("x", "waiver_idle", "warning")


def test_what_would_lose_work_cannot_be_waived(roles):
    waived = waivers.waive(
        line(task("x", form="remand/other"), path="start > x > end"), "x", "form", "Not yet."
    )

    assert rules(found(roles, waived)) == {("x", "form", "error"), ("x", "waiver", "warning")}
    assert all(not finding.waived for finding in found(roles, waived))


def test_a_line_that_is_no_waiver_is_said(roles):
    odd = line(task("x", waived="just because"), path="start > x > end")

    assert rules(found(roles, odd)) == {("x", "waiver", "warning")}


def test_a_flow_can_carry_a_waiver_and_nothing_else_changes():
    waived = waivers.waive(PLAIN, "x_end", "crossing", "It has to.")

    assert waivers.read(waived)[0] == [waivers.Waiver("x_end", "crossing", "It has to.")]
    assert waivers.read(waivers.withdraw(waived, "x_end", "crossing"))[0] == []


def test_a_lost_duty_is_waived_at_the_pathway():
    lost = Finding("journey", "lost_duty.WAN-8-09", "error", "It was met and is not.")
    text = waivers.waive(PLAIN, "journey", lost.rule, "The panel does it now.")

    (waived,) = waivers.apply([lost], *waivers.read(text))

    assert (waived.waived, waived.stops, lost.stops) == ("The panel does it now.", False, True)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_waiver_needs_a_reason_of_some_length(reason):
    with pytest.raises(BadInput):
        waivers.waive(PLAIN, "x", "crossing", reason)


def test_a_waiver_needs_an_element():
    with pytest.raises(NotFound):
        waivers.waive(PLAIN, "nowhere", "crossing", "Because.")
