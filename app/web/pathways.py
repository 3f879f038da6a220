"""Published pathways: the list, and each with its diagram and the same steps in words."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request

from app.domain.access import AuthorityThing, may
from app.services import pathway_view, pictures, reference
from app.web.guard import allowed
from app.web.local_words import local_diagram

pages = Blueprint("pathways", __name__)


@pages.get("/pathways")
@allowed("see_pathways", section="pathways.index")
def index() -> str:
    """Every pathway, those that a person starts first."""
    rows = pathway_view.listed(g.viewer)
    groups = reference.offers().grouped(row for row in rows if row.starts_by_hand)
    return render_template("pathways/index.html", page_name="Pathways", rows=rows, groups=groups)


@pages.get("/pathways/<key>")
@allowed("see_pathways", section="pathways.index")
def show(key: str) -> str:
    """One pathway."""
    view = pathway_view.show(g.viewer, key)
    own = AuthorityThing(g.viewer.authority_id)
    return render_template(
        "pathways/show.html",
        page_name=view.row.name,
        view=view,
        may_draw=may(g.viewer, "design", own),
        may_see_figures=may(g.viewer, "see_compliance", own),
    )


@pages.get("/pathways/<key>/diagram.bpmn")
@allowed("see_pathways")
def diagram(key: str) -> Response:
    """The drawing itself, as a file: never something that a browser would run."""
    number = request.args.get("version", type=int)
    return bpmn_file(pathway_view.diagram(g.viewer, key, number), key)


@pages.get("/pathways/<key>/diagram.svg")
@allowed("see_pathways")
def picture(key: str) -> Response:
    """The same as a picture, for pages without a script."""
    return as_picture(pictures.svg(pathway_view.diagram(g.viewer, key), g.viewer.profile))


def as_picture(svg: str) -> Response:
    """A picture that the server has drawn."""
    return Response(svg, mimetype="image/svg+xml")


def bpmn_file(text: str, name: str) -> Response:
    """A BPMN file to be kept, or drawn by our own viewer."""
    answer = Response(local_diagram(text), mimetype="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.bpmn"'
    return answer
