"""What has changed between two versions: each kind of change is found, and nothing where nothing changed."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.engine.changes import Words
from app.engine.contracts import Bundle
from app.engine.difference import Difference, difference
from app.engine.names import BPMN, FLOW_NODES
from app.services import definitions

KEY = "yro_report"
WORDS = Words(
    roles={"team_manager": "Team manager"},
    due=lambda text: f"2 working days before the hearing ({text})" if "yro.info_lead" in text else text,
    duties={"STP-5.9-04": "sends what is needed"},
)


@cache
def shipped(key: str = KEY) -> Bundle:
    return definitions.shipped()[key]


def edited(*changes: tuple[str, str], key: str = KEY) -> Bundle:
    """The shipped pathway with texts replaced in its own file, each of which must be there."""
    text = shipped(key).main
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return replace(shipped(key), files={**shipped(key).files, shipped(key).main_path: text})


def said(new: Bundle, key: str = KEY) -> list[tuple[str, str, str, str, str]]:
    found = difference(shipped(key), new, WORDS)
    return [(one.kind, one.element, one.what, one.old, one.new) for one in found.changes]


def property_of(name: str, value: str) -> str:
    return f'<spiffworkflow:property name="{name}" value="{value}"/>'


@pytest.mark.parametrize("key", ["remand_yda", "yro_report", "release_preparation", "joint_meeting"])
def test_a_version_does_not_differ_from_itself(key: str) -> None:
    found = difference(shipped(key), copy.deepcopy(shipped(key)), WORDS)

    assert found.is_empty
    assert found.moved == ()


def test_what_only_stands_elsewhere_is_counted_and_not_listed() -> None:
    bounds = re.search(r'bpmnElement="send_information".*?<dc:Bounds x="(\d+)"', shipped().main, re.DOTALL)
    assert bounds is not None
    moved = bounds[0].replace(f'x="{bounds[1]}"', f'x="{int(bounds[1]) + 40}"')

    found = difference(shipped(), edited((bounds[0], moved)), WORDS)

    assert found.is_empty
    assert found.moved == ("send_information",)


SEND = 'id="send_information" name="Send social care what it needs"'
CASES = {
    "renamed": (
        (SEND, SEND.replace("Send", "Give")),
        "Name", "Send social care what it needs", "Give social care what it needs",
    ),
    "due": (
        ('<spiffworkflow:property name="form" value="yro_laa/send_information"/>\n            '
         "<spiffworkflow:property name=\"due\" value='deadline(\"yro.info_lead\", hearing_at)'/>",
         property_of("form", "yro_laa/send_information") + property_of("due", "P2D")),
        "Due", '2 working days before the hearing (deadline("yro.info_lead", hearing_at))', "P2D",
    ),
    "duty": (('value="STP-5.9-04"', 'value="STP-5.9-06"'), "Duties", "STP-5.9-04 (sends what is needed)", "STP-5.9-06"),
    "form": (('value="yro_laa/send_information"', 'value="yro_laa/share_report"'), "Form", "yro_laa/send_information",
             "yro_laa/share_report"),
    "signed off": (('value="yro_laa/send_information"/>',
                    'value="yro_laa/send_information"/>' + property_of("sign_off", "team_manager")),
                   "Signed off by", "", "Team manager"),
    "given to": (('value="yro_laa/send_information"/>',
                  'value="yro_laa/send_information"/>' + property_of("assign", "lead_id")), "Given to", "", "lead_id"),
    "instructions": ((SEND + ">", SEND + "><bpmn:documentation>Ring first.</bpmn:documentation>"), "Instructions", "",
                     "Ring first."),
    "kind": ((f"<bpmn:userTask {SEND}", f"<bpmn:manualTask {SEND}"), "Kind", "task for a person",
             "task for a person, outside the service"),
    "accepted": (('value="yro_laa/send_information"/>',
                  'value="yro_laa/send_information"/>' + property_of("waived", "crossing: Short.")),
                 "Accepted findings", "", "crossing: Short."),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_side_of_a_step_is_said_in_words(case: str) -> None:
    change, what, old, new = CASES[case]
    text = edited(change)
    if case == "kind":
        before, _, after = text.main.partition("<bpmn:manualTask")
        body = after.replace("</bpmn:userTask>", "</bpmn:manualTask>", 1)
        text = replace(text, files={**text.files, text.main_path: f"{before}<bpmn:manualTask{body}"})

    assert said(text) == [("changed", "send_information", what, old, new)]


def test_a_step_in_another_lane_is_somebody_elses() -> None:
    line = "<bpmn:flowNodeRef>send_information</bpmn:flowNodeRef>"
    mine = "<bpmn:flowNodeRef>contact_report_writer</bpmn:flowNodeRef>"

    found = said(edited((line, ""), (mine, mine + line)))

    assert found == [("changed", "send_information", "Lane", "Pre-sentence report writer", "Social worker")]


def test_what_happens_when_it_is_late_has_words() -> None:
    found = said(edited((property_of("overdue", "escalate"), property_of("overdue", "mark"))))

    assert {one[2:] for one in found} == {("When it is late", "it climbs the ladder", "it is marked")}


def test_an_id_that_alone_has_changed_is_recognised() -> None:
    form = ("yro_laa/hand_over_report", "yro_laa/share_report")

    found = said(edited(("share_report", "hand_over_report"), form))

    assert found == [("changed", "hand_over_report", "Id", "share_report", "hand_over_report")]


def test_a_step_that_was_put_in_between_is_new_and_the_way_has_changed() -> None:
    flow = 'sourceRef="write_full_report" targetRef="share_report"/>'
    task = (
        '<bpmn:userTask id="read_report" name="Read the report"/>'
        '<bpmn:sequenceFlow id="read_report__share_report" sourceRef="read_report" targetRef="share_report"/>'
    )

    found = difference(shipped(), edited((flow, flow.replace("share_report", "read_report") + task)), WORDS)

    assert [(one.kind, one.element, one.what) for one in found.changes] == [
        ("added", "read_report", "Task for a person"),
        ("changed", "write_full_report", "What comes next"),
    ]
    assert (found.changes[1].old, found.changes[1].new) == (
        "“Give the social worker a copy”",
        "“Read the report”",
    )
    marks = (found.marks or {})[shipped().main_path]
    assert marks.added == ("read_report", "read_report__share_report")


def test_a_step_that_was_taken_away_is_gone() -> None:
    with_one_more = shipped().main.replace(
        '<bpmn:laneSet id="until_sentenced_lanes">',
        '<bpmn:userTask id="extra" name="One more"/><bpmn:laneSet id="until_sentenced_lanes">',
    )

    found = difference(Bundle(KEY, {shipped().main_path: with_one_more}, shipped().forms), shipped(), WORDS)

    assert [(one.kind, one.element, one.called) for one in found.changes] == [
        ("removed", "extra", "One more")
    ]


def test_conditions_timers_messages_and_called_pathways_are_compared() -> None:
    remand = shipped("remand_yda").main
    condition = re.search(r"<bpmn:conditionExpression[^>]*>([^<]+)<", remand)
    timer = re.search(r"<bpmn:timeD(?:ate|uration)[^>]*>([^<]+)<", remand)
    message = re.search(r'<bpmn:message id="\w+" name="(\w+)"', remand)
    assert condition
    assert timer
    assert message

    for found, what in ((condition, "Condition"), (timer, "Time"), (message, "Message")):
        changed = found[0].replace(found[1], f"{found[1]}_x" if what == "Message" else "1 == 2")
        assert what in {
            one[2] for one in said(edited((found[0], changed), key="remand_yda"), "remand_yda")
        }, what


def test_a_question_that_has_changed_is_said_with_its_form() -> None:
    key = "yro_laa/send_information"
    form = copy.deepcopy(shipped().forms[key])
    first = next(one for one in form["components"] if one.get("key"))
    first["label"] = "Is it done?"
    first["validate"] = {
        **first.get("validate", {}),
        "required": not first.get("validate", {}).get("required", False),
    }
    form["components"].append({"type": "textfield", "key": "made_up", "label": "Made up?"})

    found = said(replace(shipped(), forms={**shipped().forms, key: form}))

    whats = {(kind, what.split(" (on")[0]) for kind, _, what, _, _ in found}
    assert {("changed", "Question"), ("changed", "Must be answered")} <= whats
    assert next(one for one in found if one[0] == "added")[2].startswith("On “")


def test_a_choice_that_is_new_and_a_form_that_is_gone_are_said() -> None:
    key, form = next(
        (key, copy.deepcopy(form))
        for key, form in shipped("remand_yda").forms.items()
        if any(one.get("type") == "radio" and len(one.get("values", [])) > 2 for one in form["components"])
    )
    radio = next(
        one for one in form["components"] if one.get("type") == "radio" and len(one.get("values", [])) > 2
    )
    radio["values"].append({"label": "Something else", "value": "something_else"})
    forms = {**shipped("remand_yda").forms, key: form}
    gone = next(other for other in forms if other != key)
    del forms[gone]

    found = said(replace(shipped("remand_yda"), forms=forms), "remand_yda")

    assert [one[2].split(" (on")[0] for one in found if one[0] == "changed"] == ["Choices"]
    assert [(one[0], one[1]) for one in found if one[0] == "removed"] == [("removed", gone)]


def test_a_change_reads_as_a_sentence() -> None:
    (one,) = difference(shipped(), edited((SEND, SEND.replace("Send", "Give"))), WORDS).changes

    assert one.sentence == (
        "“Give social care what it needs”, name: Send social care what it needs → Give social care what it needs."
    )


def attributes_of(root: etree._Element) -> list[tuple[etree._Element, str]]:
    kinds = FLOW_NODES | {"sequenceFlow", "message", "process", "conditionExpression", "timeDate", "lane"}
    return [
        (element, name)
        for element in root.iter()
        if (isinstance(element.tag, str) and element.tag.removeprefix(f"{{{BPMN}}}") in kinds)
        or str(element.tag).endswith("}property")
        for name in ("name", "value", "text", "attachedToRef", "cancelActivity", "sourceRef", "targetRef")
        if element.get(name) is not None or (name == "text" and (element.text or "").strip())
    ]


def change_at(root: etree._Element, number: int) -> str:
    places = attributes_of(root)
    element, name = places[number % len(places)]
    if name == "text":
        element.text = "1 == 2"
    elif name in ("sourceRef", "targetRef", "attachedToRef"):
        others = [one.get("id") for one in root.iter(f"{{{BPMN}}}userTask")]
        element.set(name, next(other for other in others if other != element.get(name)))
    elif name == "cancelActivity":
        element.set(name, "false" if element.get(name) == "true" else "true")
    else:
        element.set(name, f"{element.get(name)} changed")
    return f"{element.tag} {element.get('id')} {name}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    number=st.integers(0, 5000), key=st.sampled_from(["remand_yda", "yro_report", "release_day", "arrest"])
)
def test_any_single_edit_is_found(number: int, key: str) -> None:
    root = etree.fromstring(shipped(key).main.encode())
    where = change_at(root, number)
    text = etree.tostring(root, encoding="unicode")

    found = difference(
        shipped(key), replace(shipped(key), files={**shipped(key).files, shipped(key).main_path: text})
    )

    assert not found.is_empty, where


@settings(max_examples=25, deadline=None, derandomize=True)
@given(numbers=st.lists(st.integers(0, 5000), min_size=2, max_size=6))
def test_a_difference_and_its_way_back_speak_of_the_same_elements(numbers: list[int]) -> None:
    root = etree.fromstring(shipped().main.encode())
    for number in numbers:
        change_at(root, number)
    new = replace(shipped(), files={shipped().main_path: etree.tostring(root, encoding="unicode")})

    there, back = difference(shipped(), new), difference(new, shipped())

    def about(found: Difference) -> set[str]:
        return {one.element for one in found.changes if one.kind == "changed"}

    assert about(there) == about(back)
