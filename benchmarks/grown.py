"""One instance that lives long, with copies of it at each age that is compared."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sqlalchemy import select

from app.services import tasks
from app.store.db import reading
from app.store.instances import ProcessInstance
from benchmarks import seeds
from benchmarks.databases import Place
from benchmarks.seeds import ANSWERS
from benchmarks.sizes import Progress, Size

COPY_FRESH_UP_TO = 10
"""Up to so many visits each measurement gets a copy of its own, of exactly that age; older ones are used on."""

MORE = 3
"""Steps through the service are short, and a busy machine shakes them: so many times the rounds of the others."""


@dataclass
class Age:
    """Instances that have had `visits` visits: many copies of a young one, or one old one that goes on."""

    visits: int
    state_bytes: int
    instance_ids: deque[str]
    is_fresh: bool

    def next_task(self) -> str:
        """The task to complete next; looked up before anything is measured."""
        instance_id = self.instance_ids.popleft() if self.is_fresh else self.instance_ids[0]
        return seeds.open_tasks(instance_id)[0][0]


def instances(place: Place, size: Size, progress: Progress) -> list[Age]:
    """One Age for each of `size.visits`, made once for a place."""
    if "grown" not in place.kept:
        place.kept["grown"] = _grow(place, size, progress)
    found: list[Age] = place.kept["grown"]
    return found


def _grow(place: Place, size: Size, progress: Progress) -> list[Age]:
    sam = place.viewer("sam")
    instance_id = seeds.start_visits(place)
    seeds.advance_to_visits(place, instance_id)
    ages: list[Age] = []
    largest = 0
    for visits in range(size.visits[-1] + 1):
        if visits in size.visits or visits % 50 == 0:
            progress(f"visit {visits} of {size.visits[-1]}")
            largest = max(largest, _state_bytes(instance_id))
        if visits in size.visits:
            ages.append(_age(instance_id, visits, size))
        if visits < size.visits[-1]:
            tasks.complete(sam, seeds.open_tasks(instance_id)[0][0], ANSWERS)
    place.kept["largest_state"] = largest
    seeds.refresh_statistics(place)
    return ages


def _age(instance_id: str, visits: int, size: Size) -> Age:
    is_fresh = visits <= COPY_FRESH_UP_TO
    is_last = visits == size.visits[-1]
    number = (MORE + 1) * size.rounds + 2 if is_fresh else 0 if is_last else 1
    ids = deque(seeds.copies(instance_id, number)) if number else deque([instance_id])
    return Age(visits, _state_bytes(instance_id), ids, is_fresh)


def _state_bytes(instance_id: str) -> int:
    with reading() as session:
        state = session.scalars(select(ProcessInstance.state).where(ProcessInstance.id == instance_id)).one()
        return len(state.encode())
