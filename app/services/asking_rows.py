"""Askings inside the steps of pathways: whose a contribution is, that it was given, that it is no longer wanted.

A contribution is a small pathway of its own (processes/shared/contribution.bpmn), started and ended by messages of
the platform whose correlation key is the asking's id. Everything here happens in the transaction of the step, with
statements that `together` can send (so nothing asks how many rows an update has touched).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, case, literal_column, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import BadInput, StaleTask
from app.domain.moments import day_in_words
from app.services import letters, messages_out
from app.store.askings import Asking
from app.store.audit import Entry
from app.store.db import execute, table_of
from app.store.people import Person
from app.store.tasks import UserTask

CONTRIBUTION, ACTION = "contribution", "agreed_action"


@dataclass(frozen=True)
class Pathway:
    """What an asking's pathway is started and ended by, how its task is named, what the audit calls its course."""

    asked: str
    withdrawn: str
    joined: str
    told: tuple[str, str, str]


PATHWAYS = {
    CONTRIBUTION: Pathway(
        "contribution_asked",
        "contribution_withdrawn",
        "to",
        ("contribution_asked", "contribution_given", "contribution_withdrawn"),
    ),
    ACTION: Pathway(
        "action_agreed",
        "agreed_action_withdrawn",
        "in",
        ("action_agreed", "action_done", "action_withdrawn"),
    ),
}
"""A contribution ends with the task that asks for it; what was decided in a task is done after it."""
ROLE = "asked"  # the lane of the drawing: whoever the asking names

_ASKINGS, _TASKS, _PEOPLE = table_of(Asking), table_of(UserTask), table_of(Person)
_OPEN = _ASKINGS.c.state == literal_column("'open'")
_ONE = (
    select(
        _ASKINGS.c.id,
        _ASKINGS.c.role,
        _ASKINGS.c.team_id,
        _ASKINGS.c.person_id,
        _ASKINGS.c.wanted_on,
        _ASKINGS.c.state,
        _ASKINGS.c.pathway,
        _TASKS.c.name,
        _PEOPLE.c.name.label("asked_by"),
        _ASKINGS.c.task_id,
        _ASKINGS.c.asked_by.label("asked_by_id"),
        _ASKINGS.c.taken_over_by,
        case((_TASKS.c.state == literal_column("'open'"), _TASKS.c.assignee_id)).label("doing_it"),
    )
    .join(_TASKS, (_TASKS.c.authority_id == _ASKINGS.c.authority_id) & (_TASKS.c.id == _ASKINGS.c.task_id))
    .outerjoin(
        _PEOPLE,
        (_PEOPLE.c.authority_id == _ASKINGS.c.authority_id) & (_PEOPLE.c.id == _ASKINGS.c.asked_by),
    )
    .where(_ASKINGS.c.authority_id == bindparam("of_authority"), _ASKINGS.c.id == bindparam("of_asking"))
)
_STILL_OPEN = (
    select(_ASKINGS.c.id)
    .where(
        _ASKINGS.c.authority_id == bindparam("of_authority"), _ASKINGS.c.id == bindparam("of_asking"), _OPEN
    )
    .with_for_update()
)
_END = (
    update(_ASKINGS)
    .where(
        _ASKINGS.c.authority_id == bindparam("of_authority"), _ASKINGS.c.id == bindparam("of_asking"), _OPEN
    )
    .values(
        state=bindparam("new_state"),
        ended_at=bindparam("ended_when"),
        ended_by=bindparam("ended_who"),
        reason=bindparam("ended_why"),
        answer_id=bindparam("answered_by"),
    )
)


def whose(session: Session, instance: Row[Any]) -> Row[Any] | None:
    """The asking that a contribution's pathway was started for; None for every other pathway."""
    if instance.definition_key not in PATHWAYS or instance.correlation_key is None:
        return None
    keys = {"of_authority": instance.authority_id, "of_asking": instance.correlation_key}
    return execute(session, _ONE, keys).first()


def in_words(asking: Row[Any]) -> str:
    """Why a contribution is due when it is: who asked for it by which day."""
    return f"{asking.asked_by or 'The service'} asked for it by {day_in_words(asking.wanted_on)}."


def refuse_while_required(task: Row[Any]) -> None:
    """Raises BadInput while a contribution that the task cannot do without is still to come."""
    if task.needs_contribution:
        sentence = "This task needs a contribution that has not been given yet. Wait for it, or withdraw the question."
        raise BadInput(sentence, {"contributions": [sentence]})


def given(
    session: Session, instance: Row[Any], task_id: str, person_id: str | None, for_id: str | None
) -> tuple[Entry, ...]:
    """Note that a contribution's task answers its asking; the entry that says so.

    Raises StaleTask when the question was withdrawn in the meantime.
    """
    asking = whose(session, instance)
    if asking is None:
        return ()
    if not _end(session, instance.authority_id, asking.id, "answered", person_id, None, task_id):
        raise StaleTask("The question has been withdrawn: nobody waits for this contribution any more.")
    letters.answered(session, instance, asking, person_id)
    facts = {"definition": instance.definition_key, "name": asking.name, "asking": asking.id}
    return (
        Entry(
            kind=PATHWAYS[asking.pathway].told[1],
            child_id=instance.child_id,
            person_id=person_id,
            for_id=for_id,
            task_id=task_id,
            facts=facts,
        ),
    )


def handed(session: Session, instance: Row[Any], from_id: str, to_id: str | None) -> None:
    """Note that a contribution's task went from whoever was asked to somebody else, or back to their team."""
    if instance.definition_key in PATHWAYS and instance.correlation_key:
        session.execute(
            update(Asking)
            .where(
                Asking.authority_id == instance.authority_id,
                Asking.id == instance.correlation_key,
                Asking.person_id == from_id,
                _OPEN,
            )
            .values(person_id=to_id)
            .execution_options(synchronize_session=False)
        )


def over(
    session: Session,
    instance: Row[Any],
    askings: Sequence[Row[Any]],
    left: Mapping[str, str],
    done: Collection[str],
) -> list[Entry]:
    """Withdraw what was asked for in tasks that are left, `done` ones among them; the entries that say so.

    `left` has the names of the tasks by their ids. Likewise a contribution whose own pathway was ended by hand.
    """
    entries = []
    for row in askings:
        if row.ref in left and not (row.name == ACTION and row.ref in done):
            note = (
                "The task was completed without it."
                if row.ref in done
                else "The task that asked is no longer needed."
            )
            entries += withdraw(session, instance, row, left[row.ref], note, None)
    if instance.definition_key in PATHWAYS and instance.correlation_key and left:
        note = "It was ended without an answer."  # an answer has been noted before, and then this changes nothing
        _end(session, instance.authority_id, instance.correlation_key, "withdrawn", None, note, None)
    return entries


def withdraw(
    session: Session,
    instance: Row[Any],
    asking: Any,
    task_name: str,
    reason: str,
    person_id: str | None,
    for_id: str | None = None,
) -> list[Entry]:
    """End an open asking of a locked instance and tell its pathway; nothing when it has ended already.

    `asking` has its id, the asking task's as `ref`, and its pathway as `name`.
    """
    if not _end(session, instance.authority_id, asking.id, "withdrawn", person_id, reason, None):
        return []
    payload, pathway = {"correlation_key": asking.id}, PATHWAYS[asking.name]
    messages_out.queue(session, instance, name=pathway.withdrawn, payload=payload, person_id=person_id)
    facts = {
        "definition": instance.definition_key,
        "name": task_name,
        "asking": asking.id,
        "reason": reason,
    }
    return [
        Entry(
            kind=pathway.told[2],
            child_id=instance.child_id,
            person_id=person_id,
            for_id=for_id,
            task_id=asking.ref,
            facts=facts,
        )
    ]


def _end(
    session: Session,
    authority_id: str,
    asking_id: str,
    state: str,
    person_id: str | None,
    reason: str | None,
    answer_id: str | None,
) -> bool:
    keys = {"of_authority": authority_id, "of_asking": asking_id}
    if execute(session, _STILL_OPEN, keys).first() is None:
        return False
    values = {
        **keys,
        "new_state": state,
        "ended_when": now(),
        "ended_who": person_id,
        "ended_why": reason,
        "answered_by": answer_id,
    }
    execute(session, _END, values)
    return True
