"""The parent's side of tests.crash.worker: hand out jobs, hear what they answer, shoot them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Heard:
    """What came of one batch of jobs."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    pids: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    errors: str = ""

    @property
    def kills(self) -> int:
        """How many jobs were shot."""
        return sum(status == -signal.SIGKILL for status in self.statuses)

    def outcomes(self, work: str) -> dict[str, list[str]]:
        """What was answered to each task or token, by all who asked."""
        found: dict[str, list[str]] = {}
        for answer in self.answers:
            if answer.get("work") == work:
                found.setdefault(answer["answered"], []).append(answer["outcome"])
        return found


class Nursery:
    """Processes that work on one database; each batch is over when all of its processes are."""

    def __init__(self, url: str, folder: Path) -> None:
        self._errors = folder / "worker-errors.txt"
        self._said = self._errors.open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.worker", url, str(folder)],
            cwd=PROJECT,
            env={**os.environ, "CRASH_SUITE": "yes", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        assert self._listen() == {"awake": True}, self._what_went_wrong()

    def run(self, *jobs: dict[str, Any], on_pid: Callable[[int], None] | None = None) -> Heard:
        """Run the jobs at the same time. `on_pid` is told of each process that begins to work."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(jobs) + "\n")
        self._process.stdin.flush()
        heard = Heard()
        while (words := self._listen()) != {"over": True}:
            if "pid" in words:
                heard.pids.append(words["pid"])
                if on_pid is not None:
                    on_pid(words["pid"])
            elif "ended" in words:
                heard.statuses.append(words["status"])
            else:
                heard.answers.append(words)
        heard.errors = self._what_went_wrong()
        assert set(heard.statuses) <= {0, -signal.SIGKILL}, heard.errors
        return heard

    def _listen(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._what_went_wrong()
        words: dict[str, Any] = json.loads(line)
        return words

    def _what_went_wrong(self) -> str:
        return self._errors.read_text()[-4000:]

    def close(self) -> None:
        """Send everybody home."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._said.close()
