"""Print, for each BPMN file of a folder: does it load, what changed, does every pathway of it run to an end?

A pathway runs to its end when the real services, on a throw-away database, begin it on an invented child, complete
each task as it comes with the simplest answers, and the instance ends without an incident. What another pathway of
the file, or a person, would tell it comes as messages, after one, two, three and forty days.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.clock import LONDON
from app.domain.errors import ThroughcareError
from app.engine import catalogue
from app.engine.contracts import Bundle
from app.services import simulation
from app.services.workbench import importing

START = datetime(2026, 1, 5, 9, tzinfo=LONDON)
DAYS = (1, 2, 3, 40)
PATIENCE = 120.0
"""Seconds by the clock: the kernel counts those of the processor, and a busy machine is no fault of a file."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    file: str
    loads: bool
    pathways: int = 0
    changes: int = 0
    lost: int = 0
    left: int = 0
    ended: int = 0
    why: str = ""

    @property
    def runs(self) -> bool:
        """Whether every pathway of the file runs to an end."""
        return self.loads and self.ended == self.pathways


def row_of(path: Path) -> Row:
    """What becomes of one file."""
    try:
        report = importing.read(path.name, path.read_bytes())
    except ThroughcareError as error:
        return Row(path.stem, loads=False, why=error.sentence)
    bundles = {one.key: one.bundle for one in report.pathways}
    told = {key: run(key, bundles) for key in bundles}
    why = "; ".join(f"{key}: {sentence}" for key, sentence in told.items() if sentence)
    left = sum(len(one.left_to_do) for one in report.pathways)
    ended = sum(not sentence for sentence in told.values())
    return Row(path.stem, True, len(bundles), len(report.changes), report.lost, left, ended, why)


def run(key: str, bundles: Mapping[str, Bundle]) -> str:
    """Carry a pathway out beside the others of its file; why it does not come to its end, or ""."""
    try:
        story = simulation.run(
            key,
            profile="default",
            start=START,
            complete="immediately",
            scenario=simulation.Scenario(messages=_from_outside(bundles[key])),
            bundles=bundles,
        )
    except ThroughcareError as error:
        return error.sentence
    own = [event for event in story["events"] if event["instance"] == 1]
    wrong = [event for event in story["events"] if event["kind"] == "incident"]
    if wrong:
        return f"an incident at {wrong[0]['element']}"
    return "" if any(event["kind"] == "instance_ended" for event in own) else "it waits for ever"


def _from_outside(bundle: Bundle) -> tuple[dict[str, object], ...]:
    names = sorted(
        {
            event.message.name
            for text in bundle.files.values()
            for process in catalogue.drawn(text).processes
            for node in process.everything()
            if node.type in ("intermediateCatchEvent", "receiveTask", "boundaryEvent")
            for event in node.events
            if event.message is not None
        }
    )
    return tuple({"at": f"P{day}D", "name": name, "payload": {}} for day in DAYS for name in names)


def main() -> None:
    """The table, and a line that sums it up."""
    asked = argparse.ArgumentParser(description="Bring in and carry out every BPMN file of a folder.")
    asked.add_argument("folder", type=Path)
    importing.SECONDS = PATIENCE
    rows = [row_of(path) for path in sorted(asked.parse_args().folder.glob("*.bpmn"))]
    print("| file | loads | pathways | changes | lost | left to do | run to an end |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        runs = f"{row.ended} of {row.pathways}" if row.loads else "-"
        print(
            f"| {row.file} | {'yes' if row.loads else 'no'} | {row.pathways} | {row.changes} | {row.lost} | "
            f"{row.left} | {runs}{': ' + row.why if row.why else ''} |"
        )
    loads, runs_all = sum(row.loads for row in rows), sum(row.runs for row in rows)
    print(
        f"\n{loads} of {len(rows)} load; {runs_all} of {len(rows)} run to an end in every pathway of theirs."
    )


if __name__ == "__main__":
    main()
