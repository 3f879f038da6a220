"""Information that goes to another agency: what, to whom, on which basis of the law, why, by whom; and its guests.

A guest (somebody of probation, of the secure estate, of a council that is host) has an account here and sees nothing
but what is shared: a child, some parts of the record, from now until a day. Each sharing is a disclosure as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select

from app.domain.access import PARTS, AuthorityThing, Viewer, require
from app.domain.clock import now, today
from app.domain.errors import BadInput
from app.domain.ids import new_id
from app.services import accounts
from app.services.access import rules
from app.services.child_rows import ChildRow, child_row
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.people import names_of
from app.store.record_rules import SHARED, Disclosure, RecordRule, is_open_to, runs
from app.store.ties import child_thing

LONGEST_WORDS = 200
LONGEST = timedelta(days=366)
AGENCIES = {
    "probation": "Probation",
    "secure": "Secure estate",
    "police": "Police",
    "health": "Health",
    "education": "Education",
    "court": "Court or lawyers",
    "council": "Another council",
    "other": "Another body",
}
BASES = {
    "crime_115": "Crime and Disorder Act 1998, section 115",
    "children_27": "Children Act 1989, section 27: help of another authority",
    "children_47": "Children Act 1989, section 47: the child may suffer harm",
    "children_10": "Children Act 2004, section 10: working together",
    "children_11": "Children Act 2004, section 11: safeguarding",
    "order": "An order of a court",
    "consent": "Consent of the child or of who has parental responsibility",
    "vital": "A life is at risk, and there is no time to ask",
}
"""What a disclosure can rest on. Which of them holds is for whoever shares to say."""


@dataclass(frozen=True)
class Given:
    """What is given away, as a form says it. With a guest, the parts they see and the last day on which they do."""

    agency: str
    to_whom: str
    what: str
    basis: str
    why: str
    on_day: date
    guest_id: str | None = None
    parts: tuple[str, ...] = ()
    until_on: date | None = None


@dataclass(frozen=True)
class DisclosureRow:
    """A disclosure as the child's page lists it; `parts` and `until_at` where a guest sees it here."""

    id: str
    agency: str
    to_whom: str
    what: str
    basis: str
    why: str
    on_day: date
    at: datetime
    by: str
    guest: str | None
    parts: tuple[str, ...]
    until_at: datetime | None
    is_over: bool


@dataclass(frozen=True)
class SharedChild:
    """A child whom a guest sees: which parts, until when, and who shared it."""

    child: ChildRow
    parts: tuple[str, ...]
    until_at: datetime | None
    by: str


def require_share(viewer: Viewer, child_id: str) -> None:
    """Raises NotFound for who may not share the child: asked before the form is shown."""
    with reading() as session:
        require(viewer, "share", child_thing(session, viewer.authority_id, child_id))


def guests(viewer: Viewer) -> list[tuple[str, str]]:
    """(id, name) of the guests of the authority."""
    return [(one.person_id, one.name) for one in accounts.colleagues(viewer) if one.is_guest]


def share(viewer: Viewer, child_id: str, given: Given) -> str:
    """Record a disclosure, and let the guest see the parts where there is one; its id. Raises NotFound, BadInput."""
    errors = _problems(given)
    rules.refuse(errors)
    with transaction() as session:
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "share", thing, seen_by="see_child")
        rule_id = None
        if given.guest_id:
            if given.guest_id not in {person_id for person_id, _ in guests(viewer)} - thing.record.barred:
                raise BadInput("That cannot be done like this.", {"guest_id": ["Select a guest of the list"]})
            until_at = rules.last_moment(given.until_on) if given.until_on else None
            rule_id = rules.add(
                session, viewer, child_id, SHARED, reason=given.why, until_at=until_at,
                person_id=given.guest_id, parts=dict.fromkeys(("overview", *given.parts)),
            )  # fmt: skip
        disclosure_id = new_id()
        session.execute(
            insert(Disclosure).values(
                authority_id=viewer.authority_id,
                id=disclosure_id,
                child_id=child_id,
                rule_id=rule_id,
                agency=given.agency,
                to_whom=given.to_whom.strip(),
                what=given.what.strip(),
                basis=given.basis,
                why=given.why.strip(),
                on_day=given.on_day,
                at=now(),
                by_id=viewer.person_id,
            )
        )
        rules.note(
            session,
            viewer,
            child_id,
            "information_disclosed",
            detail=AGENCIES[given.agency],
            to_whom=given.to_whom.strip(),
            disclosure=disclosure_id,
        )
    return disclosure_id


def of_child(viewer: Viewer, child_id: str) -> list[DisclosureRow]:
    """What has been given to other agencies, the latest first. Raises NotFound."""
    of = viewer.authority_id
    with reading() as session:
        require(viewer, "see_sharing", child_thing(session, of, child_id))
        found = session.execute(
            select(Disclosure, RecordRule)
            .outerjoin(RecordRule, (RecordRule.authority_id == of) & (RecordRule.id == Disclosure.rule_id))
            .where(Disclosure.authority_id == of, Disclosure.child_id == child_id)
            .order_by(Disclosure.on_day.desc(), Disclosure.id.desc())
        ).all()
        ids = {one.by_id for one, _ in found} | {rule.person_id for _, rule in found if rule}
        names = names_of(session, of, {one for one in ids if one})
    return [_row(one, rule, names) for one, rule in found]


def _row(one: Disclosure, rule: RecordRule | None, names: Mapping[str, str]) -> DisclosureRow:
    ends = min((at for at in (rule.until_at, rule.ended_at) if at), default=None) if rule else None
    return DisclosureRow(
        one.id,
        AGENCIES.get(one.agency, one.agency),
        one.to_whom,
        one.what,
        BASES.get(one.basis, one.basis),
        one.why,
        one.on_day,
        one.at,
        names.get(one.by_id, "somebody"),
        names.get(rule.person_id or "") if rule else None,
        _in_words(rule.parts.split(",")) if rule else (),
        ends,
        ends is not None and ends <= now(),
    )


def shared_with(viewer: Viewer) -> list[SharedChild]:
    """The children whom a guest sees today, by name. Raises NotFound for who is no guest."""
    require(viewer, "see_shared", AuthorityThing(viewer.authority_id))
    of = viewer.authority_id
    with reading() as session:
        rows = session.execute(
            select(Child, RecordRule)
            .join(RecordRule, (RecordRule.authority_id == of) & (RecordRule.child_id == Child.id))
            .where(
                Child.authority_id == of,
                RecordRule.kind == SHARED,
                RecordRule.person_id == viewer.person_id,
                runs(RecordRule),
                is_open_to(viewer, Child.id),
            )
            .order_by(Child.family_name, Child.given_name, RecordRule.from_at)
        ).all()
        names = names_of(session, of, {rule.by_id for _, rule in rows})
    return [
        SharedChild(
            child_row(child),
            _in_words(rule.parts.split(",")),
            rule.until_at,
            names.get(rule.by_id, "somebody"),
        )
        for child, rule in rows
    ]


def _in_words(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(PARTS[part][0] for part in parts if part in PARTS)


def _problems(given: Given) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if given.agency not in AGENCIES:
        errors["agency"] = ["Select the agency"]
    if given.basis not in BASES:
        errors["basis"] = ["Select the basis"]
    for key, words in (
        ("to_whom", "who it is given to"),
        ("what", "what is given"),
        ("why", "why they need it"),
    ):
        if not getattr(given, key).strip():
            errors[key] = [f"Enter {words}"]
    if given.on_day > today():
        errors["on_day"] = ["The day must be today or earlier"]
    if given.guest_id:
        if not given.parts or not set(given.parts) <= set(PARTS):
            errors["parts"] = ["Select which parts the guest sees"]
        if given.until_on is None:
            errors["until_on"] = ["Enter the last day on which the guest sees it"]
        else:
            errors |= rules.problems("x", given.until_on, longest=LONGEST)
    return errors
