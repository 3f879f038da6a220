"""Published pathways: what can be started, their versions, their BPMN."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from flask import Response, g

from app.api import forms
from app.api.door import operation
from app.api.pages import one_page
from app.api.schemas.pathways import PathwayPage, PathwayQuery, VersionPage, VersionQuery
from app.services import pathway_view
from app.services.pathway_view import PathwayRow

TAG = "Pathways"
BPMN = "application/xml"


@operation(
    "GET", "/pathways", tag=TAG, scope="pathways:read", action="see_pathways", query=PathwayQuery, answers=PathwayPage
)  # fmt: skip
def list_pathways(query: dict[str, Any]) -> Any:
    """The pathways that are in force; those that a person or a system starts have a start form."""
    page = one_page(
        pathway_view.listed(g.viewer), query, {"key": attrgetter("key"), "name": attrgetter("name")}
    )
    return {**page, "items": [_shown(row) for row in page["items"]]}


@operation(
    "GET", "/pathways/<key>/versions", tag=TAG, scope="pathways:read", action="see_pathways", query=VersionQuery,
    answers=VersionPage,
)  # fmt: skip
def list_versions(query: dict[str, Any], key: str) -> Any:
    """The versions of a pathway, newest first. Running instances stay on the version that they began on."""
    versions = pathway_view.show(g.viewer, key).versions
    return one_page(versions, query, {"number": attrgetter("number")})


@operation(
    "GET", "/pathways/<key>/versions/<int:number>/bpmn", tag=TAG, scope="pathways:read", action="see_pathways",
    answers={"type": "string"}, media_type=BPMN,
)  # fmt: skip
def get_bpmn(key: str, number: int) -> Response:
    """The BPMN 2.0 of a version, exactly as it was saved."""
    return Response(
        pathway_view.diagram_of_version(g.viewer, key, number), content_type=f"{BPMN}; charset=utf-8"
    )


def _shown(row: PathwayRow) -> dict[str, Any]:
    form, source, people = pathway_view.start_form(g.viewer, row.key)
    return {
        **vars(row),
        "version": row.number,
        "can_start": pathway_view.may_start(g.viewer, row),
        "start_form": forms.shown(form, source, people),
    }
