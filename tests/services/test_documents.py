"""Documents and the copy for the case system: who may, what is kept, what is scanned, what is seen."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask
from app.services import (
    accounts,
    case_system,
    children,
    documents,
    instances,
    task_life,
    tasks,
    waiting_documents,
)
from app.services.documents import Given
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.documents import DocumentContent
from tests.domain.test_uploads import PDF
from tests.services.test_task_life import START, VISIT, task_of

pytestmark = pytest.mark.usefixtures("filled_app", "clock")
ORDER = Given(PDF, "Remand order", for_case_system=True)


def person(name: str, authority: str = "wandsworth") -> Viewer:
    return accounts.viewer_named(f"{name}@{authority}.example")


@pytest.fixture
def alex() -> str:
    (found,) = children.search(person("dora"), "alex example")
    return found.id


@pytest.fixture
def visit(clock: SimulatedClock, alex: str) -> str:
    """The id of Sam's first visit to Alex."""
    began = (clock.now() - timedelta(hours=1)).isoformat()
    remand = instances.start(person("dora"), "remand_yda", alex, {**START, "remanded_at": began})
    return str(task_of(remand, "record_first_visit").id)


def scanner(folder: Path, words: str) -> str:
    """A command that reads a file from stdin and answers as `words` (Python) say."""
    script = folder / "scan.py"
    script.write_text(f"import sys\ncontent = sys.stdin.buffer.read()\n{words}\n", encoding="utf-8")
    return f"{sys.executable} {script}"


def kinds(child_id: str) -> list[str]:
    with reading() as session:
        return list(
            session.scalars(
                select(AuditEntry.kind)
                .where(AuditEntry.child_id == child_id, AuditEntry.kind.like("document%"))
                .order_by(AuditEntry.id)
            )
        )


def test_a_document_is_added_once_seen_opened_and_withdrawn(alex: str) -> None:
    dora, sam = person("dora"), person("sam")

    first = documents.add(dora, alex, ORDER, scan_command=None, submission="token")
    again = documents.add(dora, alex, ORDER, scan_command=None, submission="token")

    assert first == again
    (seen,) = documents.of_child(sam, alex)
    assert (seen.title, seen.kind, seen.for_case_system, seen.added_by) == (
        "Remand order", "PDF", True, "Dora Dutymanager",
    )  # fmt: skip
    opened = documents.open_one(sam, first)
    assert opened.content == PDF
    assert opened.name == f"document-{first[-8:]}.pdf"
    with pytest.raises(NotFound):
        documents.withdraw(sam, first, "Not mine to withdraw.")
    with pytest.raises(BadInput):
        documents.withdraw(dora, first, " ")
    documents.withdraw(dora, first, "The wrong child.")
    with pytest.raises(NotAllowed):
        documents.open_one(sam, first)
    assert documents.of_child(sam, alex)[0].withdrawn_reason == "The wrong child."
    assert kinds(alex) == ["document_added", "document_opened", "document_withdrawn"]


def test_a_stranger_finds_no_document(alex: str) -> None:
    made = documents.add(person("dora"), alex, ORDER, scan_command=None)

    for stranger in (person("nia"), person("sam", "stockport"), person("ada", "stockport")):
        with pytest.raises(NotFound):
            documents.open_one(stranger, made)
        with pytest.raises(NotFound):
            documents.of_child(stranger, alex)
        with pytest.raises(NotFound):
            documents.add(stranger, alex, ORDER, scan_command=None)


def test_a_document_of_a_task_stands_on_the_task_and_with_the_child(alex: str, visit: str) -> None:
    sam = person("sam")

    made = documents.add(sam, alex, ORDER, scan_command=None, task_id=visit)

    assert [one.id for one in documents.of_task(sam, visit)] == [made]
    assert [one.task_id for one in documents.of_child(sam, alex)] == [visit]
    (robin,) = children.search(sam, "robin placeholder")
    with pytest.raises(NotFound):
        documents.add(sam, robin.id, ORDER, scan_command=None, task_id=visit)


def test_an_infected_file_is_not_kept(alex: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        documents.add(person("dora"), alex, ORDER, scan_command=scanner(tmp_path, "sys.exit(1)"))

    assert "virus scan refused" in refused.value.errors["file"][0]
    assert documents.of_child(person("dora"), alex) == ()


def test_a_file_waits_while_the_scan_cannot_answer_and_is_settled_later(alex: str, tmp_path: Path) -> None:
    dora = person("dora")
    made = documents.add(dora, alex, ORDER, scan_command="/no/such/scanner -")
    assert documents.of_child(dora, alex)[0].state == "waiting"
    with pytest.raises(NotAllowed, match="waits for the virus scan"):
        documents.open_one(dora, made)

    assert waiting_documents.scan_waiting("/no/such/scanner -") == 0
    clean = scanner(tmp_path, "sys.exit(0 if content.startswith(b'%PDF') else 1)")
    assert waiting_documents.scan_waiting(clean) == 1

    assert documents.open_one(dora, made).content == PDF


def test_a_waiting_file_that_proves_infected_is_withdrawn_its_bytes_go_and_the_chronology_says_so(
    alex: str, tmp_path: Path
) -> None:
    dora = person("dora")
    made = documents.add(dora, alex, ORDER, scan_command="/no/such/scanner -")

    waiting_documents.scan_waiting(scanner(tmp_path, "sys.exit(1)"))

    assert documents.of_child(dora, alex)[0].state == "withdrawn"
    assert kinds(alex) == ["document_added", "document_withdrawn"]
    with reading() as session:
        assert session.get(DocumentContent, ("wandsworth", made)) is None


def test_the_reason_of_the_first_withdrawal_stays(alex: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dora = person("dora")
    made = documents.add(dora, alex, ORDER, scan_command=None)
    before = documents.withdrawable(dora, made)
    documents.withdraw(dora, made, "The wrong child.")

    # the second press looked at the document before the first had withdrawn it
    monkeypatch.setattr(documents, "withdrawable", lambda viewer, document_id: before)
    documents.withdraw(dora, made, "Another reason.")

    assert documents.of_child(dora, alex)[0].withdrawn_reason == "The wrong child."
    assert kinds(alex).count("document_withdrawn") == 1


def test_what_was_completed_is_still_to_be_recorded_until_it_is_ticked(
    alex: str, visit: str, clock: SimulatedClock
) -> None:
    sam = person("sam")
    with pytest.raises(StaleTask):
        case_system.record(sam, visit, "M-1")
    tasks.complete(sam, visit, VISIT)
    assert [task.id for task in case_system.to_record(sam).tasks] == [visit]

    case_system.record(sam, visit, " M-12 34 ")
    case_system.record(sam, visit, "M-12 34")

    assert case_system.to_record(sam).total == 0
    found = case_system.of_task(sam, visit)
    assert found is not None
    assert (found.by, found.reference) == ("Sam Socialworker", "M-12 34")
    with pytest.raises(NotFound):
        case_system.record(person("sam", "stockport"), visit, "x")


def test_a_correction_makes_the_tick_out_of_date_until_it_is_ticked_again(
    alex: str, visit: str, clock: SimulatedClock
) -> None:
    sam = person("sam")
    tasks.complete(sam, visit, VISIT)
    case_system.record(sam, visit, "M-1")
    clock.move_to(clock.now() + timedelta(minutes=5))

    task_life.correct(sam, visit, {**VISIT, "child_said": "To ring my nan."}, "Misheard.")

    found = case_system.of_task(sam, visit)
    assert found is not None
    assert found.is_outdated
    assert [task.id for task in case_system.to_record(sam).tasks] == [visit]
    clock.move_to(clock.now() + timedelta(minutes=5))
    case_system.record(sam, visit, "M-1")
    again = case_system.of_task(sam, visit)
    assert again is not None
    assert not again.is_outdated
    assert case_system.to_record(sam).total == 0
