"""Telling the pathways of a child what has happened outside."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.door import operation, submission
from app.api.schemas.events import Message, MessageFields
from app.services import child_messages


@operation(
    "POST", "/messages", tag="Messages", scope="messages:write", action="send_message", body=MessageFields,
    answers=Message, status=201, conflicts=True,
)  # fmt: skip
def send_message(given: dict[str, Any]) -> Any:
    """Tell what has happened (a court date was set, the remand ended). 422 when nothing of the child waits for it."""
    message_id = child_messages.send(
        g.viewer,
        given["child_id"],
        given["name"],
        given["payload"],
        instance_id=given["instance_id"],
        submission=submission(),
    )
    return {"id": message_id, "name": given["name"], "child_id": given["child_id"]}
