"""What is known of a child is kept as it was: a new table is kept too, or says here why it need not be."""

from __future__ import annotations

from app.store import tables
from app.store.db import Base
from app.store.kept import KEPT

OF_A_CHILD = frozenset({"child_id", "task_id", "instance_id", "document_id", "plan_id"})
NOT_KEPT = {
    "audit": "is append-only",
    "child_keys": "names and numbers once more, folded, for finding",
    "children_seen": "whom a colleague saw last",
    "document_contents": "bytes are never changed; the list of documents is kept",
    "disclosures": "a disclosure is said once and never changed",
    "done_for": "an extract of the audit",
    "drafts": "typed and not yet sent, so not yet part of the record",
    "kept_rows": "is what was kept",
    "looks": "who has looked, one row a day; the first look of a day is in the audit",
    "letters": "that a colleague had work to do; the audit says who was given what",
    "moved_instances": "the pathway’s own row is kept, and the audit says that it was moved",
    "record_rules": "a rule is made and ended, and its row stays; the audit says so as well",
    "outbox_messages": "between pathways",
    "subject_decisions": "what an answer leaves out; who decided what stands in the audit, and the answer itself",
    "subscriptions": "of the engine",
    "webhook_deliveries": "an extract of the audit on its way to another system",
    "task_history": "of the engine: when elements of the drawing were entered and left",
    "timers": "of the engine",
}
"""Tables that hold something of a child and whose changes are not kept, with the reason."""
assert tables.kept


def test_every_table_of_a_child_is_kept() -> None:
    found = {
        table.name for table in Base.metadata.sorted_tables if OF_A_CHILD & {c.name for c in table.columns}
    }

    assert found - KEPT.keys() - NOT_KEPT.keys() == set()


def test_what_is_kept_says_since_when_a_row_is_known() -> None:
    unsaid = {
        f"{one.table}.{one.born}" for one in KEPT.values() if one.born and one.of.columns[one.born].nullable
    }

    assert unsaid == set()
