"""Telling all pathways of a child something from outside, without knowing which of them waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.errors import BadInput
from app.domain.forms import validate
from app.services import definitions, messages, messages_out, submissions
from app.services.checks import BY_THE_PLATFORM
from app.services.children import get
from app.services.crashpoints import crash_point
from app.store import audit
from app.store.audit import Entry
from app.store.db import db, transaction
from app.store.definitions import DefinitionVersion
from app.store.instances import ProcessInstance
from app.store.outbox import Subscription
from app.store.ties import child_thing

OURS = frozenset({*BY_THE_PLATFORM, messages_out.FACTS_CHANGED})
"""Messages that only the service itself sends."""
NOBODY_WAITS = "No pathway of this child waits for that message now, and no pathway begins with it."


def send(
    viewer: Viewer,
    child_id: str,
    name: str,
    payload: Mapping[str, Any],
    *,
    instance_id: str | None = None,
    submission: str | None = None,
) -> str:
    """Queue and deliver a message to whatever of the child waits for it, else to what begins with it; its id.

    With `instance_id` it is for that pathway's tree alone. Where the pathway has a form of the message's name, the
    payload is its answers. The same `submission` again gets the first answer. Raises NotFound, NotAllowed, BadInput
    (nobody waits for it; the payload does not fit).
    """
    with transaction() as session:
        get(session, viewer.authority_id, child_id)
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "send_message", thing, seen_by="see_child")
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        root_id = _root_of(session, viewer.authority_id, child_id, instance_id)
        valid = _accepted(session, viewer.authority_id, child_id, root_id, name, payload)
        message_id = messages_out.queue_for_child(
            session,
            authority_id=viewer.authority_id,
            child_id=child_id,
            name=name,
            payload=valid,
            correlate="child" if root_id is None else "root",
            root_id=root_id,
            sender_id=instance_id,
            person_id=viewer.person_id,
        )
        facts = {"name": name, "message": name, "detail": valid}
        entry = Entry(
            kind="message_sent",
            child_id=child_id,
            person_id=viewer.person_id,
            message_id=message_id,
            facts=facts,
        )
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, message_id)
        crash_point("before_commit")
    crash_point("after_commit")
    messages.deliver_queued(db.session())
    return message_id


def _root_of(session: Session, authority_id: str, child_id: str, instance_id: str | None) -> str | None:
    """The tree of the one pathway that is meant. Raises BadInput when it is none of the child's."""
    if instance_id is None:
        return None
    root_id = session.scalar(
        select(ProcessInstance.root_id).where(
            ProcessInstance.authority_id == authority_id,
            ProcessInstance.id == instance_id,
            ProcessInstance.child_id == child_id,
        )
    )
    if root_id is None:
        sentence = "This child has no such pathway."
        raise BadInput(sentence, {"instance_id": [sentence]})
    return root_id


def _accepted(
    session: Session,
    authority_id: str,
    child_id: str,
    root_id: str | None,
    name: str,
    payload: Mapping[str, Any],
) -> dict[str, Any]:
    version_id = None if name in OURS else _receiver(session, authority_id, child_id, root_id, name)
    if version_id is None:
        raise BadInput(NOBODY_WAITS, {"name": [NOBODY_WAITS]})
    form = definitions.message_form(session, version_id, name)
    if form is None:
        return dict(payload)
    try:
        return validate(form, payload)
    except BadInput as error:
        fields = {f"payload.{field}": sentences for field, sentences in error.errors.items()}
        raise BadInput(error.sentence, fields) from error


def _receiver(
    session: Session, authority_id: str, child_id: str, root_id: str | None, name: str
) -> str | None:
    """The version of one pathway that takes the message: one that waits for it, else one that begins with it."""
    of_tree = () if root_id is None else (Subscription.root_id == root_id,)
    waiting = session.scalar(
        select(ProcessInstance.version_id)
        .join(
            Subscription,
            (Subscription.authority_id == ProcessInstance.authority_id)
            & (Subscription.instance_id == ProcessInstance.id),
        )
        .where(
            Subscription.authority_id == authority_id,
            Subscription.child_id == child_id,
            Subscription.message == name,
            ProcessInstance.status.in_(("running", "suspended")),
            *of_tree,
        )
        .order_by(ProcessInstance.id)
        .limit(1)
    )
    if waiting is not None:
        return waiting
    keys = definitions.starting_on(session, name)
    if not keys:
        return None
    return session.scalar(
        select(DefinitionVersion.id).where(DefinitionVersion.key == keys[0], DefinitionVersion.is_current)
    )
