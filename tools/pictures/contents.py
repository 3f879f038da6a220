"""The contents page of docs/pathways: every diagram with its sentence, its picture and its counts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from tools.pictures.diagrams import PICTURES, Diagram

CONTENTS = PICTURES / "README.md"
SHARED = "Used by several pathways"
# As a child may come through them; a folder that is not named here comes after these.
COURSE = ("remand_yda", "rilaa", "yro_laa", "custodial_sentence", "release_preparation")
HEAD = """# The pathways in pictures

Every diagram that is shipped, as it is drawn in `processes/`. `make pictures` takes the pictures and writes this page;
a test says when a picture is missing or shows an older drawing.

A band is who does it. White steps are work for a person, grey ones the service does by itself. Green is where it
begins, a yellow clock waits for a day, a thick ring is an end. A filled envelope sends a message, which may start
another pathway; an open one waits for a message. The small stroke across a line marks the
way that is taken when no other applies.
"""


def contents(diagrams: Iterable[Diagram]) -> str:
    """The page's text; the diagrams come in the order in which they are to stand."""
    folders = [(folder, list(group)) for folder, group in groupby(diagrams, key=lambda one: one.folder)]
    folders.sort(key=lambda folder: COURSE.index(folder[0]) if folder[0] in COURSE else len(COURSE))
    titles = {folder: _title(folder, group) for folder, group in folders}
    lines = [HEAD]
    for folder, group in folders:
        lines.append(f"- [{titles[folder]}](#{_anchor(titles[folder])}): {_count(len(group), 'diagram')}")
    for folder, group in folders:
        lines += ["", f"## {titles[folder]}", "", f"The files are in `processes/{folder}`."]
        for diagram in group:
            lines += _entry(diagram)
    return "\n".join(lines) + "\n"


def _entry(diagram: Diagram) -> list[str]:
    where = f"{diagram.folder}/{diagram.key}.svg"
    counts = f"`{diagram.key}`: {_count(len(diagram.forms), 'form')}, {_count(len(diagram.duties), 'duty')}."
    return [
        "",
        f"### {diagram.name}",
        "",
        diagram.documentation,
        "",
        f"![{diagram.name}]({where})",
        "",
        counts,
    ]


def _title(folder: str, group: list[Diagram]) -> str:
    main = group[0]
    return f"{main.name}: the whole pathway" if main.key == folder else SHARED


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}" if number else f"no {plural}"
