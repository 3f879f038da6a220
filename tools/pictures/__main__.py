"""python -m tools.pictures [--all]   Takes the pictures that are missing or old, and writes their contents page."""

from __future__ import annotations

import sys

from playwright.sync_api import Error as PlaywrightError

from tests.chromium import open_page, running_chromium
from tools.pictures.contents import CONTENTS, contents
from tools.pictures.diagrams import PICTURES, Diagram, read_diagrams
from tools.pictures.svg import is_current, picture_of, prepare


def take(diagrams: list[Diagram]) -> list[str]:
    """Take the picture of each diagram; the sentences about those that could not be drawn."""
    troubles = []
    with running_chromium() as browser, open_page(browser) as page:
        prepare(page)
        for diagram in diagrams:
            diagram.picture.parent.mkdir(parents=True, exist_ok=True)
            try:
                diagram.picture.write_text(picture_of(page, diagram), encoding="utf-8")
            except PlaywrightError as trouble:
                troubles.append(f"{diagram.key} could not be drawn: {trouble.message.splitlines()[0]}")
    return troubles


def main() -> None:
    """Take what is old, remove what shows no diagram any more, write the contents page."""
    diagrams = read_diagrams()
    old = diagrams if "--all" in sys.argv[1:] else [one for one in diagrams if not is_current(one)]
    troubles = take(old) if old else []
    for path in set(PICTURES.glob("*/*.svg")) - {one.picture for one in diagrams}:
        path.unlink()
    CONTENTS.parent.mkdir(parents=True, exist_ok=True)
    CONTENTS.write_text(contents(diagrams), encoding="utf-8")
    print(f"{len(old) - len(troubles)} of {len(diagrams)} pictures taken.")
    if troubles:
        sys.exit("\n".join(troubles))


main()
