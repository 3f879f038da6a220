"""python -m tools.pictures [--all]   Takes the pictures that are missing or old, and writes their contents page."""

from __future__ import annotations

import sys

from tests.chromium import open_page, running_chromium
from tools.pictures.contents import CONTENTS, contents
from tools.pictures.diagrams import PICTURES, Diagram, read_diagrams
from tools.pictures.svg import is_current, picture_of, prepare


def take(diagrams: list[Diagram]) -> None:
    """Take the picture of each diagram."""
    with running_chromium() as browser, open_page(browser) as page:
        prepare(page)
        for diagram in diagrams:
            diagram.picture.parent.mkdir(parents=True, exist_ok=True)
            diagram.picture.write_text(picture_of(page, diagram), encoding="utf-8")


def main() -> None:
    """Take what is old, remove what shows no diagram any more, write the contents page."""
    diagrams = read_diagrams()
    old = diagrams if "--all" in sys.argv[1:] else [one for one in diagrams if not is_current(one)]
    if old:
        take(old)
    for path in set(PICTURES.glob("*/*.svg")) - {one.picture for one in diagrams}:
        path.unlink()
    CONTENTS.parent.mkdir(parents=True, exist_ok=True)
    CONTENTS.write_text(contents(diagrams), encoding="utf-8")
    print(f"{len(old)} of {len(diagrams)} pictures taken.")


main()
