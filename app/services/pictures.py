"""The drawing of a pathway as a picture that needs no script, in the words of an area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from app.domain.vocabulary import say
from app.engine import drawing_svg
from app.engine.difference import Marks
from app.engine.drawing_svg import Mark, Sketch
from app.services import reference


def sketch(xml: str, profile_key: str) -> Sketch:
    """What is drawn, its names as the area says them. Raises PathwayRefused for a file that cannot be read."""
    words = reference.profile(profile_key).words
    return _sketch(xml, tuple(sorted(words.items())))


def svg(xml: str, profile_key: str, marks: Mapping[str, Mark] | None = None) -> str:
    """The whole picture; `marks` sets a sign at elements by their ids."""
    return drawing_svg.draw(sketch(xml, profile_key), marks=marks)


def standing(done: Iterable[str], active: Iterable[str], late: Iterable[str]) -> dict[str, Mark]:
    """The marks of a running pathway: what is done, what is to be done now, and what of that is late."""
    marks: dict[str, Mark] = dict.fromkeys(done, "done")
    marks |= dict.fromkeys(active, "current")
    return marks | dict.fromkeys(late, "late")


def changed(marks: Marks) -> dict[str, Mark]:
    """The marks of the newer of two drawings."""
    found: dict[str, Mark] = dict.fromkeys(marks.changed, "changed")
    return found | dict.fromkeys(marks.added, "added")


def removed(marks: Marks) -> dict[str, Mark]:
    """The marks of the older of two drawings."""
    return dict.fromkeys(marks.removed, "removed")


def covered(reached: Iterable[str], unreached: Iterable[str]) -> dict[str, Mark]:
    """The marks of what scenarios reach."""
    marks: dict[str, Mark] = dict.fromkeys(reached, "reached")
    return marks | dict.fromkeys(unreached, "unreached")


@lru_cache(maxsize=64)
def _sketch(xml: str, words: tuple[tuple[str, str], ...]) -> Sketch:
    known = dict(words)
    return drawing_svg.read(xml, lambda text: say(text, known))
