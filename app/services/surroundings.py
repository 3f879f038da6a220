"""What a step may ask about beyond its own state: the profile, the working days, the facts of the child."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import JSON, Date, Row, bindparam, cast, literal_column, null, select, union_all
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.engine.contracts import EngineContext
from app.services import hands, projection, reference
from app.services.projection import Mirror
from app.store.calendar import BankHoliday
from app.store.children import Child, ChildFact
from app.store.db import ask, execute, table_of
from app.store.people import Authority

_HOLIDAYS = table_of(BankHoliday)
_AUTHORITIES, _CHILDREN, _FACTS = table_of(Authority), table_of(Child), table_of(ChildFact)
_AROUND = union_all(
    select(
        literal_column("'profile'").label("what"),
        _AUTHORITIES.c.profile.label("name"),
        cast(null(), JSON).label("value"),
        cast(null(), Date).label("on"),
    ).where(_AUTHORITIES.c.id == bindparam("of_authority")),
    select(literal_column("'fact'"), _FACTS.c.name, _FACTS.c.value, cast(null(), Date)).where(
        _FACTS.c.authority_id == bindparam("of_authority"), _FACTS.c.child_id == bindparam("of_child")
    ),
    select(
        literal_column("'born'"),
        literal_column("'date_of_birth'"),
        cast(null(), JSON),
        _CHILDREN.c.date_of_birth,
    ).where(_CHILDREN.c.authority_id == bindparam("of_authority"), _CHILDREN.c.id == bindparam("of_child")),
    select(_HOLIDAYS.c.division, _HOLIDAYS.c.name, cast(null(), JSON), _HOLIDAYS.c.on),
)


def context_for(session: Session, authority_id: str, child_id: str) -> EngineContext:
    """What expressions may ask about: the authority's profile, its working days, the child's facts."""
    keys = {"of_authority": authority_id, "of_child": child_id}
    return _context(execute(session, _AROUND, keys).all())


def around(session: Session, instance: Row[Any], roles: Collection[str] = ()) -> tuple[EngineContext, Mirror]:
    """What a step of a locked instance is computed from, and what it is written against, for one journey.

    `roles` are those that the tasks which it opens may have, so that nobody has to ask whose they are.
    """
    keys = {"of_authority": instance.authority_id, "of_child": instance.child_id}
    questions = [(_AROUND, keys), projection.question(instance)]
    if roles:
        questions.append(hands.question(instance, roles))
    told, mirrored, *known = ask(session, *questions)
    own = hands.hands_of(known[0], roles) if known else None
    return _context(told.all()), projection.mirror_of(mirrored, own)


def _context(rows: Sequence[Row[Any]]) -> EngineContext:
    profile = reference.profile(next((row.name for row in rows if row.what == "profile"), "default"))
    added = {row.on: row.name for row in rows if row.what == profile.division}
    return EngineContext(
        now=now(),
        profile=profile,
        calendar=reference.calendar_for(profile.division, added),
        facts=_facts(rows),
    )


def contexts_for(
    session: Session, authority_id: str, child_ids: Collection[str]
) -> Mapping[str, EngineContext]:
    """`context_for` of many children of an authority, by child, in as few queries."""
    if not child_ids:
        return {}
    shared = context_for(session, authority_id, next(iter(child_ids)))
    told: dict[str, dict[str, Any]] = {child_id: {} for child_id in child_ids}
    for fact in session.execute(
        select(ChildFact.child_id, ChildFact.name, ChildFact.value).where(
            ChildFact.authority_id == authority_id, ChildFact.child_id.in_(child_ids)
        )
    ):
        told[fact.child_id][fact.name] = fact.value["value"]
    for child in session.execute(
        select(Child.id, Child.date_of_birth).where(
            Child.authority_id == authority_id, Child.id.in_(child_ids), Child.date_of_birth.is_not(None)
        )
    ):
        told[child.id]["date_of_birth"] = child.date_of_birth.isoformat()
    return {child_id: replace(shared, facts=facts) for child_id, facts in told.items()}


def _facts(rows: Sequence[Row[Any]]) -> dict[str, Any]:
    # The record of the child stands over an answer; while it has no date of birth, a task's answer counts.
    told = {row.name: row.value["value"] for row in rows if row.what == "fact"}
    return told | {row.name: row.on.isoformat() for row in rows if row.what == "born" and row.on is not None}
