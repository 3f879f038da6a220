"""The virus scan: the council's own command gets a file's bytes and answers with its exit status."""

from __future__ import annotations

import shlex
import subprocess
from typing import Literal

SECONDS = 60
Verdict = Literal["clean", "infected", "unavailable"]


def scan(content: bytes, command: str | None) -> Verdict:
    """What the command says of the bytes on its standard input: 0 clean, 1 infected (as `clamdscan -` has it).

    Anything else, a command that cannot be started or that takes longer than a minute is `unavailable`. Without a
    command everything is `clean`: a council that has no scanner says so by leaving the setting out.
    """
    if not command:
        return "clean"
    try:
        answer = subprocess.run(  # noqa: S603 - the command is the council's own, from the settings
            shlex.split(command), input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return "unavailable"
    verdicts: dict[int, Verdict] = {0: "clean", 1: "infected"}
    return verdicts.get(answer.returncode, "unavailable")
