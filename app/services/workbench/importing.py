"""Bringing a foreign BPMN file in: read in a process of its own, with what was changed and what is left to do."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from app.domain.access import Viewer
from app.domain.errors import BadInput
from app.engine.contracts import Bundle, Finding
from app.engine.gate import MAX_BYTES
from app.engine.importing.report import Change
from app.services import checks, reference
from app.services.workbench import drafting
from app.services.workbench.drafts import require_design

SECONDS = 5
LARGEST = 2 * MAX_BYTES
LAYOUT_SECONDS = 20
LAYOUT = Path(__file__).resolve().parents[3] / "tools" / "layout" / "index.mjs"
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Pathway:
    """A process of the file as one of our pathways, with the findings that stop it from being published."""

    key: str
    name: str
    bundle: Bundle
    left_to_do: tuple[Finding, ...]


@dataclass(frozen=True)
class Report:
    """What became of a file: its pathways, and every change that it took to make them."""

    file: str
    pathways: tuple[Pathway, ...]
    changes: tuple[Change, ...]

    @property
    def lost(self) -> int:
        """How many things of the file are in no pathway."""
        return sum(change.loses for change in self.changes)

    def plain(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "file": self.file,
            "pathways": [
                {"key": one.key, "name": one.name, "left_to_do": [asdict(left) for left in one.left_to_do]}
                for one in self.pathways
            ],
            "changes": [asdict(change) for change in self.changes],
        }


def look(viewer: Viewer, file_name: str, content: bytes) -> Report:
    """What an import of the file would give; nothing is kept. Raises BadInput with one sentence."""
    require_design(viewer)
    return read(file_name, content)


def open_as_draft(viewer: Viewer, file_name: str, content: bytes, key: str) -> str:
    """The id of a new draft of one pathway of the file. Raises BadInput, or Conflict where there is a draft."""
    require_design(viewer)
    report = read(file_name, content)
    found = next((one for one in report.pathways if one.key == key), None)
    if found is None:
        raise BadInput("Select which pathway to open.", {"key": ["Select which pathway to open"]})
    said = [asdict(change) for change in report.changes]
    return drafting.from_bundle(viewer, found.bundle, said, what=f"Brought in from {file_name}"[:120])


def read(file_name: str, content: bytes) -> Report:
    """The pathways of a file, drawn and checked. Raises BadInput, with one sentence, for what cannot be brought in."""
    stem = PurePosixPath(file_name.replace("\\", "/")).stem or "pathway"
    answer = _in_a_process_of_its_own(stem, content)
    if "refused" in answer:
        raise BadInput(answer["refused"], {"file": [answer["refused"]]})
    undrawn = set(answer["undrawn"])
    bundles = [_drawn(Bundle(one["key"], one["files"], one["forms"]), undrawn) for one in answer["bundles"]]
    around = checks.around(bundles)
    pathways = tuple(
        Pathway(one.key, answer["names"][one.key], one, _stopping(checks.findings_of(one, around)))
        for one in bundles
    )
    return Report(file_name, pathways, tuple(Change(**change) for change in answer["changes"]))


def _stopping(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.stops)


def _in_a_process_of_its_own(stem: str, content: bytes) -> Mapping[str, Any]:
    """What the importer says about the file. Raises BadInput when it is too large, takes too long or breaks."""
    if len(content) > LARGEST:
        raise _refused(
            "The file is larger than 2 MB. Split the pathway into processes that call one another."
        )
    roles = {role.key: {"name": role.name, "agency": role.agency} for role in reference.roles()}
    asked = json.dumps({"stem": stem[:60], "roles": roles}).encode() + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.engine.importing"],
            input=asked + content,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
        )
    except subprocess.TimeoutExpired:
        raise _refused("The file takes longer than 5 seconds to read. Split it, and try again.") from None
    if done.returncode:
        raise _refused(
            "The file cannot be read: it asks for more than an import may take. Save it again, simpler."
        )
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _refused(sentence: str) -> BadInput:
    return BadInput(sentence, {"file": [sentence]})


def _drawn(bundle: Bundle, undrawn: set[str]) -> Bundle:
    """The bundle with a drawing for each of its processes that came without one, where the layout can make it."""
    paths = [path for path in bundle.files if PurePosixPath(path).stem in undrawn]
    if not paths:
        return bundle
    texts = dict(bundle.files)
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            file = Path(folder) / "drawing.bpmn"
            file.write_text(texts[path], encoding="utf-8")
            try:
                done = subprocess.run(  # noqa: S603 - our own tool and a file of our own making
                    ["node", str(LAYOUT), "--effort", "quick", str(file)],  # noqa: S607
                    capture_output=True,
                    timeout=LAYOUT_SECONDS,
                )
            except (FileNotFoundError, subprocess.TimeoutExpired):
                return bundle  # the check says that there is no drawing
            if not done.returncode:
                texts[path] = file.read_text(encoding="utf-8")
    return replace(bundle, files=texts)
