"""My work with few and with many open tasks in the database."""

from __future__ import annotations

from functools import partial

from sqlalchemy import update

from app.services import lists
from app.store.db import transaction
from app.store.tasks import UserTask
from benchmarks import seeds
from benchmarks.databases import AUTHORITY, Place, place
from benchmarks.door import Door
from benchmarks.measuring import Action, Figure, alternating, beside
from benchmarks.sizes import Progress, Size

OWN = 40
OTHERS = ("casey", "corin", "tess", "bo", "fran", "mo", "ash", "ivy", "ira", "pip")
CHILDREN = 500
MOST_TIMES = 1.5
MOST_MILLISECONDS = 50
MOST_KILOBYTES = 100
WORK = "/work"
LISTS = (
    ("sam", WORK),
    ("sam", "/work?who=team"),
    ("mo", "/team/looked_after"),
    ("sam", WORK + "/week"),
    ("sam", WORK + "/waiting"),
)
"""Whose, and the address. All the children are Sam's in this place, so that Sam waits for nearly every task."""


def my_work(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """The social worker's page, with the same tasks of their own among few and among many of others."""
    small, large = size.waiting
    progress("seeding open tasks")
    with place(here.server) as many, place(here.server) as few:
        with many.app.app_context():
            seed(many, large)
            _seed_own = many.viewer("sam")
        seed(few, small)
        doors = {"small": Door(few, "sam"), "large": Door(many, "sam")}
        sam = {"small": few.viewer("sam"), "large": _seed_own}
        progress("opening my work")
        rounds: list[dict[str, Action]] = [
            {
                "small": lambda: doors["small"].get("/work"),
                "large": lambda: doors["large"].get("/work"),
                "small list": few.inside(lambda: lists.my_work(sam["small"])),
                "large list": many.inside(lambda: lists.my_work(sam["large"])),
            }
            for _ in range(size.rounds)
        ]
        middle = alternating(rounds)
    what = f"with {large} open tasks, beside {small}"
    return [
        beside(
            "my_work", here.kind, f"GET /work {what}", middle["large"], middle["small"], at_most=MOST_TIMES
        ),
        beside(
            "my_work",
            here.kind,
            f"the list alone {what}",
            middle["large list"],
            middle["small list"],
            at_most=MOST_TIMES,
        ),
    ]


def work_lists(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """Each list of work at a large number of open tasks: the server's time and the weight, beside the help page's."""
    large = size.waiting[1]
    progress("seeding open tasks")
    found = []
    with place(here.server) as many:
        with many.app.app_context():
            seed(many, large)
        for name, address in LISTS:
            progress(address)
            door = Door(many, name)
            rounds: list[dict[str, Action]] = [
                {"list": partial(door.get, address), "limit": partial(door.get, "/help")}
                for _ in range(max(2, size.rounds // 4))
            ]
            middle = alternating(rounds)
            kilobytes = len(door.get(address).encode()) / 1000
            ours, limit = middle["list"], middle["limit"]
            found.append(
                Figure(
                    "work_lists",
                    here.kind,
                    f"GET {address} with {large} open tasks, beside a page without a list",
                    ours.wall,
                    "ms",
                    limit.wall,
                    ours.wall / limit.wall,
                    target=f"at most {MOST_MILLISECONDS} ms and {MOST_KILOBYTES} KB",
                    reached=ours.wall <= MOST_MILLISECONDS and kilobytes < MOST_KILOBYTES,
                    note=f"{kilobytes:.0f} KB; processor {ours.cpu:.2f} of {limit.cpu:.2f} ms",
                )
            )
    return found


def seed(where: Place, number: int) -> None:
    """`number` open tasks: the first ones the social worker's, the rest other people's."""
    instance_id = seeds.start_visits(where)
    seeds.advance_to_visits(where, instance_id)
    own = min(OWN, number)
    seeds.copies(instance_id, own - 1, history=False, children=min(20, own))
    others = seeds.copies(instance_id, number - own, history=False, children=min(CHILDREN, number))
    people = [where.viewer(name).person_id for name in OTHERS]
    with transaction() as session:
        for position, person_id in enumerate(people):
            for begin in range(position, len(others), len(people) * 500):
                chosen = others[begin : begin + len(people) * 500 : len(people)]
                session.execute(
                    update(UserTask)
                    .where(UserTask.authority_id == AUTHORITY, UserTask.instance_id.in_(chosen))
                    .values(assignee_id=person_id)
                )
    seeds.refresh_statistics(where)
