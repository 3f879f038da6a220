"""Damaged and hostile files, brought in: no crash, none over 5 seconds, none over 300 MB, a sentence for each.

Here each kind is tried with a few of its files; `make hostile` goes through all 500.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.hostile.foreign_files import files

ROOT = Path(__file__).resolve().parents[2]


def test_there_are_500_files_of_many_kinds_and_they_are_always_the_same() -> None:
    # when
    first, again = list(files()), list(files())

    # then
    assert len(first) == 500
    assert first == again
    assert len({one.content for one in first}) > 480
    assert min(Counter(one.kind for one in first).values()) >= 10


def test_none_of_them_breaks_or_delays_an_import() -> None:
    # when: in a process without threads, which can be forked for each file
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.import_run", "--short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    # then
    assert done.returncode == 0, done.stdout + done.stderr
    assert "42 files; 0 faults." in done.stdout
