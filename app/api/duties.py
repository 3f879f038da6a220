"""The register of duties, with what meets each."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.door import operation
from app.api.pages import one_page
from app.api.schemas.pathways import DutyPage, DutyQuery
from app.domain.access import AuthorityThing, require
from app.services import reference

BY = {name: lambda duty, name=name: duty[name] for name in ("id", "clause", "area")}


@operation(
    "GET", "/duties", tag="Duties", scope="pathways:read", action="see_duties", query=DutyQuery, answers=DutyPage
)  # fmt: skip
def list_duties(query: dict[str, Any]) -> Any:
    """Every duty of the protocols: the steps or the feature that meet it, or why no software can."""
    require(g.viewer, "see_duties", AuthorityThing(g.viewer.authority_id))
    found = [one.to_json() for one in reference.duty_coverage(query.get("pathway"), query.get("area"))]
    if query.get("status"):
        found = [duty for duty in found if duty["status"] == query["status"]]
    return one_page(found, query, BY)
