"""After a standstill: thousands of timers are overdue when the scheduler begins, and people are at work meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from app.services.demo_years import filling
from app.store.db import db
from benchmarks.databases import AUTHORITY, Place, place
from benchmarks.hosts import Host
from benchmarks.journeys import Life
from benchmarks.load import NOTHING, at_work, breaches, percentile, running, sign_in, timed, wrong_answers
from benchmarks.measuring import Figure
from benchmarks.overdue import number_due, seed_waiting
from benchmarks.person import Asked
from benchmarks.sizes import Progress, Size

MOST_MILLISECONDS = 1000
MOST_SECONDS = 120


def standstill(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """How soon one scheduler is through with what came due, and how long people wait for a page until then."""
    with place(here.server) as there:
        progress("filling the database")
        if size.children_of_each:
            filling.fill(AUTHORITY, size.children_of_each, 1, lives=size.stories)
        seed_waiting(there, size.overdue, days_ago=20)
        url = str(there.app.config["SQLALCHEMY_DATABASE_URI"])
        db.session.remove()
        db.engine.dispose()
        asked: list[Asked] = []
        host = Host("standstill", url, there.server.folder, workers=min(2, size.people // 2))
        with running(host, schedulers=0):
            lives = sign_in(there, host, size, asked, progress)
            asked.clear()
            due = number_due()
            host.start_scheduler()
            began = time.perf_counter()
            at_work(host, lives, asked, 10 * MOST_SECONDS, size, progress, is_over=lambda: not number_due())
            took = time.perf_counter() - began
            left = number_due()
        progress("looking for anything that was lost or done twice")
        return _figures(there.kind, lives, asked, due - left, took, breaches(lives))


def _figures(
    kind: str, lives: Sequence[Life], asked: Sequence[Asked], fired: int, took: float, broken: list[str]
) -> list[Figure]:
    people = [one for one in asked if one.what != NOTHING]
    what = f"{fired} overdue timers, one scheduler, {len(lives)} people at work"
    wrong = wrong_answers(people)
    such_as = f": {broken[:3]}" if broken else ""
    nothing = percentile([one for one in asked if one.what == NOTHING], 95)
    answers = timed("standstill", kind, f"{what}: every answer meanwhile", people, nothing, MOST_MILLISECONDS)
    return [
        Figure(
            "standstill",
            kind,
            f"{what}: none is overdue any more after",
            took,
            "s",
            target=f"at most {MOST_SECONDS} s",
            reached=took <= MOST_SECONDS and not broken,
            note=f"{fired / took:.0f} timers per second; {len(broken)} breaches of I1 to I13{such_as}",
        ),
        replace(
            answers,
            reached=bool(answers.reached) and not wrong,
            note=f"{dict(wrong) or 'no'} errors; {answers.note}",
        ),
    ]
