"""What a step may ask about beyond its own state: the profile, the working days, the facts of the child."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    JSON,
    CursorResult,
    Date,
    Executable,
    Row,
    String,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.engine.contracts import EngineContext
from app.services import hands, projection, reference
from app.services.projection import Mirror
from app.store.calendar import BankHoliday
from app.store.children import Child, ChildFact
from app.store.db import ask, execute, table_of
from app.store.people import Authority

Question = tuple[Executable, dict[str, Any]]
_HOLIDAYS = table_of(BankHoliday)
_AUTHORITIES, _CHILDREN, _FACTS = table_of(Authority), table_of(Child), table_of(ChildFact)
_AROUND = union_all(
    select(
        cast(null(), String).label("child_id"),
        literal_column("'profile'").label("what"),
        _AUTHORITIES.c.profile.label("name"),
        cast(null(), JSON).label("value"),
        cast(null(), Date).label("on"),
    ).where(_AUTHORITIES.c.id == bindparam("of_authority")),
    select(
        _FACTS.c.child_id, literal_column("'fact'"), _FACTS.c.name, _FACTS.c.value, cast(null(), Date)
    ).where(
        _FACTS.c.authority_id == bindparam("of_authority"),
        _FACTS.c.child_id.in_(bindparam("of_children", expanding=True)),
    ),
    select(
        _CHILDREN.c.id,
        literal_column("'born'"),
        literal_column("'date_of_birth'"),
        cast(null(), JSON),
        _CHILDREN.c.date_of_birth,
    ).where(
        _CHILDREN.c.authority_id == bindparam("of_authority"),
        _CHILDREN.c.id.in_(bindparam("of_children", expanding=True)),
        _CHILDREN.c.date_of_birth.is_not(None),
    ),
    select(cast(null(), String), _HOLIDAYS.c.division, _HOLIDAYS.c.name, cast(null(), JSON), _HOLIDAYS.c.on),
)


def context_for(session: Session, authority_id: str, child_id: str) -> EngineContext:
    """What expressions may ask about: the authority's profile, its working days, the child's facts."""
    return contexts_for(session, authority_id, [child_id])[child_id]


def contexts_for(session: Session, authority_id: str, child_ids: Collection[str]) -> dict[str, EngineContext]:
    """`context_for` of many children of an authority, by child, in one query."""
    if not child_ids:
        return {}
    return _contexts(execute(session, *_question(authority_id, child_ids)), child_ids)


def around(session: Session, instance: Row[Any], roles: Collection[str] = ()) -> tuple[EngineContext, Mirror]:
    """What a step of a locked instance is computed from, and what it is written against, for one journey.

    `roles` are those that the tasks which it opens may have, so that nobody has to ask whose they are.
    """
    asked = [hands.question(instance, roles)] if roles else []
    found, known = _around(session, [instance], asked)
    context, mirror = found[instance.id]
    return context, replace(mirror, hands=hands.hands_of(known[0], roles)) if known else mirror


def around_each(session: Session, instances: Collection[Row[Any]]) -> dict[str, tuple[EngineContext, Mirror]]:
    """`around` of several locked instances, by instance, for one journey."""
    return _around(session, instances, [])[0]


def _around(
    session: Session, instances: Collection[Row[Any]], more: Sequence[Question]
) -> tuple[dict[str, tuple[EngineContext, Mirror]], list[CursorResult[Any]]]:
    """`around_each`, and the answers to `more`, which are asked for on the same journey."""
    by_authority: dict[str, list[Row[Any]]] = {}
    for instance in instances:
        by_authority.setdefault(instance.authority_id, []).append(instance)
    asked: list[Question] = []
    for authority_id, its in by_authority.items():
        asked.append(_question(authority_id, {instance.child_id for instance in its}))
        asked.append(projection.question(authority_id, [instance.id for instance in its]))
    answers = iter(ask(session, *asked, *more))
    found: dict[str, tuple[EngineContext, Mirror]] = {}
    for its in by_authority.values():
        contexts = _contexts(next(answers), {instance.child_id for instance in its})
        mirrors = projection.mirrors_of(next(answers), [instance.id for instance in its])
        found |= {one.id: (contexts[one.child_id], mirrors[one.id]) for one in its}
    return found, list(answers)


def _question(authority_id: str, child_ids: Collection[str]) -> Question:
    return _AROUND, {"of_authority": authority_id, "of_children": sorted(child_ids)}


def _contexts(found: CursorResult[Any], child_ids: Collection[str]) -> dict[str, EngineContext]:
    rows = found.all()
    profile = reference.profile(next((row.name for row in rows if row.what == "profile"), "default"))
    added = {row.on: row.name for row in rows if row.what == profile.division}
    calendar = reference.calendar_for(profile.division, added)
    # The record of the child stands over an answer; while it has no date of birth, a task's answer counts.
    facts: dict[str, dict[str, Any]] = {child_id: {} for child_id in child_ids}
    for row in rows:
        if row.what == "fact":
            facts[row.child_id].setdefault(row.name, row.value["value"])
        elif row.what == "born":
            facts[row.child_id][row.name] = row.on.isoformat()
    return {
        child_id: EngineContext(now=now(), profile=profile, calendar=calendar, facts=told)
        for child_id, told in facts.items()
    }
