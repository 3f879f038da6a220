"""A record is kept as long as the law says, disposed of by two persons, and nothing of it is left but a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, now, today
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from app.domain.retention import Life, retention_of
from app.services import (
    accounts,
    audits,
    child_details,
    children,
    comments,
    documents,
    finding,
    instances,
)
from app.services.documents import Given
from app.services.records import disposing, keeping
from app.store.audit import AuditEntry
from app.store.chains import broken_links
from app.store.db import Base, db, reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from tests.services.test_audit import behind_everybodys_back
from tests.things import one_of_everything

pytestmark = pytest.mark.on_both_databases

REASON = "The case system has it."
GIVEN, FAMILY = "Zephyrine", "Quillfeather"


@pytest.mark.parametrize(
    ("life", "kind", "review_on"),
    [
        (Life(date(2010, 2, 28), None, True, date(2026, 1, 1), None), "looked_after", date(2085, 2, 28)),
        (Life(date(2010, 5, 1), date(2026, 3, 1), True, date(2026, 4, 1), None), "looked_after", date(2041, 3, 1)),
        (Life(date(2000, 5, 1), date(2026, 3, 1), True, date(2026, 4, 1), None), "looked_after", date(2075, 5, 1)),
        (Life(date(2010, 5, 1), None, False, date(2026, 4, 1), None), "youth_justice", date(2035, 5, 1)),
        (Life(date(2008, 5, 1), None, False, date(2030, 4, 1), None), "youth_justice", date(2036, 4, 1)),
        (Life(None, None, False, date(2026, 4, 1), None), "unknown", date(2027, 4, 1)),
        (Life(date(2010, 5, 1), None, True, date(2026, 4, 1), date(2026, 6, 1)), "transferred", date(2027, 6, 1)),
    ],
)  # fmt: skip
def test_how_long_a_record_is_kept(life: Life, kind: str, review_on: date) -> None:
    found = retention_of(life)

    assert (found.kind, found.review_on) == (kind, review_on)
    assert found.reason


def manager() -> Viewer:
    return accounts.viewer_named("dora@wandsworth.example")


def second() -> Viewer:
    return accounts.viewer_named("ada@wandsworth.example")


@pytest.fixture
def robin(clock: SimulatedClock, filled_app: Flask) -> str:
    """A child with one of everything, every place of which says the name; all work has ended."""
    dora = manager()
    things = one_of_everything()
    child_id = things["child_id"]
    whole = f"{GIVEN} {FAMILY}"
    with transaction() as session:
        session.execute(
            update(UserTask)
            .where(UserTask.child_id == child_id)
            .values(not_needed_reason=f"{whole} has moved.")
        )
    child_details.change(
        dora, child_id, {"given_name": GIVEN, "family_name": FAMILY, "date_of_birth": "2009-11-02"}
    )
    comments.add(dora, things["task_id"], f"{whole} was rung.")
    documents.add(
        dora, child_id, Given(b"%PDF-1.7 " + whole.encode(), f"Letter to {whole}"), scan_command=None
    )
    finding.look_up(dora, whole)
    end_all_work(dora, child_id)
    return child_id


def end_all_work(viewer: Viewer, child_id: str) -> None:
    """One after the other: some end with another."""
    while running := first_running(child_id):
        instances.cancel(viewer, running, "It was made for a test.")


def first_running(child_id: str) -> str | None:
    with reading() as session:
        return session.scalar(
            select(ProcessInstance.id)
            .where(ProcessInstance.child_id == child_id, ProcessInstance.status.in_(("running", "suspended")))
            .limit(1)
        )


def places(session: Session, words: tuple[str, ...]) -> Iterator[str]:
    """Every column of every table that says one of the words; other authorities have children of the same name."""
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            if row.get("authority_id", "wandsworth") != "wandsworth":
                continue
            for column, value in row.items():
                said = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                if any(word.lower() in said.lower() for word in words):
                    yield f"{table.name}.{column}"


def test_after_two_persons_disposed_of_a_record_no_column_says_the_name(
    robin: str, clock: SimulatedClock
) -> None:
    # given
    dora, ada = manager(), second()
    words = (GIVEN, FAMILY, "robin placeholder", "placeholder, robin")
    with reading() as session:
        before = set(places(session, words))
    assert len(before) > 8, before
    with pytest.raises(Conflict, match="has not come"):
        disposing.propose(dora, robin, REASON)
    disposing.confirm_transfer(dora, robin, "MOS-4711")
    clock.move_to(now() + timedelta(days=366))
    disposing.propose(dora, robin, REASON)
    reference = keeping.of_child(dora, robin).reference

    # when
    with pytest.raises(NotAllowed, match="somebody else"):
        disposing.dispose(dora, robin, reference)
    with pytest.raises(BadInput, match="reference"):
        disposing.dispose(ada, robin, "XXXXXX")
    audits.checkpoint("secret", "log", sender=None, mail_from="")  # type: ignore[arg-type]
    certificate_id = disposing.dispose(ada, robin, reference.lower())

    # then
    with reading() as session:
        assert set(places(session, words)) == set()
        left = {place for place in places(session, (robin,)) if not place.startswith(("audit", "disposal"))}
    assert left <= {"submissions.result"}
    with pytest.raises(NotFound):
        keeping.of_child(dora, robin)
    (certificate,) = keeping.certificates(dora)
    assert (certificate.id, certificate.kind, certificate.decided_by_name) == (
        certificate_id,
        "transferred",
        ada.name,
    )
    assert certificate.rows["children"] == 1
    assert certificate.entries > 20
    assert audits.verify_all("secret", []).problems == ()
    assert_what_is_left_is_guarded(robin)


def assert_what_is_left_is_guarded(child_id: str) -> None:
    """Of an erased entry too, one byte is found; certificate and seals cannot be changed; other entries keep facts."""
    table = table_of(AuditEntry)
    with reading() as session:
        row = session.execute(select(table).where(table.c.child_id == child_id).limit(1)).one()
    for harm, sentence in (
        ("UPDATE audit SET person_id = 'x' WHERE id = :id", f"entry {row.seq} of {row.stream}"),
        ("UPDATE audit SET hash = 'x' WHERE id = :id", f"entry {row.seq} of {row.stream}"),
        ("UPDATE audit_erasures SET seal = 'x'", "is not as it was written"),
        ("UPDATE disposal_certificates SET decided_by_name = 'x'", "certificate"),
        ("DELETE FROM audit_erasures", "is not as it was written"),
    ):
        with behind_everybodys_back() as session:
            session.execute(text(harm), {"id": row.id} if ":id" in harm else {})
            assert any(sentence in problem for problem in broken_links(session, "wandsworth")), harm
    for attempt in ("UPDATE audit SET facts = '{}'", "UPDATE audit_erasures SET seal = 'x'"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.exec_driver_sql(attempt)


def test_a_hold_ends_a_proposal_and_stands_in_the_way_until_it_is_lifted(
    clock: SimulatedClock, filled_sqlite_app: Flask
) -> None:
    dora = manager()
    child_id = children.search(dora, "robin placeholder")[0].id
    disposing.confirm_transfer(dora, child_id, "MOS-1")
    clock.move_to(now() + timedelta(days=400))
    disposing.propose(dora, child_id, REASON)

    disposing.hold(dora, child_id, "A claim for damages.")

    (listed,) = keeping.due(dora)
    assert (listed.state, listed.hold and listed.hold.reason) == ("Legal hold", "A claim for damages.")
    assert listed.proposal is None
    with pytest.raises(Conflict, match="legal hold"):
        disposing.propose(dora, child_id, REASON)
    disposing.lift(dora, child_id, "The claim is settled.")
    assert keeping.of_child(dora, child_id).state == "Due for review"
    disposing.propose(dora, child_id, REASON)
    disposing.refuse(dora, child_id, "A brother has asked for it.")
    with pytest.raises(Conflict, match="Nobody proposes"):
        disposing.dispose(second(), child_id, listed.reference)
    disposing.record_death(dora, child_id, today())
    with pytest.raises(BadInput):
        disposing.record_death(dora, child_id, today() + timedelta(days=1))
