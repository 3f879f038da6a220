"""Bringing a foreign BPMN file in: read in a process of its own, with what was changed and what is left to do.

Nothing is kept here: `looked_at` keeps what somebody has looked at, and makes drafts of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import structlog

from app.domain.errors import BadInput
from app.engine.contracts import Bundle, Finding
from app.engine.gate import MAX_BYTES
from app.engine.importing.report import Change
from app.services import checks

SECONDS = 4.5
"""For everything, the start of a process included, so that nobody waits for more than 5."""
LARGEST = 2 * MAX_BYTES
SHORTEST_LAYOUT = 0.3
LAYOUT_MEMORY = "--max-old-space-size=150"
BROKEN = (
    "The file cannot be read here, because of a fault of this service. It is noted, and nothing was kept."
)
LAYOUT = Path(__file__).resolve().parents[3] / "tools" / "layout" / "index.mjs"
ROOT = Path(__file__).resolve().parents[3]

_FRAME = re.compile(r'File "[^"]*/(app/[a-z_/]+\.py)", line (\d+)')
log = structlog.get_logger("throughcare")


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


def read(file_name: str, content: bytes) -> Report:
    """The pathways of a file, drawn and checked. Raises BadInput, with one sentence, for what cannot be brought in.

    It takes no longer than SECONDS and no more memory than `engine.importing.answering` allows, whatever the file says.
    """
    ends_at = time.monotonic() + SECONDS
    stem = PurePosixPath(file_name.replace("\\", "/")).stem or "pathway"
    answer = _in_a_process_of_its_own(stem, content)
    if "refused" in answer:
        raise _refused(answer["refused"])
    undrawn = {path for one in answer["bundles"] for path in one["files"]} & {
        f"{key}/{key}.bpmn" for key in answer["undrawn"]
    }
    texts = {path: text for one in answer["bundles"] for path, text in one["files"].items()}
    drawn = _drawn({path: texts[path] for path in sorted(undrawn)}, ends_at)
    pathways = tuple(
        Pathway(
            one["key"],
            answer["names"][one["key"]],
            Bundle(
                one["key"], {path: drawn.get(path, text) for path, text in one["files"].items()}, one["forms"]
            ),
            tuple(Finding(**finding) for finding in answer["left_to_do"][one["key"]]),
        )
        for one in answer["bundles"]
    )
    changes = [Change(**change) for change in answer["changes"]]
    changes += [_came_undrawn(path, answer["names"], path in drawn) for path in sorted(undrawn)]
    return Report(file_name, pathways, tuple(changes))


def _came_undrawn(path: str, names: Mapping[str, str], is_drawn: bool) -> Change:
    key = PurePosixPath(path).stem
    then = "One was made." if is_drawn else "Press “Tidy the drawing” in the outline of its draft."
    return Change(key, "no_picture", f"“{names[key]}” came without a drawing. {then}")


def _in_a_process_of_its_own(stem: str, content: bytes) -> Mapping[str, Any]:
    """What the importer says about the file. Raises BadInput when it is too large, takes too long or breaks."""
    if len(content) > LARGEST:
        raise _refused(
            "The file is larger than 2 MB. Split the pathway into processes that call one another."
        )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.engine.importing"],
            input=json.dumps(asked(stem)).encode() + b"\n" + content,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
        )
    except subprocess.TimeoutExpired:
        raise _refused(
            "Reading the file takes longer than 5 seconds. Try again in a few minutes, for the service may be busy; "
            "if it stays so, split the file."
        ) from None
    if done.returncode < 0:  # ended by the kernel, which holds its limits
        raise _refused(
            "The file cannot be read: it asks for more than an import may take. Save it again, simpler."
        )
    if done.returncode:
        log.error("import_broke", frames=_frames(done.stderr))
        raise _refused(BROKEN)
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _frames(last_words: bytes) -> str:
    """Where in our own code it broke; what was in the file stays out of the log."""
    found = _FRAME.findall(last_words.decode("utf-8", "replace"))
    return " ".join(f"{module}:{line}" for module, line in found[-8:])


def asked(stem: str) -> dict[str, Any]:
    """What the importer has to know of the project, as JSON."""
    known = checks.known(None)
    return {
        "stem": stem[:60],
        "roles": {role.key: {"name": role.name, "agency": role.agency} for role in known.roles},
        "told": checks.BY_THE_PLATFORM,
        "known": {
            "rules": sorted(known.rules or ()),
            "duties": sorted(known.duties or ()),
            "named": {name: sorted(words) for name, words in known.named.items()},
            "timed": sorted(known.timed),
        },
    }


def _refused(sentence: str) -> BadInput:
    return BadInput(sentence, {"file": [sentence]})


def _drawn(texts: Mapping[str, str], ends_at: float) -> dict[str, str]:
    """The files, by path, with a drawing: those for which the layout makes one before the time is over."""
    drawn = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawing.bpmn"
        for path, text in texts.items():
            seconds = ends_at - time.monotonic()
            if seconds < SHORTEST_LAYOUT:
                break
            file.write_text(text, encoding="utf-8")
            try:
                done = subprocess.run(  # noqa: S603 - our own tool and a file of our own making
                    ["node", LAYOUT_MEMORY, str(LAYOUT), "--effort", "quick", str(file)],  # noqa: S607
                    capture_output=True,
                    timeout=seconds,
                )
            except (FileNotFoundError, subprocess.TimeoutExpired):
                break  # the report says which have no drawing
            if not done.returncode:
                drawn[path] = file.read_text(encoding="utf-8")
    return drawn
