"""A pathway for a child without a record: the record is made in the same transaction in which the pathway begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.services import children, definitions, instances, messages, submissions
from app.services.crashpoints import crash_point
from app.services.instances import Preview
from app.services.read_first import read_first
from app.store.db import db, transaction


@dataclass(frozen=True)
class NewChild:
    """Who a child is, before there is a record; without a date of birth it will be provisional."""

    given_name: str
    family_name: str
    date_of_birth: date | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)


class _NotKept(Exception):
    """Undoes what was tried."""


def preview(viewer: Viewer, pathway: str, child: NewChild, answers: Mapping[str, Any]) -> Preview:
    """What starting would do, by making the record and undoing it again: limits may hang on the date of birth.

    Raises BadInput when the record or the answers cannot be like this, NotFound where the viewer makes no records.
    """
    tried: list[Preview] = []
    try:
        with transaction() as session:
            child_id = _make(session, viewer, child)
            tried.append(instances.preview_in(session, viewer, pathway, child_id, answers))
            raise _NotKept
    except _NotKept:
        return tried[0]


@read_first
def start(
    viewer: Viewer,
    pathway: str,
    child: NewChild,
    answers: Mapping[str, Any],
    *,
    submission: str | None = None,
) -> str:
    """Make the record and start the pathway for it; the instance's id. The same `submission` gets the first answer.

    Raises BadInput, NotFound, EngineFailure: then there is neither a record nor a pathway.
    """
    with transaction() as session:
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        version = definitions.current(session, pathway)
        valid, begins_at = instances.accept(session, version, answers, None)
        child_id = _make(session, viewer, child)
        instance_id = instances.begin(
            session,
            authority_id=viewer.authority_id,
            child_id=child_id,
            version=version,
            answers=valid,
            started_at=begins_at,
            person_id=viewer.person_id,
        )
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, instance_id)
    crash_point("after_commit")
    messages.deliver_queued(db.session())
    return instance_id


def _make(session: Session, viewer: Viewer, child: NewChild) -> str:
    return children.create_in(
        session,
        viewer,
        given_name=child.given_name,
        family_name=child.family_name,
        date_of_birth=child.date_of_birth,
        identifiers=child.numbers,
    )
