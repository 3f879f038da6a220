"""What anybody has written into a drawing is still there after the modeller's own reader has opened and saved it."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

from lxml import etree

from app.engine.importing import bring_in
from app.services import reference
from tests.engine.foreign import DI, DRAWINGS, file_of, process, task

HERE = Path(__file__).resolve().parent
SHIPPED = sorted((HERE.parents[1] / "processes").glob("*/*.bpmn"))
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
FOREIGN = 'xmlns:other="http://other.example/schema" xmlns:more="urn:more"'
EVERYWHERE = file_of(
    f'<signal id="s" name="s" {FOREIGN} other:kept="1"/>',
    process(
        task(
            "a",
            "userTask",
            f'<extensionElements {FOREIGN}><other:form key="f" more:depth="2"><other:field name="x">words '
            '&amp; signs</other:field><more:empty/></other:form><other:form key="g"/></extensionElements>',
            more=f'{FOREIGN} other:assignee="jane" more:priority="7"',
        ),
        task("b", "serviceTask", more=f'{FOREIGN} other:class="x.Y"'),
    ),
    f'<bpmndi:BPMNDiagram xmlns:bpmndi="{DI.replace("/DI", "")}/DI" id="d"/>',
)


def written(text: str | bytes) -> Counter[tuple[str, ...]]:
    """Every element: what is around it, its attributes, its text; nothing of a step that was given another name."""
    root = etree.fromstring(text.encode() if isinstance(text, str) else text)
    found: Counter[tuple[str, ...]] = Counter()
    for one in root.iter(etree.Element):
        around = one.getparent().get("id", "") if one.getparent() is not None else ""
        attributes = sorted((name, value) for name, value in one.attrib.items() if name != XSI_TYPE)
        found[str(one.tag), around, str(attributes), (one.text or "").strip()] += 1
    return found


def test_opening_touching_and_saving_loses_nothing_that_anybody_wrote() -> None:
    # given
    texts = [path.read_text(encoding="utf-8") for path in SHIPPED]
    texts.append(EVERYWHERE.decode())
    for number, content in enumerate([*DRAWINGS.values(), EVERYWHERE]):
        for bundle in bring_in(content, f"file_{number}", reference.roles()).bundles:
            texts += bundle.files.values()

    # when
    done = subprocess.run(
        ["node", HERE / "round_trip.mjs"],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    saved = json.loads(done.stdout)

    # then
    assert len(saved) == len(texts) > len(SHIPPED) + len(DRAWINGS) > 0
    assert saved[-1].count("other:field") == 2
    assert 'more:priority="7"' in saved[-1]
    for before, after in zip(texts, saved, strict=True):
        lost = written(before) - written(after)
        gained = [key for key in written(after) - written(before) if "('name', 'Touched')" in key[2]]
        assert len(lost) == len(gained) <= 1, lost
