"""The drawing of a pathway as a picture that needs no script, in the words of an area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from app.domain.vocabulary import say
from app.engine import drawing_svg, symbols
from app.engine.difference import Marks
from app.engine.drawing_svg import Mark, Sketch
from app.services import reference


def sketch(xml: str, profile_key: str) -> Sketch:
    """What is drawn, its names as the area says them. Raises PathwayRefused for a file that cannot be read."""
    words = reference.profile(profile_key).words
    return _sketch(xml, tuple(sorted(words.items())))


def svg(
    xml: str,
    profile_key: str,
    marks: Mapping[str, Mark] | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """The whole picture; `marks` sets a sign at elements by their ids, `labels` writes a few words there."""
    return drawing_svg.draw(sketch(xml, profile_key), marks=marks, labels=labels)


def heat(xml: str, profile_key: str, bands: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The picture with each step in the colour and sign of its band, and its number written at it."""
    marks = {key: cast("Mark", band) for key, band in bands.items()}
    return svg(xml, profile_key, marks, labels)


@dataclass(frozen=True)
class Sign:
    """What the key beside a picture shows of a band: its colour, the path of its sign (from -6 to 6), its words."""

    band: str
    colour: str
    sign: str
    words: str


def key_of(bands: Iterable[str]) -> list[Sign]:
    """The key of these bands, in their order."""
    return [Sign(band, *symbols.sample(band)) for band in bands]


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
    found: dict[str, Mark] = dict.fromkeys(marks.changed, "changed")
    return found | dict.fromkeys(marks.removed, "removed")


def covered(reached: Iterable[str], unreached: Iterable[str]) -> dict[str, Mark]:
    """The marks of what scenarios reach."""
    marks: dict[str, Mark] = dict.fromkeys(reached, "reached")
    return marks | dict.fromkeys(unreached, "unreached")


@lru_cache(maxsize=64)
def _sketch(xml: str, words: tuple[tuple[str, str], ...]) -> Sketch:
    known = dict(words)
    return drawing_svg.read(xml, lambda text: say(text, known))
