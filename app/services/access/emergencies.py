"""Opening a record in an emergency (“break-glass”): to read, for some hours, with a reason, and seen at once.

It is for a caseworker who has to act for a child and may not see the record: it is restricted, or another agency's.
The child is named exactly, by a number or by full name and date of birth, so that nobody looks around by it. At once
whoever restricted the record and its managers get a letter, and it stands on the page “Access” until one of them has
said what came of it. A relative opens nothing by it, and is told the same as of a child who is not there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import AuthorityThing, ChildThing, Viewer, may, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.domain.finding import read_words, sure_keys
from app.domain.letter_times import OPENED as LETTER
from app.services import letters
from app.services.access import rules
from app.store import audit
from app.store.audit import Entry
from app.store.children import CHILD, Child
from app.store.db import reading, transaction
from app.store.finding import ChildKey
from app.store.people import viewers
from app.store.record_rules import OPENED, RESTRICTED, RecordRule, runs
from app.store.ties import child_thing, sees_child

HOURS = (1, 4, 12)
"""For how long a record may be opened."""
NOT_FOUND = (
    "There is no record with exactly that. Enter the reference, a number, or the full name and date of birth"
)


@dataclass(frozen=True)
class Opening:
    """A record that was opened: by whom, why, until when; `name` only where the reader sees the child."""

    id: str
    child_id: str
    reference: str
    name: str | None
    by: str
    reason: str
    at: datetime
    until_at: datetime
    looked_into_at: datetime | None
    finding: str | None


def open_record(viewer: Viewer, sought: str, reason: str, hours: int) -> str:
    """Open the record of exactly one child to read, and alert those whose record it is; the child's id.

    A record that the viewer sees anyway is opened without all this. Raises NotFound for who may never do it, BadInput.
    """
    require(viewer, "open_in_emergency", AuthorityThing(viewer.authority_id))
    errors = rules.problems(reason, None)
    if hours not in HOURS:
        errors["hours"] = ["Select for how long"]
    keys = sure_keys(read_words(sought))
    if not keys:
        errors["sought"] = [NOT_FOUND]
    rules.refuse(errors)
    with transaction() as session:
        child_id = _exactly(session, viewer, keys)
        if child_id is None:
            _tried(session, viewer)
        elif not may(viewer, "see_child", child_thing(session, viewer.authority_id, child_id)):
            _open(session, viewer, child_id, reason, hours)
    if child_id is None:
        raise BadInput("That cannot be done like this.", {"sought": [NOT_FOUND]})
    return child_id


def _exactly(session: Session, viewer: Viewer, keys: Collection[str]) -> str | None:
    thing = ChildKey
    found = session.scalars(
        select(thing.child_id)
        .join(Child, (Child.authority_id == thing.authority_id) & (Child.id == thing.child_id))
        .where(thing.authority_id == viewer.authority_id, thing.key.in_(sorted(keys)), Child.kind == CHILD)
        .distinct()
    ).all()
    if len(found) != 1:
        return None
    barred = child_thing(session, viewer.authority_id, found[0]).record.barred
    return None if viewer.person_id in barred else found[0]


def _tried(session: Session, viewer: Viewer) -> None:
    entry = Entry(kind="emergency_found_nobody", person_id=viewer.person_id, facts={})
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{viewer.person_id}")


def _open(session: Session, viewer: Viewer, child_id: str, reason: str, hours: int) -> None:
    until_at = now() + timedelta(hours=hours)
    rule_id = rules.add(
        session,
        viewer,
        child_id,
        OPENED,
        reason=reason,
        until_at=until_at,
        person_id=viewer.person_id,
    )
    rules.note(session, viewer, child_id, "record_opened_in_emergency", hours=hours, rule=rule_id)
    thing = child_thing(session, viewer.authority_id, child_id)
    told = _alerted(session, viewer.authority_id, child_id, thing)
    letters.write(
        session,
        [
            letters.row_of(
                viewer.authority_id,
                LETTER,
                rule_id,
                child_id,
                None,
                person_id=person_id,
                by=viewer.person_id,
            )
            for person_id in sorted(told - {viewer.person_id})
        ],
    )


def _alerted(session: Session, authority_id: str, child_id: str, thing: ChildThing) -> set[str]:
    """Who restricted the record and the managers who see it; where there is none, whoever keeps such records."""
    everybody = viewers(session, authority_id)
    told = {one.person_id for one in everybody if may(one, "control_access", thing)}
    owner = session.scalar(
        select(RecordRule.by_id).where(
            RecordRule.authority_id == authority_id,
            RecordRule.child_id == child_id,
            RecordRule.kind == RESTRICTED,
            runs(RecordRule),
        )
    )
    told |= {owner} if owner and owner not in thing.record.barred else set()
    return told or {one.person_id for one in everybody if rules.is_kept_by(one, thing)}


def openings(viewer: Viewer, *, only_new: bool = False) -> list[Opening]:
    """Records that were opened and that the viewer answers for, the latest first; by default all of them.

    Whoever looks after restricted records sees those of restricted ones by their reference.
    """
    require(viewer, "see_access", AuthorityThing(viewer.authority_id))
    of = viewer.authority_id
    restricted = select(RecordRule.child_id).where(
        RecordRule.authority_id == of, RecordRule.kind == RESTRICTED, runs(RecordRule)
    )
    barred = select(RecordRule.child_id).where(
        RecordRule.authority_id == of, RecordRule.kind == "barred", RecordRule.person_id == viewer.person_id,
        runs(RecordRule),
    )  # fmt: skip
    is_seen = sees_child(viewer, Child.authority_id, Child.id)
    theirs = [is_seen]
    if may(viewer, "keep_restricted", AuthorityThing(of)):
        theirs.append(and_(Child.id.in_(restricted), Child.id.not_in(barred)))
    chosen = [RecordRule.authority_id == of, RecordRule.kind == OPENED, or_(*theirs)]
    if only_new:
        chosen.append(RecordRule.looked_into_at.is_(None))
    with reading() as session:
        rows = session.execute(
            select(RecordRule, Child.reference, Child.given_name, Child.family_name, is_seen.label("is_seen"))
            .join(Child, (Child.authority_id == RecordRule.authority_id) & (Child.id == RecordRule.child_id))
            .where(*chosen, RecordRule.person_id != viewer.person_id)
            .order_by(RecordRule.from_at.desc(), RecordRule.id.desc())
            .limit(100)
        ).all()
        by = {row.id: row.by for row in rules.named(session, of, [row[0] for row in rows])}
    return [
        Opening(
            rule.id, rule.child_id, reference, f"{given} {family}" if seen else None, by[rule.id], rule.reason,
            rule.from_at, rule.until_at or rule.from_at, rule.looked_into_at, rule.finding,
        )
        for rule, reference, given, family, seen in rows
    ]  # fmt: skip


def look_into(viewer: Viewer, opening_id: str, finding: str) -> None:
    """Say what came of it: the opening leaves the list of what waits. Raises NotFound, BadInput."""
    found = next((one for one in openings(viewer) if one.id == opening_id), None)
    if found is None:
        raise NotFound()
    if wrong := reasons.problem(finding, most=rules.LONGEST_REASON, missing="Enter what came of it"):
        raise BadInput("That cannot be done like this.", {"finding": [wrong]})
    with transaction() as session:
        session.execute(
            update(RecordRule)
            .where(RecordRule.authority_id == viewer.authority_id, RecordRule.id == opening_id)
            .values(looked_into_at=now(), looked_into_by=viewer.person_id, finding=finding.strip())
            .execution_options(synchronize_session=False)
        )
        rules.note(session, viewer, found.child_id, "opening_looked_into", rule=opening_id)
