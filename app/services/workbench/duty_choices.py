"""The duties that a step meets, as a designer chooses them: by their numbers, or by words of what they ask for."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.domain.access import Viewer
from app.domain.duties import Duty
from app.domain.errors import BadInput
from app.engine.catalogue import listed
from app.services import reference
from app.services.workbench import drawing_words

MOST_NAMED = 4
"""How many duties a sentence names where several fit."""
_SHORT = 60


def register(viewer: Viewer) -> list[str]:
    """Every duty as a line to choose: its number and the beginning of what it asks for; the viewer's area first."""
    area = reference.profile(viewer.profile).area
    every = sorted(reference.register(), key=lambda duty: duty.area != area)
    return [f"{duty.id} {_short(drawing_words.duty_in_words(duty))}" for duty in every]


def named(text: str) -> list[tuple[str, str]]:
    """The numbers of the duties in a property, each with its number and words, as they are drawn."""
    known = reference.register().by_id
    return [
        (key, _line(known[key]) if key in known else f"{key}: not in the register")
        for key in dict.fromkeys(listed(text))
    ]


def written(drawn: str, kept: Collection[str], added: str) -> str:
    """The property with those of its duties that are kept, and what is added; untouched where nothing is changed.

    Raises BadInput at the question `duty` for what is no duty, or could be several.
    """
    before = list(dict.fromkeys(listed(drawn)))
    new = _chosen(added)
    if not new and all(key in kept for key in before):
        return drawn
    return ", ".join(dict.fromkeys([*(key for key in before if key in kept), *new]))


def _chosen(typed: str) -> list[str]:
    """The duties that somebody typed or chose: numbers with commas between them, a line of the list, or its words."""
    text = " ".join(typed.split())
    if not text:
        return []
    known = reference.register().by_id
    parts = [one for one in re.split(r"[,; ]+", text) if one]
    numbers = [one.upper().rstrip(":") for one in parts]
    if all(one in known for one in numbers):
        return numbers
    if numbers[0] in known and not any(_is_number(one) for one in numbers[1:]):
        return numbers[:1]
    wrong = next(
        (one for one, key in zip(parts, numbers, strict=True) if _is_number(key) and key not in known), ""
    )
    if wrong:
        raise _refused(f"There is no duty {wrong} in the register")
    found = [key for key, duty in known.items() if _says(_line(duty), parts)]
    if len(found) == 1:
        return found
    if not found:
        raise _refused(
            "No duty has these words. Enter other words of it, or its number; “Protocols” lists them"
        )
    some = "; ".join(f"{key} ({_short(known[key].sentence)})" for key in found[:MOST_NAMED])
    more = f"; and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    raise _refused(f"{len(found)} duties have these words. Enter the number of one: {some}{more}")


def _line(duty: Duty) -> str:
    return f"{duty.id} {drawing_words.duty_in_words(duty)}"


def _is_number(word: str) -> bool:
    """Whether a word is written like the number of a duty, such as WAN-8-10."""
    return bool(re.fullmatch(r"[A-Z]{2,4}(-[A-Z0-9.]+)+", word)) and any(letter.isdigit() for letter in word)


def _says(line: str, words: Collection[str]) -> bool:
    return all(word.lower() in line.lower() for word in words)


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= _SHORT else sentence[:_SHORT].rsplit(" ", 1)[0] + " …"


def _refused(sentence: str) -> BadInput:
    return BadInput(f"{sentence}.", {"duty": [sentence]})
