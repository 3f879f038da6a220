"""The part of a record that tells of the child: who they are, what is known, people, legal status, papers, events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from app.domain.clock import LONDON
from app.domain.finding import NUMBERS
from app.domain.legal_status import name_of
from app.domain.moments import day_in_words, london_day, moment_in_words, read_moment
from app.services import chronology, reference
from app.services.records.contents import (
    About,
    Fault,
    Given,
    Happening,
    Known,
    Linked,
    Meeting,
    Paper,
    Plan,
    Status,
    Stay,
    Told,
    Worker,
)
from app.services.records.reader import Reader
from app.store import as_it_stood
from app.store.as_it_stood import Standing
from app.store.audit import AuditEntry
from app.store.children import Child
from app.store.people import for_somebody
from app.store.ties import sees_child

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\S*")
WHY_NOT = {
    "waiting": "It waited for the virus scan.",
    "withdrawn": "It had been withdrawn.",
}
"""Why the bytes of a document are not in a bundle, by its state."""


def about(read: Reader) -> About:
    """Who the child is."""
    (row,) = read.stood.of("children")
    facts = {one["name"]: one["value"]["value"] for one in read.stood.of("child_facts")}
    return About(
        id=row["id"],
        reference=row["reference"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        date_of_birth=row["date_of_birth"],
        is_provisional=row["is_provisional"],
        numbers={name: str(facts[name]) for name in NUMBERS if facts.get(name)},
        agencies=tuple(sorted(one["agency"] for one in read.stood.of("child_agencies"))),
        recorded_at=row["created_at"],
        recorded_by=read.name(row["created_by"]),
    )


def known(read: Reader) -> tuple[Known, ...]:
    """What is known of the child beside who they are, by name."""
    return tuple(
        Known(
            name=row["name"],
            called=read.said(reference.called(row["name"])),
            value=read.without_ids(row["value"]["value"]),
            words=_plain(read.without_ids(row["value"]["value"])),
            recorded_at=row["recorded_at"],
            recorded_by=read.name(row["recorded_by"]),
        )
        for row in read.stood.of("child_facts")
        if row["name"] not in NUMBERS
    )


def _plain(value: Any) -> str:
    """A known value on one line: days and moments in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return day_in_words(date.fromisoformat(value))
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return moment_in_words(read_moment(value, assume_london=True))
    return "" if value is None else str(value).replace("_", " ")


def workers(read: Reader) -> tuple[Worker, ...]:
    """Who works with the child and who did, the earliest first."""
    rows = sorted(read.stood.of("child_workers"), key=lambda row: (row["from_at"], row["id"]))
    return tuple(
        Worker(
            role=row["role"],
            role_name=read.role_name(row["role"]),
            name=read.name(row["person_id"]) or "",
            from_at=row["from_at"],
            until_at=row["until_at"],
        )
        for row in rows
    )


def siblings(read: Reader) -> tuple[Linked, ...]:
    """The names of brothers and sisters whom the viewer may see, by reference; nothing else of them."""
    links = {
        row["sibling_id"] if row["child_id"] == read.child_id else row["child_id"]: row["linked_at"]
        for row in read.stood.of("siblings")
    }
    viewer = read.reach.viewer
    seen = select(Child.id).where(Child.authority_id == read.authority_id, Child.id.in_(sorted(links)))
    if viewer is not None:
        seen = seen.where(sees_child(viewer, Child.authority_id, Child.id))
    found = []
    for child_id in read.session.scalars(seen):
        child = as_it_stood.child(read.session, read.authority_id, child_id, read.at)
        if child is not None:
            name = f"{child['given_name']} {child['family_name']}"
            found.append(Linked(reference=child["reference"], name=name, linked_at=links[child_id]))
    return tuple(sorted(found, key=lambda one: one.reference))


def statuses(read: Reader) -> tuple[Status, ...]:
    """Every legal status and time in care, the earliest first."""
    return tuple(
        Status(
            status=row["status"],
            name=name_of(row["status"]),
            from_on=london_day(row["from_at"]),
            until_on=london_day(row["until_at"]) if row["until_at"] else None,
            recorded_at=row["recorded_at"],
            pathway_id=row["instance_id"],
        )
        for row in sorted(read.stood.of("legal_statuses"), key=_from)
    )


def stays(read: Reader) -> tuple[Stay, ...]:
    """Every stay in youth detention accommodation, the earliest first."""
    return tuple(
        Stay(
            from_on=london_day(row["from_at"]),
            until_on=london_day(row["until_at"]) if row["until_at"] else None,
            recorded_at=row["recorded_at"],
            pathway_id=row["instance_id"],
        )
        for row in sorted(read.stood.of("bed_nights"), key=_from)
    )


def _from(row: Standing) -> tuple[object, str]:
    return row["from_at"], row["id"]


def meetings(read: Reader) -> tuple[Meeting, ...]:
    """Hearings, meetings and visits that had been recorded, by day."""
    return tuple(
        Meeting(
            kind=row["kind"],
            name=read.said(row["name"]),
            on=row["on_day"],
            at=row["at"],
            moves=row["moves"],
            recorded_at=row["recorded_at"],
            recorded_by=read.name(row["recorded_by"]),
        )
        for row in sorted(read.stood.of("appointments"), key=lambda row: (row["on_day"], row["id"]))
    )


def documents(read: Reader) -> tuple[Paper, ...]:
    """The documents, the earliest first, each with the place of its bytes in a bundle."""
    rows = sorted(read.stood.of("child_documents"), key=lambda row: (row["added_at"], row["id"]))
    return tuple(
        Paper(
            id=row["id"],
            title=row["title"],
            extension=row["extension"],
            size=row["size"],
            sha256=row["sha256"],
            state=row["state"],
            task_id=row["task_id"],
            added_at=row["added_at"],
            added_by=read.name(row["added_by"]),
            withdrawn_at=row["withdrawn_at"],
            withdrawn_by=read.name(row["withdrawn_by"]),
            withdrawn_reason=row["withdrawn_reason"],
            file=None if row["state"] in WHY_NOT else _file(number, row),
            why_not=WHY_NOT.get(row["state"]),
        )
        for number, row in enumerate(rows, start=1)
    )


def _file(number: int, row: Standing) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", row["title"].lower()).strip("-")[:40].strip("-") or "document"
    return f"documents/{number:03}-{plain}.{row['extension']}"


def plans(read: Reader) -> tuple[Plan, ...]:
    """Every version of every plan, and to whom it was given."""
    given = read.stood.by("plans_given", "plan_id")
    rows = sorted(read.stood.of("child_plans"), key=lambda row: (row["kind"], row["number"]))
    return tuple(
        Plan(
            number=row["number"],
            kind=row["kind"],
            made_at=row["made_at"],
            made_by=read.name(row["made_by"]),
            says=row["document"],
            sha256=row["sha256"],
            file=f"plans/{row['kind'].replace('_', '-')}-{row['number']}.pdf",
            given=tuple(_given(read, one) for one in sorted(given.get(row["id"], ()), key=_recorded)),
        )
        for row in rows
    )


def _recorded(row: Standing) -> tuple[object, str]:
    return row["recorded_at"], row["id"]


def _given(read: Reader, row: Standing) -> Given:
    return Given(
        given_on=row["given_on"],
        given_to=row["given_to"],
        how=row["how"],
        said=row["said"],
        recorded_at=row["recorded_at"],
        recorded_by=read.name(row["recorded_by"]),
    )


def told(read: Reader) -> tuple[Told, ...]:
    """Whom the pathways told, the earliest first."""
    return tuple(
        Told(
            pathway_id=row["instance_id"],
            template=row["template"],
            role=row["role"],
            recipient=row["recipient"],
            email=row["email"],
            state=row["state"],
            created_at=row["created_at"],
            sent_at=row["sent_at"],
            delivered_at=row["delivered_at"],
            error=row["error"],
        )
        for row in sorted(read.stood.of("notifications"), key=lambda row: (row["created_at"], row["id"]))
    )


def incidents(read: Reader) -> tuple[Fault, ...]:
    """Where a pathway stood still after a fault, the earliest first."""
    return tuple(
        Fault(
            pathway_id=row["instance_id"],
            sentence=row["sentence"],
            at=row["created_at"],
            resolved_at=row["resolved_at"],
            resolved_by=read.name(row["resolved_by"]),
        )
        for row in sorted(read.stood.of("incidents"), key=lambda row: (row["created_at"], row["id"]))
    )


def happenings(read: Reader) -> Iterator[Happening]:
    """The chronology until the moment of the record, the oldest first."""
    rows = read.session.execute(
        select(
            AuditEntry.at,
            AuditEntry.kind,
            AuditEntry.facts,
            AuditEntry.person_id,
            AuditEntry.instance_id,
            AuditEntry.task_id,
        )
        .where(
            AuditEntry.authority_id == read.authority_id,
            AuditEntry.child_id == read.child_id,
            AuditEntry.kind.in_(tuple(chronology.TOLD)),
            AuditEntry.at <= read.at,
        )
        .order_by(AuditEntry.id)
    )
    for row in rows:
        yield Happening(
            at=row.at.astimezone(LONDON),
            kind=row.kind,
            words=read.said(chronology.in_words(row.kind, row.facts)),
            by=for_somebody(read.name(row.person_id), read.name(row.facts.get("for"))),
            pathway_id=row.instance_id,
            task_id=row.task_id,
        )
