"""A manual on paper, or all manuals in one handbook: PDF/UA, tagged. The drawings are made here; nothing is fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2

from app.engine import drawing_svg
from app.engine.picture import Box
from app.services import paper, pictures
from app.services.manual.contents import Manual

WIDE, HIGH = (
    982.0,
    590.0,
)  # of a landscape A4 sheet between its margins and under a line of words, in CSS pixels
SMALLEST = 0.66  # 12 pixels of a drawing are then 6 points high: less cannot be read on paper
ADDRESS = "drawing:"


@dataclass(frozen=True)
class Sheet:
    """A page with a drawing: what stands over it, and the words for who cannot see it."""

    address: str
    heading: str
    alt: str


def render(manual: Manual) -> bytes:
    """The PDF of one manual, with its drawing on sheets of their own. The same manual gives the same bytes."""
    return _render([manual], f"{manual.name}: procedure", is_handbook=False)


def render_all(manuals: Sequence[Manual], title: str) -> bytes:
    """The PDF of a handbook: an index, then each manual."""
    return _render(manuals, title, is_handbook=True)


def _render(manuals: Sequence[Manual], title: str, *, is_handbook: bool) -> bytes:
    from weasyprint import CSS, HTML  # two seconds, which only who makes a paper should wait for

    drawings: dict[str, str] = {}
    sheets = {manual.key: _sheets(manual, drawings) for manual in manuals}
    html = _template().render(manuals=manuals, sheets=sheets, title=title, is_handbook=is_handbook)
    fetch = _only(drawings)
    style = CSS(string=(paper.HERE / "manual.css").read_text(encoding="utf-8"), url_fetcher=paper.refuse)
    seal = hashlib.sha256("\n".join([html, *drawings.values()]).encode())
    with paper.ONE_AT_A_TIME:
        made: bytes | None = HTML(string=html, url_fetcher=fetch).write_pdf(
            stylesheets=[style], pdf_variant="pdf/ua-1", pdf_identifier=seal.digest()[:16]
        )
    assert made is not None
    return made


def _sheets(manual: Manual, drawings: dict[str, str]) -> tuple[Sheet, ...]:
    """One sheet for a drawing that can be read on it; else the whole for a first look, and its pieces."""
    shown = pictures.sketch(manual.xml, manual.profile)
    whole = shown.extent
    alt = f"The drawing of {manual.name}. The steps of this procedure say the same in words."
    sheets = [Sheet(_kept(drawings, drawing_svg.draw(shown)), "The drawing", alt)]
    if min(WIDE / whole.width, HIGH / whole.height) >= SMALLEST:
        return tuple(sheets)
    pieces = drawing_svg.strips(shown, WIDE / SMALLEST, HIGH / SMALLEST)
    for place, window in enumerate(pieces, start=1):
        heading = f"The drawing, sheet {place} of {len(pieces)}: {_where(window, whole)}"
        address = _kept(drawings, drawing_svg.draw(shown, window=window))
        sheets.append(Sheet(address, heading, f"{alt} {heading}."))
    return tuple(sheets)


def _where(window: Box, whole: Box) -> str:
    """Which part of the whole a window shows, in words."""
    x, y = window.middle
    across = ("left", "middle", "right")[min(2, int(3 * (x - whole.left) / whole.width))]
    down = ("top", "middle", "bottom")[min(2, int(3 * (y - whole.top) / whole.height))]
    return "middle" if across == down == "middle" else f"{down} {across}"


def _kept(drawings: dict[str, str], svg: str) -> str:
    address = f"{ADDRESS}{len(drawings) + 1}"
    drawings[address] = svg
    return address


def _only(drawings: Mapping[str, str]) -> Any:
    """What the paper is given in place of a way to fetch: its own drawings by their made-up addresses."""
    from weasyprint.urls import URLFetcherResponse

    def fetch(url: str, *args: Any, **options: Any) -> Any:
        if url not in drawings:
            paper.refuse(url)
        return URLFetcherResponse(url, drawings[url], {"Content-Type": "image/svg+xml"})

    return fetch


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(paper.HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("manual.html")
