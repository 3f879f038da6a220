"""Due times and conditions as somebody chooses them from lists, and as a drawing writes them.

The panel beside the drawing offers the same in the browser (`due.js`, `deciding.js`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.access import Viewer
from app.services import reference
from app.services.workbench import drawing_words
from app.services.workbench.drafts import Draft
from app.services.workbench.drawing_words import Name

OTHER = "-"
"""Chosen where no list has it: an expression says it."""
NOW = "now()"
_LIMIT = re.compile(r"""deadline\(\s*(["'])([\w.]+)\1\s*,\s*(now\(\)|[\w.]+|fact\((["'])\w+\4\))\s*\)""")
_LENGTH = re.compile(r"""(["']?)P(?:(\d+)([DWM])|T(\d+)(H))\1""")
_ASKED = re.compile(r"""([\w.]+)\s*(==|!=)\s*(True|False|true|false|"[^"]*")""")


@dataclass(frozen=True)
class Offered:
    """What there is to choose from in one draft, as it is written and as people read it; limits are of `profile`."""

    profile: str
    rules: Mapping[str, str]
    starts: Mapping[str, str]
    answers: Mapping[str, str]


def offered(viewer: Viewer, draft: Draft) -> Offered:
    """The time limits in the viewer's area, the moments they can be counted from, the answers that can decide."""
    profile = reference.profile(viewer.profile)
    names = drawing_words.names(draft.bundle, draft.bundle.main_path)
    times = {one.name: _capital(one.words or one.name.replace("_", " ")) for one in names if one.is_time}
    return Offered(
        profile=viewer.profile,
        rules={one.key: f"{one.title}: {one.words}" for one in drawing_words.rules(profile)},
        starts={NOW: "The moment when this step begins", **times},
        answers=dict(pair for one in names for pair in _answers(one)),
    )


def limit_in(text: str, lists: Offered) -> tuple[str, str]:
    """The rule that a text names and what it is counted from; (OTHER, "") where the lists have it not."""
    found = _LIMIT.fullmatch(text.strip())
    if not text.strip():
        return "", ""
    chosen = (found[2], found[3].replace('"', "'")) if found else (OTHER, "")
    return chosen if chosen[0] in lists.rules and chosen[1] in lists.starts else (OTHER, "")


def limit(rule: str, counted_from: str) -> str:
    """A rule and what it is counted from, as a drawing writes it."""
    return f'deadline("{rule}", {counted_from or NOW})'


def length_in(text: str) -> tuple[str, str]:
    """How many of what a length of time is, such as ("14", "D"); ("", "") for one that is worked out."""
    found = _LENGTH.fullmatch(text.strip())
    return (found[2] or found[4], found[3] or found[5]) if found else ("", "")


def length(number: str, unit: str) -> str:
    """A length of time as a drawing writes it; `unit` is H, D, W or M."""
    return f'"P{"T" if unit == "H" else ""}{number}{unit}"'


def answer_in(condition: str, lists: Offered) -> str:
    """Which of the answers a condition asks for; OTHER where the lists have it not, "" where there is none."""
    if not condition.strip():
        return ""
    found = _ASKED.fullmatch(condition.strip())
    value = found[3].capitalize() if found and found[3] in ("true", "false") else found and found[3]
    written = f"{found[1]} {found[2]} {value}" if found else OTHER
    return written if written in lists.answers else OTHER


def _answers(name: Name) -> Iterator[tuple[str, str]]:
    question = _capital(name.words or name.name)
    for value, label in name.answers:
        yield f"{name.name} == {value}", f"{question}: {label}"
    for value, label in name.answers if len(name.answers) > 2 else ():
        yield f"{name.name} != {value}", f"{question}: anything but {label}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
