"""Pathways of children: start, list, look at, cancel."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from app.api import looking
from app.api.door import operation, submission
from app.api.schemas.instances import InstanceDetail, InstanceFields, InstancePage, InstanceQuery, Reason
from app.domain.clock import now
from app.domain.errors import BadInput
from app.services import instance_lists, instance_view, instances
from app.services.instance_lists import InstanceFilter
from app.services.instance_view import InstanceRow
from app.services.listing import Paged

TAG = "Instances"


@operation(
    "GET", "/instances", tag=TAG, scope="instances:read", action="see_instance", query=InstanceQuery,
    answers=InstancePage,
)  # fmt: skip
def list_instances(query: dict[str, Any]) -> Any:
    """The pathways of the children whom the token's person may see, the newest first."""
    narrowed = InstanceFilter(
        query.get("child_id"), query.get("pathway"), query.get("state"), query.get("overdue")
    )
    page = instance_lists.find(
        g.viewer, narrowed, query.get("sort"), Paged(query["page"], query["page_size"])
    )
    if narrowed.child_id and page.items:
        looking.shown(narrowed.child_id)
    return {**vars(page), "items": [_shown(one.row, one.child_id) for one in page.items]}


@operation(
    "POST", "/instances", tag=TAG, scope="instances:write", action="start_pathway", body=InstanceFields,
    answers=InstanceDetail, status=201, conflicts=True,
)  # fmt: skip
def start_instance(given: dict[str, Any]) -> Any:
    """Start a pathway for a child. GET /pathways says which variables each needs; a missing one is named."""
    try:
        instance_id = instances.start(
            g.viewer,
            given["pathway"],
            given["child_id"],
            given["variables"],
            started_at=given["started_at"] or now(),
            submission=submission(),
        )
    except BadInput as error:
        raise BadInput(error.sentence, _placed(error, given)) from error
    return _detail(instance_id), 201, {"Location": url_for("api.get_instance", instance_id=instance_id)}


@operation(
    "GET", "/instances/<instance_id>", tag=TAG, scope="instances:read", action="see_instance", answers=InstanceDetail
)  # fmt: skip
def get_instance(instance_id: str) -> Any:
    """One pathway of a child: where it stands, what it waits for, what it has passed."""
    return _detail(instance_id)


@operation(
    "POST", "/instances/<instance_id>/cancel", tag=TAG, scope="instances:write", action="cancel_instance", body=Reason,
    answers=InstanceDetail, conflicts=True,
)  # fmt: skip
def cancel_instance(given: dict[str, Any], instance_id: str) -> Any:
    """End a pathway and withdraw its work, with the reason. 409 when it has ended already."""
    instances.cancel(g.viewer, instance_id, given["reason"])
    return _detail(instance_id)


def _placed(error: BadInput, given: dict[str, Any]) -> dict[str, list[str]]:
    """Sentences on answers of the start form stand under `variables.`, as the request has them."""
    return {
        field if field in given else f"variables.{field}": sentences
        for field, sentences in error.errors.items()
    }


def _detail(instance_id: str) -> dict[str, Any]:
    view = instance_view.show(g.viewer, instance_id)
    looking.shown(view.child.id)
    return {
        **_shown(view.instance, view.child.id),
        "version": view.version_number,
        "active": list(view.active),
        "timers": view.timers,
        "history": view.history,
        "accepts": [name for name, _ in view.accepts],
        "incidents": view.incidents,
    }


def _shown(row: InstanceRow, child_id: str) -> dict[str, Any]:
    return {**vars(row), "pathway": row.definition_key, "state": row.status, "child_id": child_id}
