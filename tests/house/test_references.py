"""What drawings, forms, duties, profiles and roles say about one another is true."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.house.drawings import (
    NODES,
    PERSONAL,
    SPIFF,
    TEXT,
    Drawing,
    Node,
    drawings,
    duty_ids,
    fields,
    forms,
    settings,
)

PROFILES = ("wandsworth", "stockport", "knowsley", "salford", "stoke")
BY_THE_PLATFORM = {
    "escalate": "when a task is late whose property `overdue` says so",
    "escalation_over": "when the late task is done",
    "notification_failed": "when a notification bounces",
    "contribution_asked": "when somebody asks for a contribution to their task",
    "action_agreed": "when a meeting or a review decides that somebody does something",
    "agreed_action_withdrawn": "when that is no longer needed",
    "contribution_withdrawn": "when the question is withdrawn, or its task is over",
}
OPERATORS = {"notify", "record_status", "end_status", "record_fact", "open_bed_nights", "close_bed_nights"}
every_drawing = pytest.mark.parametrize("drawing", drawings(), ids=str)


def nodes() -> list[Node]:
    """Every flow node of every drawing."""
    return [node for drawing in drawings() for node in drawing.nodes()]


def nodes_with(name: str) -> list[Node]:
    """Every flow node that carries a property."""
    return [node for node in nodes() if node.properties.get(name)]


def test_there_are_pathways_forms_and_duties() -> None:
    assert len(drawings()) >= 10
    assert len(forms()) >= 20
    assert len(duty_ids()) == 361


@every_drawing
def test_a_process_has_the_name_of_its_file(drawing: Drawing) -> None:
    assert [process.get("id") for process in drawing.all("process")] == [drawing.key]


def test_a_process_key_is_used_once() -> None:
    assert [key for key, times in Counter(drawing.key for drawing in drawings()).items() if times > 1] == []


@every_drawing
def test_ids_are_words_and_used_once(drawing: Drawing) -> None:
    ids = Counter(element.get("id") for element in drawing.tree.iter() if element.get("id"))
    ids -= Counter(
        element.get("id")
        for tag in ("parameter", "serviceTaskOperator")
        for element in drawing.tree.iter(SPIFF + tag)
    )

    assert [one for one, times in ids.items() if times > 1] == []
    assert [node.id for node in drawing.nodes() if not re.fullmatch(r"[a-z][a-z0-9_]*", node.id)] == []


@every_drawing
def test_what_people_do_and_wait_for_has_a_name_in_plain_words(drawing: Drawing) -> None:
    named = NODES - {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
    assert [node.id for node in drawing.nodes() if node.kind in named and not node.name] == []
    assert [node.name for node in drawing.nodes() if "_" in node.name] == []


@every_drawing
def test_a_way_out_of_a_question_says_its_answer(drawing: Drawing) -> None:
    forks = [node for node in drawing.all("exclusiveGateway") if len(node.findall("{*}outgoing")) > 1]
    ways = {flow.get("id"): flow for flow in drawing.all("sequenceFlow")}

    assert [fork.get("id") for fork in forks if not fork.get("name")] == []
    assert [
        way.text for fork in forks for way in fork.findall("{*}outgoing") if not ways[way.text].get("name")
    ] == []


@every_drawing
def test_every_file_says_what_the_pathway_is_for(drawing: Drawing) -> None:
    assert all((process.findtext("{*}documentation") or "").strip() for process in drawing.all("process"))


def test_every_form_that_a_drawing_names_exists() -> None:
    assert [str(node) for node in nodes_with("form") if node.properties["form"] not in forms()] == []


def test_every_form_is_used() -> None:
    assert set(forms()) - {node.properties["form"] for node in nodes_with("form")} - message_forms() == set()


def message_forms() -> set[str]:
    """Forms that carry a message which a person sends; they are named after it, in the folder of who waits for it."""
    return {
        form
        for drawing in drawings()
        for message in drawing.messages(thrown=False)
        for form in [f"{drawing.file.split('/')[1]}/{message}"]
        if form in forms()
    }


def test_a_form_has_the_name_of_what_it_belongs_to() -> None:
    used = Counter(node.properties["form"] for node in nodes_with("form"))
    assert [
        str(node)
        for node in nodes_with("form")
        if used[node.properties["form"]] == 1
        and node.properties["form"].rpartition("/")[2] not in names_for(node)
    ] == []


def names_for(node: Node) -> set[str]:
    """What the form of an element may be called; the first form of a pathway after the pathway, or `start`."""
    return (
        {node.id, "start", node.file.rpartition("/")[2].removesuffix(".bpmn"), *starting(node)}
        if node.kind == "startEvent"
        else {node.id}
    )


def starting(node: Node) -> set[str]:
    """The messages that a start event begins with."""
    return {
        name
        for drawing in drawings()
        if drawing.file == node.file
        for start in drawing.all("startEvent")
        if start.get("id") == node.id
        for name in drawing.messages_of(start)
    }


def test_everything_that_people_do_has_a_form() -> None:
    assert [str(node) for node in nodes() if node.kind in PERSONAL and not node.properties.get("form")] == []


@pytest.mark.parametrize("form", sorted(forms()))
def test_a_form_has_keys_that_an_expression_can_name(form: str) -> None:
    assert [key for key in fields(form) if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", key)] == []
    assert [key for key, field in fields(form).items() if not field.get("label")] == []


def test_every_duty_that_a_drawing_names_is_in_the_register() -> None:
    known = duty_ids()
    assert [f"{node}: {duty}" for node in nodes() for duty in node.listed("duty") if duty not in known] == []


def test_every_role_that_a_drawing_names_exists() -> None:
    roles = settings("roles.yaml")
    names = {role["name"] for role in roles.values()}
    lanes = [(drawing, lane.get("name")) for drawing in drawings() for lane in drawing.all("lane")]

    assert [f"{drawing}: {name}" for drawing, name in lanes if name not in names] == []
    assert [str(node) for node in nodes_with("role") if node.properties["role"] not in roles] == []


@pytest.mark.parametrize(
    ("function", "section"),
    [("deadline", "deadlines"), ("switch", "switches"), ("money", "money"), ("word", "words"),
     ("recipients", "recipients")],
)  # fmt: skip
def test_every_name_that_an_expression_asks_for_is_in_the_default_profile(
    function: str, section: str
) -> None:
    known = set(settings("profiles/default.yaml")[section])
    assert [
        f"{drawing}: {name}"
        for drawing in drawings()
        for name in drawing.asked_by_name(function)
        if name not in known
    ] == []


@pytest.mark.parametrize("area", PROFILES)
@pytest.mark.parametrize("section", ["deadlines", "switches", "money", "words", "recipients"])
def test_a_profile_changes_only_what_the_default_has(area: str, section: str) -> None:
    changed = settings(f"profiles/{area}.yaml").get(section) or {}
    assert set(changed) - set(settings("profiles/default.yaml")[section]) == set()


@pytest.mark.parametrize("area", ["default", *PROFILES])
def test_everybody_to_be_told_has_a_role(area: str) -> None:
    roles = settings("roles.yaml")
    lists = settings(f"profiles/{area}.yaml").get("recipients") or {}
    assert [f"{name}: {role}" for name, told in lists.items() for role in told if role not in roles] == []


def test_every_operator_is_one_that_the_platform_knows() -> None:
    used = {
        element.get("id")
        for drawing in drawings()
        for element in drawing.tree.iter(f"{SPIFF}serviceTaskOperator")
    }
    assert used <= OPERATORS


def test_every_message_that_is_sent_is_waited_for() -> None:
    waited_for = {name for drawing in drawings() for name in drawing.messages(thrown=False)}
    assert {name for drawing in drawings() for name in drawing.messages(thrown=True)} <= waited_for


def test_every_message_that_is_waited_for_is_sent() -> None:
    sent = {name for drawing in drawings() for name in drawing.messages(thrown=True)} | set(BY_THE_PLATFORM)
    by_people = {form.rpartition("/")[2] for form in message_forms()}
    for drawing in drawings():
        started_by_people = {
            name
            for start in drawing.all("startEvent")
            for name in drawing.messages_of(start)
            if any(node.id == start.get("id") and node.properties.get("form") for node in drawing.nodes())
        }
        assert drawing.messages(thrown=False) <= sent | by_people | started_by_people, str(drawing)


def test_a_person_who_starts_a_pathway_is_asked_for_what_its_message_would_bring() -> None:
    brought = {name: keys for drawing in drawings() for name, keys in drawing.payloads()}
    for drawing in drawings():
        for start in drawing.all("startEvent"):
            asked = next(
                node.properties.get("form") for node in drawing.nodes() if node.id == start.get("id")
            )
            for name in drawing.messages_of(start):
                if asked and name in brought:
                    needed, known = brought[name] - {"correlation_key"}, fields(asked)
                    facts = {key for key, one in known.items() if one.get("properties", {}).get("fact")}
                    assert needed <= set(known), f"{drawing}: {name}"
                    assert set(known) - needed <= facts, f"{drawing}: {name}"


def test_an_answer_is_copied_where_an_expression_needs_it() -> None:
    assert [
        f"{drawing}: {node.id}.{field} is asked for and not copied"
        for drawing, node, field in answers_asked_for()
        if field not in node.listed("copy")
    ] == []


def test_an_answer_that_is_copied_is_on_the_form() -> None:
    assert [
        f"{node}: {field}"
        for node in nodes_with("copy")
        for field in node.listed("copy")
        if field not in fields(node.properties["form"])
    ] == []


def test_an_answer_that_a_drawing_compares_with_is_a_choice_on_the_form() -> None:
    compared = re.compile(r"\b([a-z_]\w*)\.([a-z_]\w*)\s*[!=]=\s*[\"'](\w+)[\"']")
    wrong = [
        f"{drawing}: {element}.{field} == {choice}"
        for drawing in drawings()
        for forms_of in [
            {node.id: node.properties.get("form", "") for node in drawing.nodes() if node.kind in PERSONAL}
        ]
        for expression in drawing.expressions()
        for element, field, choice in compared.findall(expression)
        if element in forms_of and choice not in choices(forms_of[element], field)
    ]
    assert wrong == []


def choices(form: str, field: str) -> set[str]:
    """The values that a field offers."""
    return {str(option["value"]) for option in fields(form).get(field, {}).get("values", [])}


def answers_asked_for() -> list[tuple[Drawing, Node, str]]:
    """Each `element.field` in an expression whose element is a task of the same drawing."""
    return [
        (drawing, tasks[element], field)
        for drawing in drawings()
        for tasks in [{node.id: node for node in drawing.nodes() if node.kind in PERSONAL}]
        for expression in drawing.expressions()
        for element, field in re.findall(r"\b([a-z_]\w*)\.([a-z_]\w*)", TEXT.sub("", expression))
        if element in tasks
    ]


@every_drawing
def test_everything_in_a_drawing_is_drawn(drawing: Drawing) -> None:
    drawn = {
        shape.get("bpmnElement")
        for shape in drawing.tree.iter()
        if shape.tag.endswith(("BPMNShape", "BPMNEdge"))
    }
    flows = {flow.get("id") for flow in drawing.all("sequenceFlow")}

    assert {node.id for node in drawing.nodes()} | flows <= drawn
