"""My work in front of a few, and of very many, tasks that were completed long ago.

The closed tasks are fast-loaded copies of one that the services made (COPY, or one prepared INSERT), twenty to a
pathway that has ended, a quarter of them completed by the person who looks.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

from sqlalchemy import func, select, update

from app.domain.clock import now
from app.domain.ids import new_id
from app.services import lists
from app.store import bulk
from app.store.db import reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.timers import Timer
from benchmarks import pages, seeds
from benchmarks.databases import AUTHORITY, Place, place
from benchmarks.door import Door
from benchmarks.measuring import Action, Figure, alternating, beside
from benchmarks.sizes import Progress, Size

A_PATHWAY = 20
AT_ONCE = 20_000
OPEN = 100
MOST_GROWTH = 1.2
YEARS = timedelta(days=3 * 365)


def closed(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """The same open tasks in both places; behind them few and many closed ones."""
    small, large = size.closed
    with place(here.server) as many, place(here.server) as few:
        for where, number in ((many, large), (few, small)):
            progress(f"loading {number} closed tasks")
            with where.app.app_context():
                pages.seed(where, min(OPEN, size.waiting[1]))
                load_closed(where, number)
        with many.app.app_context():
            there = _closed()
            sam = {"large": many.viewer("sam")}
        sam["small"] = few.viewer("sam")
        doors = {"small": Door(few, "sam"), "large": Door(many, "sam")}
        progress("opening my work")
        rounds: list[dict[str, Action]] = [
            {
                "small": lambda: doors["small"].get(pages.WORK),
                "large": lambda: doors["large"].get(pages.WORK),
                "small list": few.inside(lambda: lists.my_work(sam["small"])),
                "large list": many.inside(lambda: lists.my_work(sam["large"])),
            }
            for _ in range(2 * size.rounds)
        ]
        middle = alternating(rounds)
    what = f"with {there:,} closed tasks behind it, beside {small:,}"
    return [
        beside(
            "closed",
            here.kind,
            f"{name} {what}",
            middle[f"large{part}"],
            middle[f"small{part}"],
            at_most=MOST_GROWTH,
        )
        for name, part in ((f"GET {pages.WORK}", ""), ("the list alone", " list"))
    ]


def load_closed(where: Place, number: int) -> None:
    """So many completed tasks of pathways that have ended, over the last three years."""
    first = seeds.start_visits(where)
    seeds.advance_to_visits(where, first)
    ended = [
        first,
        *seeds.copies(
            first, -(-number // A_PATHWAY) - 1, history=False, children=min(pages.CHILDREN, number)
        ),
    ]
    _end(ended)
    people = cycle([where.viewer(name).person_id for name in ("sam", *pages.OTHERS[:3])])
    with reading() as session:
        tasks = table_of(UserTask)
        model = dict(
            session.execute(
                select(tasks).where(tasks.c.authority_id == AUTHORITY, tasks.c.instance_id == first).limit(1)
            )
            .mappings()
            .one()
        )
    names, began = list(tasks.columns.keys()), now() - YEARS
    for begin in range(0, number, AT_ONCE):
        with transaction() as session:
            bulk.prepare(session)
            makers = bulk.cell_makers(session, tasks)
            constant = {name: makers[name](value) for name, value in model.items()}
            rows = []
            for position in range(begin, min(begin + AT_ONCE, number)):
                at = began + YEARS * (position / number)
                own = {
                    "id": new_id(),
                    "instance_id": ended[position // A_PATHWAY],
                    "ref": new_id(),
                    "state": "completed",
                    "created_at": at - timedelta(days=2),
                    "due_at": at,
                    "completed_at": at - timedelta(hours=3),
                    "completed_by": next(people),
                }
                cells = {**constant, **{name: makers[name](value) for name, value in own.items()}}
                rows.append([cells[name] for name in names])
            bulk.load(session, tasks, rows)
    seeds.refresh_statistics(where)


def _end(instance_ids: list[str]) -> None:
    """What was open of these pathways is done, and they are over."""
    quietly = {"synchronize_session": False}
    for begin in range(0, len(instance_ids), 500):
        some = instance_ids[begin : begin + 500]
        with transaction() as session:
            of_some = (
                UserTask.authority_id == AUTHORITY,
                UserTask.instance_id.in_(some),
                UserTask.state == "open",
            )
            done = {"state": "completed", "completed_at": now() - YEARS}
            session.execute(update(UserTask).where(*of_some).values(done), execution_options=quietly)
            timers = table_of(Timer)
            session.execute(
                timers.delete().where(timers.c.authority_id == AUTHORITY, timers.c.instance_id.in_(some))
            )
            over = {"status": "ended", "ended_at": now() - YEARS}
            ours = (ProcessInstance.authority_id == AUTHORITY, ProcessInstance.id.in_(some))
            session.execute(update(ProcessInstance).where(*ours).values(over), execution_options=quietly)


def _closed() -> int:
    with reading() as session:
        query = select(func.count()).select_from(UserTask).where(UserTask.state == "completed")
        return session.scalar(query) or 0
