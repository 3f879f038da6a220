"""The lists of a council in its tenth year: with the open work of a year, and with ten times as many children behind it
whose pathways have all ended."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.domain.clock import SimulatedClock, now, use_clock
from app.services import finding
from app.services.demo_years import filling
from app.services.oversight.reports.registry import REPORTS
from app.store.bulk import gather_statistics
from app.store.children import ChildWorker
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.timers import Timer
from benchmarks.databases import AUTHORITY, Place, place
from benchmarks.door import Door
from benchmarks.measuring import Action, Figure, Times, alternating
from benchmarks.pages import WORK
from benchmarks.sizes import Progress, Size

MOST_MILLISECONDS = 200
AGO = timedelta(days=2 * 365 + 60)
"""So long ago whatever had not ended by itself was ended: before the two years that reports look back."""
ADDRESSES = (
    ("mo", "/board"),
    ("mo", "/board/breached"),
    ("mo", "/board/soon"),
    ("mo", "/board/unallocated"),
    ("sam", WORK),
    ("sam", f"{WORK}/waiting"),
    ("sam", f"{WORK}/week"),
    ("mo", "/team/looked_after"),
    ("mo", "/instances"),
    ("mo", "/letters"),
    ("mo", "/letters?to=people"),
    ("mo", "/escalations"),
    ("mo", "/compliance"),
    ("mo", "/compliance/tasks"),
    *(("hope", f"/reports/{key}") for key in REPORTS),
)
SEARCHED = "Charlie Ma Invented"
BARE = (
    "SELECT id, name, due_at FROM user_tasks WHERE authority_id = 'wandsworth' AND team_id = 'looked_after' "
    "AND state = 'open' ORDER BY due_at LIMIT 50"
)
"""The least that a page of a list can be read by: fifty rows by one index."""


def lists(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """Each list and report, with all the children beside the tenth of them that has open work."""
    at, tenth = now(), max(2, size.children // 10)
    with ExitStack() as open_places:
        few = open_places.enter_context(place(here.server))
        progress(f"{tenth} children of the last year")
        seed(tenth, at, size.stories)
        many = open_places.enter_context(place(here.server))
        seed(tenth, at, size.stories)
        progress(f"{size.children - tenth} children whose pathways have ended")
        seed_ended(size.children - tenth, at, size.stories)
        rows = _rows()
        found = []
        for who, address in ADDRESSES[: size.pages]:
            progress(address)
            doors = {"few": Door(few, who), "many": Door(many, who)}
            page = doors["many"].shown(address)
            if page is None:
                continue
            actions: dict[str, Action] = {
                **{which: partial(door.get, address) for which, door in doors.items()},
                "bare": many.inside(_bare),
            }
            middle = alternating([actions] * max(2, size.rounds // 4))
            note = f"{len(page.encode()) / 1000:.0f} KB"
            found.append(_figure(here.kind, f"GET {address} for {who}, {rows}", middle, note))
        progress("searching")
        sam = {"few": few.viewer("sam"), "many": many.viewer("sam")}
        searches: dict[str, Action] = {
            "few": few.inside(lambda: finding.search(sam["few"], SEARCHED)),
            "many": many.inside(lambda: finding.search(sam["many"], SEARCHED)),
            "bare": many.inside(_bare),
        }
        middle = alternating([searches] * max(2, size.rounds // 4))
        return [*found, _figure(here.kind, f"searching a child by name, {rows}", middle, "service alone")]


def seed(children: int, at: datetime, stories: int) -> None:
    """So many children whose pathways began in the year before `at`."""
    with use_clock(SimulatedClock(at)):
        filling.fill(AUTHORITY, children, 1, lives=min(stories, children))
    with transaction() as session:
        gather_statistics(session)


def seed_ended(children: int, at: datetime, stories: int) -> None:
    """So many children more whose pathways began two to ten years before `at`; whatever was open then is ended, and so
    are the ties of those who worked with the child."""
    until = at - AGO
    with use_clock(SimulatedClock(until)):
        filling.fill(AUTHORITY, children, 8, lives=min(stories, children))
    with transaction() as session:
        _end(session, until)
        gather_statistics(session)


def _end(session: Session, until: datetime) -> None:
    old = select(ProcessInstance.id).where(
        ProcessInstance.authority_id == AUTHORITY,
        ProcessInstance.created_at <= until,
        ProcessInstance.status == "running",
    )
    of_old = UserTask.instance_id.in_(old)
    session.execute(
        update(UserTask)
        .where(UserTask.authority_id == AUTHORITY, of_old, UserTask.state == "open")
        .values(state="completed", completed_at=func.coalesce(UserTask.due_at, UserTask.created_at)),
        execution_options={"synchronize_session": False},
    )
    of_old_children = ChildWorker.child_id.in_(
        select(ProcessInstance.child_id).where(
            ProcessInstance.authority_id == AUTHORITY, ProcessInstance.created_at <= until
        )
    )
    session.execute(
        update(ChildWorker)
        .where(ChildWorker.authority_id == AUTHORITY, of_old_children, ChildWorker.until_at.is_(None))
        .values(until_at=until),
        execution_options={"synchronize_session": False},
    )
    session.execute(Timer.__table__.delete().where(Timer.instance_id.in_(old)))  # type: ignore[attr-defined]
    session.execute(
        update(ProcessInstance).where(ProcessInstance.id.in_(old)).values(status="ended", ended_at=until),
        execution_options={"synchronize_session": False},
    )


def _rows() -> str:
    with reading() as session:
        numbers = [
            session.scalar(select(func.count()).select_from(text(table))) or 0
            for table in ("process_instances", "user_tasks", "audit")
        ]
    return "{:,} instances, {:,} tasks, {:,} audit rows".format(*numbers)


def _bare() -> None:
    with reading() as session:
        session.connection().exec_driver_sql(BARE).all()


def _figure(kind: str, what: str, middle: dict[str, Times], note: str) -> Figure:
    ours, limit = middle["many"], middle["few"]
    return Figure(
        "lists",
        kind,
        f"{what}, beside a tenth of the children and the same open work",
        ours.wall,
        "ms",
        limit.wall,
        ours.wall / limit.wall,
        target=f"at most {MOST_MILLISECONDS} ms",
        reached=ours.wall <= MOST_MILLISECONDS,
        note=f"{note}; bare {middle['bare'].wall:.2f} ms; processor {ours.cpu:.1f} of {limit.cpu:.1f} ms",
    )
