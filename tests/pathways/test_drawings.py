"""Every shipped diagram can be read by a person; the drawing check sees what cannot; the layout tool keeps the rest."""

from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from app.engine.check_picture import BLEMISHES, FAULTS, check_picture

PROJECT = Path(__file__).resolve().parents[2]
DIAGRAMS = sorted((PROJECT / "processes").glob("*/*.bpmn"))
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
VISITS = PROJECT / "processes/remand_yda/visit_cycle.bpmn"
# Lines that cannot but cross: the layout tool found no drawing without them.
CROSSINGS = {"joint_meeting": 1, "release_or_trial_planning": 1}

each_diagram = pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)


@each_diagram
def test_nothing_in_a_shipped_diagram_misleads_its_reader(path: Path) -> None:
    faults = [finding.sentence for finding in check_picture(path.read_bytes()) if finding.rule in FAULTS]

    assert faults == []


@each_diagram
def test_a_shipped_diagram_hardly_tires_the_eye(path: Path) -> None:
    found = [finding for finding in check_picture(path.read_bytes()) if finding.rule in BLEMISHES]

    crossings = [finding for finding in found if finding.rule == "crossing"]
    assert len(crossings) <= CROSSINGS.get(path.stem, 0)
    assert [finding.sentence for finding in found if finding.rule not in ("crossing", "many_bends")] == []


@each_diagram
def test_a_shipped_diagram_names_everything_that_a_person_reads(path: Path) -> None:
    root = etree.parse(path).getroot()
    bpmn = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
    quiet = {f"{bpmn}parallelGateway", f"{bpmn}exclusiveGateway"}
    nodes = [
        node
        for scope in root.iter(f"{bpmn}process", f"{bpmn}subProcess")
        for node in scope
        if node.find(f"{bpmn}incoming") is not None or node.find(f"{bpmn}outgoing") is not None
    ]

    nameless = [node.get("id") for node in nodes if not node.get("name") and node.tag not in quiet]
    assert nameless == []
    for gateway in root.iter(f"{bpmn}exclusiveGateway"):
        is_question = len(gateway.findall(f"{bpmn}outgoing")) > 1
        assert bool(gateway.get("name")) == is_question, (
            f"{gateway.get('id')}: a question has a name, a meeting of ways has none"
        )


@each_diagram
def test_no_two_ways_to_one_goal_look_like_a_way_from_one_to_the_other(path: Path) -> None:
    root = etree.parse(path).getroot()
    bpmn = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
    goals = {flow.get("id"): flow.get("targetRef") for flow in root.iter(f"{bpmn}sequenceFlow")}
    turns: dict[tuple[str, float, float], list[tuple[float, float, str]]] = {}

    faced = []
    for key, goal in goals.items():
        points = [(float(point.get("x")), float(point.get("y"))) for point in way_of(root, key)]
        for (from_x, from_y), (x, y) in pairwise(points[:-1]):
            side = (
                math.copysign(1, from_x - x) * (from_x != x),
                math.copysign(1, from_y - y) * (from_y != y),
            )
            here = turns.setdefault((goal, x, y), [])
            faced += [
                f"{other} and {key}" for *facing, other in here if (-side[0], -side[1]) == tuple(facing)
            ]
            here.append((*side, key))
    assert faced == []


def shape(root: etree._Element, key: str) -> etree._Element:
    return next(s for s in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge") if s.get("bpmnElement") == key)


def moved(root: etree._Element, key: str, across: float = 0, down: float = 0) -> None:
    bounds = shape(root, key).find(BOUNDS)
    bounds.set("x", str(float(bounds.get("x")) + across))
    bounds.set("y", str(float(bounds.get("y")) + down))


def label_moved(root: etree._Element, key: str, across: float = 0, down: float = 0) -> None:
    bounds = shape(root, key).find(f"{DI}BPMNLabel/{BOUNDS}")
    bounds.set("x", str(float(bounds.get("x")) + across))
    bounds.set("y", str(float(bounds.get("y")) + down))


def way_of(root: etree._Element, key: str) -> list[etree._Element]:
    return shape(root, key).findall(WAYPOINT)


def without(root: etree._Element, key: str) -> None:
    drawn = shape(root, key)
    drawn.getparent().remove(drawn)


def slanted(root: etree._Element, key: str) -> None:
    last = way_of(root, key)[-1]
    last.set("y", str(float(last.get("y")) + 12))


def cut_short(root: etree._Element, key: str) -> None:
    last = way_of(root, key)[-1]
    last.set("x", str(float(last.get("x")) - 14))


def led_through(root: etree._Element, key: str, other: str) -> None:
    bounds = shape(root, other).find(BOUNDS)
    middle = {
        "x": float(bounds.get("x")) + float(bounds.get("width")) / 2,
        "y": float(bounds.get("y")) + float(bounds.get("height")) / 2,
    }
    for point in way_of(root, key)[1:-1]:
        for axis in ("x", "y"):
            point.set(axis, str(middle[axis]))


def renamed_target(root: etree._Element, key: str) -> None:
    shape(root, key).set("bpmnElement", "nothing_at_all")


def with_long_name(root: etree._Element, key: str) -> None:
    next(node for node in root.iter() if node.get("id") == key).set("name", "a name that goes on and on " * 9)


HARM: dict[str, Callable[[etree._Element], None]] = {
    "overlap": lambda root: moved(root, "record_visit", across=150),
    "missing_shape": lambda root: without(root, "record_visit"),
    "missing_edge": lambda root: without(root, "record_visit__note_date"),
    "drawn_for_nothing": lambda root: renamed_target(root, "done_round_begins"),
    "edge_off_border": lambda root: cut_short(root, "record_visit__note_date"),
    "diagonal": lambda root: slanted(root, "record_visit__note_date"),
    "edge_through_shape": lambda root: led_through(root, "one_round__next_round", "record_visit"),
    "outside_lane": lambda root: moved(root, "next_round", down=900),
    "outside_parent": lambda root: moved(root, "record_visit", down=600),
    "boundary_off_host": lambda root: moved(root, "remand_is_over", down=60),
    "label_over_shape": lambda root: label_moved(root, "round_begins", down=-35),
    "label_over_label": lambda root: label_moved(root, "round_begins", across=90),
    "label_far": lambda root: label_moved(root, "cycle_over", down=70),
    "label_over_edge": lambda root: label_moved(root, "visit_cycle_starts", across=45, down=-25),
    "text_overflow": lambda root: with_long_name(root, "record_visit"),
}


@pytest.mark.parametrize("rule", HARM)
def test_the_drawing_check_sees_the_harm_done_to_a_good_drawing(rule: str) -> None:
    root = etree.parse(VISITS).getroot()

    HARM[rule](root)

    assert rule in {finding.rule for finding in check_picture(etree.tostring(root))}


def test_a_file_without_a_drawing_is_told_to_let_one_be_drawn() -> None:
    undrawn = re.sub(
        rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", VISITS.read_bytes(), flags=re.DOTALL
    )

    (finding,) = check_picture(undrawn)

    assert finding.rule == "no_picture"


def test_a_file_that_the_gate_refuses_is_not_looked_at() -> None:
    (finding,) = check_picture(b'<!DOCTYPE x [<!ENTITY e "boo">]><x>&e;</x>')

    assert finding.severity == "error"


def lay_out(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", "tools/layout/index.mjs", "--effort", "quick", *map(str, paths)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120)


def test_tidying_up_touches_the_drawing_and_nothing_else(tmp_path: Path) -> None:
    drawing = re.compile(r"\s*<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>\s*", re.DOTALL)
    tidied = tmp_path / "visits.bpmn"
    tidied.write_text(VISITS.read_text(encoding="utf-8"), encoding="utf-8")

    outcome = lay_out(tidied)

    assert outcome.returncode == 0, outcome.stderr
    text = tidied.read_text(encoding="utf-8")
    assert drawing.sub("\n", text) == drawing.sub("\n", VISITS.read_text(encoding="utf-8"))
    assert [finding.sentence for finding in check_picture(text.encode()) if finding.rule in FAULTS] == []


def test_the_same_diagram_is_drawn_the_same_every_time(tmp_path: Path) -> None:
    copies = [tmp_path / name for name in ("one.bpmn", "two.bpmn")]
    for copy in copies:
        copy.write_text(VISITS.read_text(encoding="utf-8"), encoding="utf-8")

    lay_out(*copies)

    assert copies[0].read_bytes() == copies[1].read_bytes()


def test_what_cannot_be_laid_out_is_left_as_it_was_and_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text(
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="none"/>',
        encoding="utf-8",
    )
    before = broken.read_bytes()

    outcome = lay_out(broken)

    assert outcome.returncode == 1
    assert "Only a file with one process can be laid out." in outcome.stderr
    assert broken.read_bytes() == before
