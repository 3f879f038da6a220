"""What a letter to a person says: the reference, what kind of thing, until when, and the links. Never a name.

The task's own name stays in the app too: what somebody has to do for a child says much about the child.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.domain.letter_times import DIGEST, KINDS, PASSWORD
from app.domain.moments import moment_in_words
from app.services.letter_decisions import counts_in_words
from app.services.notifications import envelope, letters
from app.store.children import CHILD, Child
from app.store.db import reading
from app.store.letters import Letter
from app.store.tasks import UserTask


def compose(letter: Row[Any], base_url: str, mail_from: str) -> EmailMessage:
    """The e-mail of a letter's row, which says to which address it goes."""
    with reading() as session:
        values = _values(session, letter, base_url)
    words = letters()[f"worker_{letter.kind}"]
    footer = letters()["worker_footer"].body.format(**values)
    body = words.body.format(**values)
    return envelope(
        letter.id,
        to=letter.email,
        subject=words.subject.format(**values),
        body=_without_gaps(f"{body}\n\n{footer}"),
        mail_from=mail_from,
    )


def _values(session: Session, letter: Row[Any], base_url: str) -> dict[str, str]:
    values = {
        "work": f"{base_url}/work",
        "choices": f"{base_url}/account/notifications",
        "access": f"{base_url}/access",
        "cover": "You get this because you cover for a colleague today."
        if letter.sent_to != letter.person_id
        else "",
    }
    if letter.kind == PASSWORD:
        return values | {"at": moment_in_words(letter.created_at), "account": f"{base_url}/account"}
    if letter.kind == DIGEST:
        counts = digest_counts(session, letter.authority_id, letter.id)
        total = sum(counts.values())
        return values | {
            "lines": "\n".join(f"- {line}" for line in counts_in_words(counts)),
            "total": f"{total} {'thing has' if total == 1 else 'things have'} come up",
        }
    about = session.execute(_about(letter)).all()
    cases = {row.reference: row for row in about}
    return values | _about_cases(letter, about, cases, base_url)


def _about(letter: Row[Any]) -> Any:
    """The cases and open tasks of a letter and of those that were gathered into it."""
    return (
        select(Child.id, Child.reference, Child.kind, UserTask.id.label("task_id"), UserTask.due_at)
        .select_from(Letter)
        .join(Child, (Child.authority_id == Letter.authority_id) & (Child.id == Letter.child_id))
        .outerjoin(
            UserTask,
            (UserTask.authority_id == Letter.authority_id)
            & (UserTask.id == Letter.task_id)
            & (UserTask.state == "open"),
        )
        .where(
            Letter.authority_id == letter.authority_id,
            (Letter.id == letter.id) | (Letter.digest_id == letter.id),
        )
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, Letter.id)
    )


def _about_cases(letter: Row[Any], about: Any, cases: Mapping[str, Any], base_url: str) -> dict[str, str]:
    tasks = {row.task_id: row for row in about if row.task_id is not None}
    first = next(iter(tasks.values()), about[0])
    case = f"Case {first.reference}" if len(cases) == 1 else f"{len(cases)} cases"
    number = len(tasks)
    what = "it is yours from now on" if not number else "a task is" if number == 1 else f"{number} tasks are"
    story = f"{base_url}/children/{first.id}" if first.kind == CHILD else f"{base_url}/partnership"
    link = f"{base_url}/work" if number > 1 else f"{base_url}/tasks/{letter.task_id or first.task_id}"
    if letter.task_id is None and not number:
        link = story
    return {
        "case": case,
        "what": what if not number else f"{what} yours",
        "due": f"Due {moment_in_words(first.due_at)}." if first.task_id and first.due_at else "",
        "link": link,
        "story": f"What has happened in the case, and what is due first:\n{story}" if len(cases) == 1 else "",
    }


def digest_counts(session: Session, authority_id: str, digest_id: str) -> dict[str, int]:
    """How many letters of each kind a digest stands for, in the order of the page of choices."""
    found = session.execute(
        select(Letter.kind, func.count(func.coalesce(Letter.task_id, Letter.occasion).distinct()))
        .where(Letter.authority_id == authority_id, Letter.digest_id == digest_id)
        .group_by(Letter.kind)
    ).all()
    counts = {row[0]: row[1] for row in found}
    return {kind: counts[kind] for kind in KINDS if kind in counts}


def _without_gaps(body: str) -> str:
    """The body without the empty paragraphs that a value of no words leaves."""
    return "\n\n".join(part.strip("\n") for part in body.split("\n\n") if part.strip())
