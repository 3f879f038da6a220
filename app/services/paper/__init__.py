"""Documents on paper: PDF/UA, tagged, from our own template and style sheet alone. Nothing is fetched from anywhere."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn

import jinja2

from app.domain.documents import Document, Print
from app.domain.moments import MONTHS
from app.garbage import collecting_nothing

HERE = Path(__file__).parent
POINTS: dict[Print, int] = {"normal": 14, "large": 18, "larger": 24}
FONT = "bold 9pt 'Liberation Sans', 'DejaVu Sans', sans-serif"
MARKED = "@page {{ @bottom-left {{ content: '{marking}'; font: {font} }} }}"
SIZE = "html {{ font-size: {points}pt }} @page {{ @bottom-right {{ font-size: {foot}pt }} }}"
DATE = re.compile(rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)})\b(?: \d{{4}}\b)?")
ONE_AT_A_TIME = Lock()


class OutsideAddress(Exception):
    """A document named something outside itself: that is a fault of ours, and nothing is fetched."""


def render(document: Document, size: Print = "normal", *, is_for_a_child: bool = True) -> bytes:
    """The PDF of a document. The same document gives the same bytes.

    For a child in the print that was asked for; for professionals in 11 point, whatever was asked.
    """
    from weasyprint import CSS  # two seconds, which only who makes a paper should wait for

    html = _template("paper.html").render(document=document, is_for_a_child=is_for_a_child)
    points = POINTS[size] if is_for_a_child else 11
    sheets = [
        CSS(string=(HERE / "paper.css").read_text(encoding="utf-8"), url_fetcher=refuse),
        CSS(string=SIZE.format(points=points, foot=round(points * 0.75)), url_fetcher=refuse),
    ]
    if document.marking.replace("-", "").isalpha():  # on every sheet, as well as above the title
        sheets.append(CSS(string=MARKED.format(marking=document.marking, font=FONT), url_fetcher=refuse))
    return _written(html, sheets)


def render_page(template: str, /, **parts: Any) -> bytes:
    """The PDF of `template`.html in the style of `template`.css. The same parts give the same bytes."""
    from weasyprint import CSS  # two seconds, which only who makes a paper should wait for

    html = _template(f"{template}.html").render(**parts)
    style = CSS(string=(HERE / f"{template}.css").read_text(encoding="utf-8"), url_fetcher=refuse)
    return _written(html, [style])


def _written(html: str, sheets: list[Any]) -> bytes:
    from weasyprint import HTML

    with ONE_AT_A_TIME, collecting_nothing():  # Pango's font map is not made for several threads
        made: bytes | None = HTML(string=html, url_fetcher=refuse).write_pdf(
            stylesheets=sheets,
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
        )
    assert made is not None
    return made


def refuse(url: str, *args: Any, **options: Any) -> NoReturn:
    """What a paper is given in place of a way to fetch. Raises OutsideAddress."""
    raise OutsideAddress(f"A document may fetch nothing, and not {url[:80]}.")


def unbroken(text: str) -> str:
    """The text with its dates such as “8 December 2026” held together: no line ends inside one."""
    return DATE.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["unbroken"] = unbroken
    return environment.get_template(name)
