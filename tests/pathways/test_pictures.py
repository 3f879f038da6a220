"""The pictures in docs/pathways: one of every shipped diagram, of the drawing as it is, and small."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tools.pictures.contents import CONTENTS, contents
from tools.pictures.diagrams import PICTURES, Diagram, read_diagrams
from tools.pictures.svg import is_current

DIAGRAMS = read_diagrams()
MOST_BYTES = 150_000
TAKE_THEM = "run `make pictures`"


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda diagram: diagram.key)
def test_a_diagram_has_a_picture_of_its_drawing_as_it_is(diagram: Diagram) -> None:
    assert diagram.picture.exists(), f"there is no picture of it: {TAKE_THEM}"
    assert is_current(diagram), f"the picture is of an older drawing: {TAKE_THEM}"

    assert diagram.picture.stat().st_size < MOST_BYTES
    picture = ElementTree.fromstring(diagram.picture.read_text(encoding="utf-8"))
    assert picture.findtext("{http://www.w3.org/2000/svg}title") == diagram.name


def test_no_picture_is_kept_of_a_diagram_that_is_gone() -> None:
    assert set(PICTURES.glob("*/*.svg")) == {diagram.picture for diagram in DIAGRAMS}


def test_the_contents_page_says_what_the_diagrams_say() -> None:
    assert CONTENTS.read_text(encoding="utf-8") == contents(DIAGRAMS), TAKE_THEM


def test_a_new_name_asks_for_a_new_picture_and_a_new_rule_does_not(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    visits = next(diagram for diagram in DIAGRAMS if diagram.key == "visit_cycle")
    seals = {}
    for change, (was, becomes) in {
        "nothing": ("", ""),
        "a name": ("Visit the child in custody", "Visit the child"),
        "a rule": ("visit.opens_before", "visit.opens_much_before"),
    }.items():
        processes = tmp_path_factory.mktemp("processes")
        (processes / "remand_yda").mkdir()
        changed = visits.xml.replace(was, becomes) if was else visits.xml
        (processes / "remand_yda/visit_cycle.bpmn").write_text(changed, encoding="utf-8")
        (one,) = read_diagrams(processes)
        seals[change] = one.seal

    assert seals["nothing"] == seals["a rule"] == visits.seal
    assert seals["a name"] != visits.seal
