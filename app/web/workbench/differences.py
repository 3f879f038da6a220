"""What has changed: a draft beside the version in force, or any two versions, as a list and on both drawings."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request

from app.domain.errors import NotFound
from app.services import pictures
from app.services.workbench import comparing, versions
from app.services.workbench.comparing import Compared
from app.web.guard import allowed
from app.web.pathways import as_picture, bpmn_file
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_differences", __name__)
SIDES = ("old", "new")


@pages.get("/workbench/drafts/<draft_id>/differences")
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """A draft beside the version in force."""
    draft, compared = comparing.draft(g.viewer, draft_id)
    return render_template(
        "workbench/differences.html", page_name="Differences", draft=draft, compared=compared
    )


@pages.get("/workbench/drafts/<draft_id>/differences/<side>.bpmn")
@allowed("design")
def drawing_of_draft(draft_id: str, side: str) -> Response:
    """One of the two drawings, as a file."""
    return _file(comparing.draft(g.viewer, draft_id)[1], side)


@pages.get("/workbench/drafts/<draft_id>/differences/<side>.svg")
@allowed("design")
def picture_of_draft(draft_id: str, side: str) -> Response:
    """One of the two drawings as a picture, marked."""
    return _picture(comparing.draft(g.viewer, draft_id)[1], side)


@pages.get("/pathways/<key>/versions/<int:number>/differences")
@allowed("see_pathways", section="pathways.index")
def of_versions(key: str, number: int) -> str:
    """A version beside another: the one before it, unless `from` names one."""
    return render_template(
        "workbench/version_differences.html",
        page_name=f"What has changed in version {number}",
        compared=_compared(key, number),
        number=number,
        versions=versions.listed(g.viewer, key),
    )


@pages.get("/pathways/<key>/versions/<int:number>/differences/<side>.bpmn")
@allowed("see_pathways")
def drawing(key: str, number: int, side: str) -> Response:
    """One of the two drawings, as a file."""
    return _file(_compared(key, number), side)


@pages.get("/pathways/<key>/versions/<int:number>/differences/<side>.svg")
@allowed("see_pathways")
def picture(key: str, number: int, side: str) -> Response:
    """One of the two drawings as a picture, marked."""
    return _picture(_compared(key, number), side)


def _compared(key: str, number: int) -> Compared:
    return comparing.two_versions(g.viewer, key, number, request.args.get("from", type=int))


def _main(compared: Compared, side: str) -> str:
    found = {"old": compared.old, "new": compared.new}.get(side)
    if found is None:
        raise NotFound()
    return found.bundle.main


def _file(compared: Compared, side: str) -> Response:
    return bpmn_file(_main(compared, side), f"{compared.key}-{side}")


def _picture(compared: Compared, side: str) -> Response:
    marks = pictures.changed(compared.marks) if side == "new" else pictures.removed(compared.marks)
    return as_picture(pictures.svg(_main(compared, side), g.viewer.profile, marks))
