"""The procedure manual of a pathway: to read, to print, for any area; of the version in force or another."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request, url_for

from app.services import manuals, pictures
from app.services.manual.contents import Manual
from app.services.paper import manuals as paper
from app.web.guard import allowed
from app.web.papers import as_pdf
from app.web.pathways import as_picture

pages = Blueprint("manuals", __name__)
SECTION = "pathways.index"


@pages.get("/pathways/<key>/manual")
@allowed("see_pathways", section=SECTION)
def show(key: str) -> str:
    """The version in force, step by step."""
    manual = manuals.of_pathway(g.viewer, key, chosen_area())
    return _page(manual, url_for(".pdf", key=key, area=chosen_area()), url_for("pathways.picture", key=key))


@pages.get("/pathways/<key>/manual.pdf")
@allowed("see_pathways")
def pdf(key: str) -> Response:
    """The same on paper, with the drawing."""
    return manual_pdf(manuals.of_pathway(g.viewer, key, chosen_area()))


@pages.get("/pathways/<key>/versions/<int:number>/manual")
@allowed("see_pathways", section=SECTION)
def show_version(key: str, number: int) -> str:
    """Another version, step by step."""
    manual = manuals.of_version(g.viewer, key, number, chosen_area())
    pdf = url_for(".pdf_of_version", key=key, number=number, area=chosen_area())
    return _page(manual, pdf, url_for(".picture_of_version", key=key, number=number))


@pages.get("/pathways/<key>/versions/<int:number>/manual.pdf")
@allowed("see_pathways")
def pdf_of_version(key: str, number: int) -> Response:
    """The same on paper."""
    return manual_pdf(manuals.of_version(g.viewer, key, number, chosen_area()))


@pages.get("/pathways/<key>/versions/<int:number>/diagram.svg")
@allowed("see_pathways")
def picture_of_version(key: str, number: int) -> Response:
    """The drawing of that version as a picture."""
    return as_picture(pictures.svg(manuals.of_version(g.viewer, key, number).xml, g.viewer.profile))


def chosen_area() -> str | None:
    """The area in whose words and limits it is read, where the address names one."""
    return request.args.get("area") or None


def manual_pdf(manual: Manual) -> Response:
    """A manual as a PDF that opens in the browser."""
    return as_pdf(paper.render(manual), f"{manual.key.replace('_', '-')}-{manual.area_key}.pdf")


def _page(manual: Manual, pdf: str, picture: str) -> str:
    return render_template(
        "manuals/show.html",
        page_name=f"Procedure: {manual.name}",
        manual=manual,
        pdf=pdf,
        picture=picture,
        areas=manuals.areas(),
    )
