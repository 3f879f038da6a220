"""A drawing is changed without a mouse: whatever is done, it stays one that can be read, drawn and checked."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial

import pytest

from app.domain.errors import BadInput
from app.engine import blank, drawing, editing, gate
from app.engine import editing_steps as steps
from app.engine import editing_system as system
from app.engine import editing_words as words
from app.engine.check_picture import check_picture
from app.engine.names import BPMN, FLOW_NODES, SPIFF, local_name
from app.services import checks, definitions

BLANK = blank.blank("made_up", "Made up", "Social worker")


def nodes(text: str) -> dict[str, drawing.Node]:
    return {node.id: node for scope in drawing.read(gate.read(text)).processes for node in scope.everything()}


def follows(text: str, element_id: str) -> list[str]:
    return [flow.target for flow in nodes(text)[element_id].outgoing]


def assert_whole(text: str) -> None:
    """Ids are unique, marks agree with flows, everything is drawn, lanes name what is there."""
    root = gate.read(text)
    ids = Counter(one.get("id") for one in root.iter(f"{{{BPMN}}}*") if one.get("id"))
    assert [found for found, count in ids.items() if count > 1] == []
    everything = {one.get("id"): one for one in root.iter(f"{{{BPMN}}}*") if one.get("id")}
    marks = [
        (element.get("id"), local_name(mark), (mark.text or "").strip())
        for element in everything.values()
        if local_name(element) in FLOW_NODES
        for mark in element
        if local_name(mark) in ("incoming", "outgoing")
    ]
    flows = [
        (one.get("sourceRef"), one.get("targetRef"), found)
        for found, one in everything.items()
        if local_name(one) == "sequenceFlow"
    ]
    expected = [(source, "outgoing", found) for source, _, found in flows]
    expected += [(target, "incoming", found) for _, target, found in flows]
    assert sorted(marks) == sorted(expected)
    drawn = {one.get("bpmnElement") for one in root.iter() if "bpmnElement" in one.attrib}
    shown = {f for _, _, f in flows} | {i for i, one in everything.items() if local_name(one) in FLOW_NODES}
    assert shown <= drawn <= set(everything)
    referred = [(one.text or "").strip() for one in root.iter(f"{{{BPMN}}}flowNodeRef")]
    assert set(referred) <= set(everything)
    assert len(referred) == len(set(referred))


def test_a_step_is_put_into_a_way_and_taken_out_again() -> None:
    text = editing.edited(
        BLANK, lambda root: steps.insert(root, "first_step__finished", "task", "Ring the home")
    )
    assert follows(text, "first_step") == ["ring_the_home"]
    assert follows(text, "ring_the_home") == ["finished"]
    assert nodes(text)["ring_the_home"].lane == "Social worker"
    assert_whole(text)

    back = editing.edited(text, lambda root: steps.delete(root, "ring_the_home"))

    assert follows(back, "first_step") == ["finished"]
    assert_whole(back)


def test_the_system_is_told_what_to_do() -> None:
    # given a step of each kind that the system does, one after the other
    text = BLANK
    for kind, name in (("send", "Tell them"), ("work_out", "Count"), ("operate", "Keep the day")):
        (way,) = nodes(text)["first_step"].outgoing
        text = editing.edited(text, partial(steps.insert, flow_id=way.id, kind=kind, name=name))

    # when
    for change in (
        partial(words.message, element_id="tell_them", name="child_moved"),
        partial(system.message_part, element_id="tell_them", word="messagePayload", text="{'on': moved_on}"),
        partial(system.script, element_id="count", text="moved_on = now()"),
        partial(system.operate, element_id="keep_the_day", operation="record_status", given={}),
        partial(
            system.operate, element_id="keep_the_day", operation="record_fact", given={"name": '"moved_on"'}
        ),
        partial(
            system.operate, element_id="keep_the_day", operation="record_fact", given={"value": "moved_on"}
        ),
    ):
        text = editing.edited(text, change)

    # then
    made = nodes(text)
    assert made["tell_them"].events[0].payload == "{'on': moved_on}"
    assert made["count"].script == "moved_on = now()"
    operator = made["keep_the_day"].operator
    assert operator
    assert (operator.name, dict(operator.parameters)) == (
        "record_fact",
        {"name": '"moved_on"', "value": "moved_on"},
    )
    assert [one.sentence for one in checks.findings_in(text.encode(), None) if one.stops] == []
    assert_whole(text)


def test_a_decision_gets_a_second_way_with_a_condition() -> None:
    text = editing.edited(BLANK, lambda root: steps.insert(root, "first_step__finished", "decision", "Safe?"))
    text = editing.edited(text, lambda root: steps.append(root, "safe", "task", "Ring the police"))
    text = editing.edited(text, lambda root: steps.connect(root, "ring_the_police", "finished"))
    text = editing.edited(
        text,
        lambda root: words.decide(
            root, "safe_ring_the_police", name="no", condition="not safe", is_otherwise=False
        ),
    )
    text = editing.edited(
        text, lambda root: words.decide(root, "safe_finished", name="yes", condition="", is_otherwise=True)
    )
    safe = nodes(text)["safe"]
    assert {(flow.target, flow.name, flow.condition) for flow in safe.outgoing} == {
        ("finished", "yes", None),
        ("ring_the_police", "no", "not safe"),
    }
    assert safe.attributes["default"] == "safe_finished"
    assert_whole(text)


def test_what_hangs_on_a_step_goes_with_it() -> None:
    text = editing.edited(
        BLANK, lambda root: steps.attach(root, "first_step", "timer", "After a day", interrupts=False)
    )
    text = editing.edited(
        text, lambda root: words.time(root, "after_a_day", meant_as="duration", expression='"P1D"')
    )
    text = editing.edited(text, lambda root: steps.append(root, "after_a_day", "end", "Late"))
    event = nodes(text)["after_a_day"]
    assert (event.interrupting, event.events[0].text) == (False, '"P1D"')
    assert_whole(text)
    gone = editing.edited(text, lambda root: steps.delete(root, "first_step"))
    assert set(nodes(gone)) == {"started", "finished", "late"}
    assert_whole(gone)


def test_a_step_is_moved_to_another_place_and_another_lane() -> None:
    text = editing.edited(BLANK, lambda root: steps.insert(root, "first_step__finished", "task", "Second"))
    text = editing.edited(text, lambda root: steps.move(root, "first_step", "second_finished"))
    assert (follows(text, "started"), follows(text, "second"), follows(text, "first_step")) == (
        ["second"],
        ["first_step"],
        ["finished"],
    )
    text = editing.edited(text, lambda root: words.assign_lane(root, "second", "YJS case manager"))
    assert nodes(text)["second"].lane == "YJS case manager"
    assert_whole(text)
    assert [finding for finding in check_picture(text.encode()) if "lane" in finding.sentence] == []


def test_words_properties_and_messages_are_set_and_taken_away() -> None:
    def change(root: editing.Tree) -> None:
        words.call(root, "first_step", "  Visit   the child ")
        words.instruct(root, "first_step", "Ring first.")
        words.describe(
            root, "first_step", {"due": 'deadline("visit.remand.first", now())', "duty": "WAN-8-10"}
        )

    text = editing.edited(BLANK, change)
    node = nodes(text)["first_step"]
    assert (node.name, node.documentation) == ("Visit the child", "Ring first.")
    assert node.properties == {"due": 'deadline("visit.remand.first", now())', "duty": "WAN-8-10"}
    bare = editing.edited(
        text,
        lambda root: (
            words.instruct(root, "first_step", ""),
            words.describe(root, "first_step", {"due": "", "duty": ""}),
        ),
    )
    assert nodes(bare)["first_step"].properties == {}
    assert "extensionElements" not in bare
    sent = editing.edited(bare, lambda root: steps.insert(root, "first_step__finished", "send", "Tell them"))
    sent = editing.edited(sent, lambda root: words.message(root, "tell_them", "somebody_told"))
    (event,) = nodes(sent)["tell_them"].events
    assert event.message is not None
    assert event.message.name == "somebody_told"
    assert_whole(sent)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: steps.insert(root, "first_step__finished", "end", "Over"),
        lambda root: steps.insert(root, "first_step__finished", "task", " "),
        lambda root: steps.insert(root, "first_step__finished", "nonsense", "X"),
        lambda root: steps.insert(root, "no_such_flow", "task", "X"),
        lambda root: steps.append(root, "first_step", "task", "X"),
        lambda root: steps.append(root, "finished", "task", "X"),
        lambda root: steps.connect(root, "first_step", "started"),
        lambda root: steps.delete(root, "started"),
        lambda root: steps.attach(root, "finished", "timer", "X", interrupts=True),
        lambda root: words.call(root, "first_step", ""),
        lambda root: words.decide(root, "first_step__finished", name="", condition="x", is_otherwise=False),
        lambda root: words.time(root, "first_step", meant_as="date", expression="x"),
        lambda root: words.message(root, "first_step", "x"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(change: object) -> None:
    with pytest.raises(BadInput) as refusal:
        editing.edited(BLANK, change)  # type: ignore[arg-type]
    assert refusal.value.sentence


@pytest.mark.parametrize("key", ["remand_yda", "joint_meeting", "release_day", "agreed_action"])
def test_a_hundred_changes_at_random_leave_a_whole_drawing(key: str) -> None:
    chance = random.Random(key)
    text = definitions.shipped()[key].main
    kept = _extensions(text)
    done = Counter[str]()
    for number in range(100):
        name, change = _random_change(chance, text, number)
        try:
            text = editing.edited(text, change)
        except BadInput:
            continue
        done[name] += 1
    assert_whole(text)
    assert len(done) >= 6
    if "delete" not in done:
        assert _extensions(text) >= kept
    assert [finding for finding in checks.findings_in(text.encode(), None) if finding.rule == "id"] == []


def _random_change(chance: random.Random, text: str, number: int) -> tuple[str, object]:
    root = gate.read(text)
    flows = [one.get("id") for one in root.iter(f"{{{BPMN}}}sequenceFlow")] or ["no_flow_is_left"]
    found = list(nodes(text))
    kind = chance.choice(list(steps.KINDS))
    one, other, way = chance.choice(found), chance.choice(found), chance.choice(flows)
    changes = {
        "insert": partial(steps.insert, flow_id=way, kind=kind, name=f"Made {number}"),
        "append": partial(steps.append, source_id=one, kind=kind, name=f"Made {number}"),
        "attach": partial(steps.attach, host_id=one, kind="timer", name=f"Late {number}", interrupts=True),
        "connect": partial(steps.connect, source_id=one, target_id=other),
        "move": partial(steps.move, element_id=one, flow_id=way),
        "lane": partial(words.assign_lane, element_id=one, lane_name="Virtual school"),
        "call": partial(words.call, element_id=one, name=f"Called {number}"),
        "disconnect": partial(steps.disconnect, flow_id=way),
        "delete": partial(steps.delete, element_id=one),
    }
    name = chance.choice(list(changes))
    return name, changes[name]


def _extensions(text: str) -> Counter[str]:
    return Counter(str(one.tag) for one in gate.read(text).iter(f"{{{SPIFF}}}*"))
