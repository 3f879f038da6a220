"""Where a child is in the database, table by table, and how each is taken out. A test fails for a table not named here.

The audit is not emptied: what was said in it is taken out, see `app.store.seals`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, Text, cast, delete, false, func, or_, select
from sqlalchemy.orm import Session

from app.store.db import Base


@dataclass(frozen=True)
class Whose:
    """The child who is erased: everything by which rows of theirs are known."""

    authority_id: str
    child_id: str
    reference: str
    names: tuple[str, ...]  # “Given Family”, and the other way round


Rows = Callable[[Table, Whose], ColumnElement[bool]]


def _of_child(table: Table, whose: Whose) -> ColumnElement[bool]:
    return table.c.child_id == whose.child_id


def _through(other: str, column: str) -> Rows:
    """Rows that hang on a row of another table, which has the child."""

    def rows(table: Table, whose: Whose) -> ColumnElement[bool]:
        owner = Base.metadata.tables[other]
        own = select(owner.c.id).where(
            owner.c.authority_id == whose.authority_id, owner.c.child_id == whose.child_id
        )
        return table.c[column].in_(own)

    return rows


def _either_sibling(table: Table, whose: Whose) -> ColumnElement[bool]:
    return or_(table.c.child_id == whose.child_id, table.c.sibling_id == whose.child_id)


def _itself(table: Table, whose: Whose) -> ColumnElement[bool]:
    return table.c.id == whose.child_id


def _kept(table: Table, whose: Whose) -> ColumnElement[bool]:
    """What was kept of the child's rows, and of a brother's or sister's link to the child."""
    of_link = (table.c.about == "siblings") & table.c.row_key.contains(whose.child_id, autoescape=True)
    return or_(table.c.child_id == whose.child_id, of_link)


def _everything(table: Table, whose: Whose) -> ColumnElement[bool]:
    """All of the authority: it lives for some hours only, and nobody can tell whom it names."""
    return ~false()


def _saying(*columns: str) -> Rows:
    """Rows whose text says who the child is."""

    def rows(table: Table, whose: Whose) -> ColumnElement[bool]:
        said = [func.lower(cast(table.c[column], Text)) for column in columns]
        words = {whose.child_id, whose.reference, *whose.names, *(json.dumps(n)[1:-1] for n in whose.names)}
        return or_(*(one.contains(word.lower(), autoescape=True) for one in said for word in sorted(words)))

    return rows


_BY_TASK, _BY_INSTANCE = _through("user_tasks", "task_id"), _through("process_instances", "instance_id")
ERASED: Mapping[str, Rows] = {
    "document_contents": _through("child_documents", "document_id"),
    "recorded_elsewhere": _BY_TASK,
    "acknowledgements": _BY_TASK,
    "drafts": _BY_TASK,
    "earlier_answers": _BY_TASK,
    "late_reasons": _BY_TASK,
    "sign_offs": _BY_TASK,
    "snoozes": _BY_TASK,
    "suspensions": _BY_INSTANCE,
    "task_history": _BY_INSTANCE,
    "timers": _BY_INSTANCE,
    "siblings": _either_sibling,
    "child_searches": _everything,
    "sign_in_flows": _everything,
    "first_answers": _saying("body", "location"),
    "simulations": _saying("inputs"),
    "saved_views": _saying("name", "filters"),
    "answers": _of_child,
    "appointments": _of_child,
    "askings": _of_child,
    "bed_nights": _of_child,
    "child_agencies": _of_child,
    "child_documents": _of_child,
    "child_facts": _of_child,
    "child_keys": _of_child,
    "child_plans": _of_child,
    "child_workers": _of_child,
    "children_seen": _of_child,
    "comments": _of_child,
    "director_pages": _of_child,
    "disclosures": _of_child,
    "done_for": _of_child,
    "incidents": _of_child,
    "legal_statuses": _of_child,
    "letters": _of_child,
    "looks": _of_child,
    "moved_instances": _of_child,
    "notifications": _of_child,
    "outbox_messages": _of_child,
    "plans_given": _of_child,
    "process_instances": _of_child,
    "record_keeping": _of_child,
    "record_rules": _of_child,
    "subject_decisions": _of_child,
    "subject_requests": _of_child,
    "subscriptions": _of_child,
    "user_tasks": _of_child,
    "webhook_deliveries": _of_child,
    "children": _itself,
    "kept_rows": _kept,
}
"""How the rows of a child are found in each table that holds any."""
HOLDS_NO_CHILD: Mapping[str, str] = {
    "absences": "about a colleague; the page asks for no names of children in the note",
    "api_tokens": "about another system",
    "audit": "loses what was said, and keeps who did what kind of thing and when",
    "audit_checkpoints": "hashes",
    "audit_erasures": "hashes",
    "audit_heads": "hashes",
    "authorities": "about an authority",
    "bad_addresses": "about a colleague",
    "bank_holidays": "days",
    "calendar_addresses": "about a colleague",
    "definition_versions": "drawings",
    "disposal_certificates": "names the colleagues, not the child",
    "draft_revisions": "drawings",
    "foreign_files": "drawings",
    "identities": "about a colleague",
    "keeping_began": "a moment",
    "letter_choices": "about a colleague",
    "login_sessions": "about a colleague",
    "movings": "why pathways were moved; each child’s are in moved_instances",
    "pathway_drafts": "drawings",
    "pathway_scenarios": "invented stories",
    "people": "about a colleague",
    "person_roles": "about a colleague",
    "person_teams": "about a colleague",
    "profile_changes": "time limits and contacts",
    "profile_overlays": "time limits and contacts",
    "publications": "drawings",
    "recovery_codes": "about a colleague",
    "second_factors": "about a colleague",
    "sign_in_attempts": "hashes",
    "sign_in_names": "about a colleague",
    "standing_clock": "a moment",
    "start_triggers": "drawings",
    "submissions": "tokens of forms and ids",
    "team_roles": "about a team",
    "teams": "about a team",
    "webhooks": "about another system",
}
"""Tables that hold nothing by which a child is known, with what they are about."""


def erase(session: Session, whose: Whose) -> dict[str, int]:
    """Take every row of the child out, those that hang on others first; how many rows of each table went.

    What the database keeps of changed rows goes last: it keeps the deletions, too.
    """
    order = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name in ERASED]
    order.remove("kept_rows")
    gone = {name: _take(session, name, whose) for name in [*order, "kept_rows"]}
    return {name: rows for name, rows in sorted(gone.items()) if rows}


def _take(session: Session, name: str, whose: Whose) -> int:
    table = Base.metadata.tables[name]
    statement = delete(table).where(table.c.authority_id == whose.authority_id, ERASED[name](table, whose))
    return int(session.connection().execute(statement).rowcount)


def without_a_word(tables: Iterable[str]) -> set[str]:
    """Those of the tables of which nothing here says whether a child is in them."""
    return set(tables) - ERASED.keys() - HOLDS_NO_CHILD.keys()
