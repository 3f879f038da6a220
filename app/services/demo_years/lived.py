"""A story is lived: the real services, each person doing their own tasks, on a simulated clock in a database apart.

What it leaves behind is rows of every table that a child has rows in, and nothing of the people and the pathways,
which were lent to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, select

from app.domain.access import Viewer
from app.domain.clock import LONDON, SimulatedClock, use_clock
from app.domain.errors import BadInput, ThroughcareError
from app.domain.ids import CountedIds, use_ids
from app.services import (
    advance,
    children,
    definitions,
    instances,
    messages,
    messages_out,
    signing,
    simulated_answers,
    task_lookup,
    tasks,
    timers,
)
from app.services.choices import offered
from app.services.demo_years.habits import varied, when
from app.services.demo_years.stories import Story
from app.store import kept_triggers, tables
from app.store.db import Base, db, reading, transaction
from app.store.instances import ProcessInstance
from app.store.people import viewers
from app.store.tasks import UserTask
from app.store.throw_away import content_now, throw_away
from app.store.ties import tie
from app.store.timers import Timer

LENT = (
    "authorities",
    "definition_versions",
    "start_triggers",
    "bank_holidays",
    "profile_overlays",
    "people",
    "person_roles",
    "teams",
    "team_roles",
    "person_teams",
)
"""Tables whose rows the story needs and does not own."""
MOST_STEPS = 6000
MOST_AT_A_MOMENT = 300
_RUNNING = select(ProcessInstance.id).where(ProcessInstance.status == "running")
_NEXT_TIMER = select(Timer.due_at).where(Timer.instance_id.in_(_RUNNING)).order_by(Timer.due_at).limit(1)
_OPEN_TASKS = (
    select(UserTask.id, UserTask.role, UserTask.created_at, UserTask.due_at, UserTask.sign_off)
    .where(UserTask.state == "open", UserTask.instance_id.in_(_RUNNING))
    .order_by(UserTask.id)
)
Rows = dict[str, list[dict[str, Any]]]
assert tables.audit


@dataclass(frozen=True)
class Lent:
    """What a story needs of the database in which it will stand, as a database of its own in memory."""

    authority_id: str
    content: bytes


def lend(authority_id: str) -> Lent:
    """The people, teams, pathways and settings of an authority, out of the current database.

    Raises BadInput where nobody works there.
    """
    rows: Rows = {}
    with reading() as session:
        for name in LENT:
            table = _table(name)
            query = select(table)
            if "authority_id" in table.c:
                query = query.where(table.c.authority_id == authority_id)
            rows[name] = [dict(row._mapping) for row in session.execute(query)]
    if not rows["people"]:
        raise BadInput("There are no demo people yet. Start `throughcare run` once.")
    with throw_away():
        with transaction() as session:
            kept_triggers.install(session.connection())  # a copy can be asked what was known on a day, too
            for name in LENT:
                if rows[name]:
                    session.execute(insert(_table(name)), rows[name])
        return Lent(authority_id, content_now())


def live(story: Story, lent: Lent, until: datetime) -> Rows:
    """Everything that stands in the database at `until` of this story's child, by table.

    Raises BadInput when the story does not come to its end.
    """
    clock = SimulatedClock(story.starts_at)
    with throw_away(lent.content), use_clock(clock), use_ids(CountedIds()):
        _Life(story, lent.authority_id, clock, until).go_on()
        return _left_behind()


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _left_behind() -> Rows:
    found: Rows = {}
    with reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in LENT and table.name != "submissions":
                rows = [dict(row._mapping) for row in session.execute(select(table))]
                if rows:
                    found[table.name] = rows
    return found


class _Life:
    """One story under way."""

    def __init__(self, story: Story, authority_id: str, clock: SimulatedClock, until: datetime) -> None:
        self.story, self.authority_id, self.clock, self.until = story, authority_id, clock, until
        self.chance = story.chance
        self.planned: dict[tuple[str, str], datetime | None] = {}
        self.messages = list(story.messages)
        with reading() as session:
            everybody = viewers(session, authority_id)
        self.people: dict[str, list[Viewer]] = {}
        for person in everybody:
            if person.is_guest:
                continue  # nothing of an invented child is shared with a guest
            for role in person.roles:
                self.people.setdefault(role, []).append(person)
        self.child_id, self.root_id = self._start()

    def go_on(self) -> None:
        """Whatever comes next, at its moment, until the end."""
        stood = 0
        for _ in range(MOST_STEPS):
            coming = self._coming()
            if coming is None or coming[0] > self.until:
                self.clock.move_to(self.until)
                return
            stood = 0 if coming[0] > self.clock.now() else stood + 1
            if stood > MOST_AT_A_MOMENT:
                raise BadInput(f"Story {self.story.number} comes round for ever at {self.clock.now()}.")
            self.clock.move_to(max(coming[0], self.clock.now()))
            coming[1]()
        raise BadInput(f"Story {self.story.number} has more than {MOST_STEPS} steps.")

    def _start(self) -> tuple[str, str]:
        with transaction() as session:
            child_id = children.add(
                session,
                self.authority_id,
                given_name="Invented",
                family_name="Child",
                date_of_birth=self._birthday(),
                identifiers={},
                person_id=None,
            )
            tie(session, self.authority_id, child_id, ("yjs", "csc"))
        with transaction() as session:
            version = definitions.current(session, self.story.pathway)
            form = definitions.form(session, version.version_id, version.start_form)
            given = {name: _plain(value) for name, value in self.story.answers.items()}
            root_id = instances.begin(
                session,
                authority_id=self.authority_id,
                child_id=child_id,
                version=version,
                answers=simulated_answers.for_start(form, given, self.story.starts_at),
                started_at=self.story.starts_at,
                person_id=self._somebody("yjs_duty_manager"),
            )
        messages.deliver_pending()
        return child_id, root_id

    def _birthday(self) -> date:
        at = self.story.starts_at.date()
        return at - timedelta(days=self.chance.randint(13 * 365 + 4, 18 * 365 - 60))

    def _somebody(self, role: str) -> str | None:
        known = self.people.get(role)
        return self.chance.choice(known).person_id if known else None

    def _coming(self) -> tuple[datetime, Any] | None:
        """The moment of the next thing, and the thing."""
        found: list[tuple[datetime, int, Any]] = []
        with reading() as session:
            due = session.scalar(_NEXT_TIMER)
            open_tasks = session.execute(_OPEN_TASKS).all()
        if self.messages:
            found.append((self.messages[0][0], 0, self._hear))
        for task in open_tasks:
            at = self._planned(task)
            if at is not None:
                found.append((at, 1, lambda task=task: self._do(task)))
        if due is not None:
            found.append((due, 2, self._fire))
        if not found:
            return None
        at, _, what = min(found, key=lambda one: one[:2])
        return at, what

    def _planned(self, task: Any) -> datetime | None:
        key = (task.id, task.sign_off or "")
        if key not in self.planned:
            self.planned[key] = when(self.chance, self.clock.now(), task.due_at)
        return self.planned[key]

    def _fire(self) -> None:
        timers.fire_next()
        messages.deliver_queued(db.session())

    def _hear(self) -> None:
        _, name, said = self.messages.pop(0)
        with transaction() as session:
            messages_out.queue_for_child(
                session,
                authority_id=self.authority_id,
                child_id=self.child_id,
                root_id=self.root_id,
                name=name,
                payload={key: _plain(value) for key, value in said.items()},
            )
        messages.deliver_pending()

    def _do(self, task: Any) -> None:
        """Whoever has the task's role takes it, and does it or signs it off; where nobody has the role, it is done."""
        who = self._who(task)
        with reading() as session:
            row = task_lookup.row(session, self.authority_id, task.id)
            version_id = advance.version_id(session, self.authority_id, row.instance_id)
            form = definitions.form(session, version_id, row.form)
            form = form and offered(session, self.authority_id, form)
            answers = varied(self.chance, form, session, self.authority_id, self.child_id)
        try:
            self._send(task, who, answers)
        except BadInput:
            with reading() as session:
                answers = simulated_answers.for_task(form, {}, session, self.authority_id, self.child_id)
            self._send(task, who, answers)

    def _who(self, task: Any) -> Viewer | None:
        with reading() as session:
            row = task_lookup.row(session, self.authority_id, task.id)
            role, assignee = row.role, row.assignee_id
            if assignee:
                return next(iter(viewers(session, self.authority_id, [assignee])), None)
        known = self.people.get(role)
        return self.chance.choice(known) if known else None

    def _send(self, task: Any, who: Viewer | None, answers: Mapping[str, Any]) -> None:
        if task.sign_off == "waiting" and who is not None:
            signing.approve(who, task.id)
        elif who is not None:
            with contextlib.suppress(ThroughcareError):
                tasks.claim(who, task.id)
            tasks.complete(who, task.id, answers)
        else:
            with transaction() as session:
                instance, row = task_lookup.locked(session, self.authority_id, task.id)
                tasks.take(session, instance, row, answers, None)
            messages.deliver_queued(db.session())


def _plain(value: Any) -> Any:
    return value.astimezone(LONDON).isoformat() if isinstance(value, datetime) else value
