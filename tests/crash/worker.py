"""A process that does the app's work and may be shot: `python -m tests.crash.worker`, told what to do on stdin.

It is a nursery: it has imported everything, has no thread and no connection, and forks a child for each job, so
that two hundred dead processes take minutes and not hours. Each line on stdin is a JSON list of jobs that run at
the same time, each in a process of its own. On stdout come lines of JSON: {"pid"} when a job starts, whatever the
job answers ({"answered": ...}), and {"ended": pid, "status": n} (-9: shot).

A job with `crash_at` shoots itself the `nth` time that it passes that crash point (app.services.crashpoints).
Outside this module nobody knows of either. The environment variable CRASH_SUITE must be set for any of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from app import create_app
from app.domain.clock import SimulatedClock, use_clock
from app.domain.errors import Busy, StaleTask
from app.services import (
    crashpoints,
    definitions,
    letter_post,
    letter_reminders,
    messages,
    notifications,
    reference,
    senders,
    timers,
)
from app.services.workbench import migrating
from app.services.workbench.dry_run import Route
from app.store.db import db, ping, reading
from app.store.definitions import DefinitionVersion
from tests.crash import pathways
from tests.databases import settings_for

Job = dict[str, Any]


def say(**words: Any) -> None:
    """One line to the parent, in one write, so that the lines of several children do not mix."""
    os.write(1, (json.dumps(words) + "\n").encode())


def drain(job: Job) -> None:
    """Be a scheduler: fire and deliver until nothing is due `idle` times in a row."""
    idle = 0
    while idle < job.get("idle", 1):
        try:
            fired = timers.drain(limit=1000, seconds=30) + messages.deliver_pending()
        except Busy:  # as the scheduler does: the next wake looks again
            time.sleep(0.02)
            continue
        idle = 0 if fired else idle + 1
        if not fired and job.get("idle", 1) > 1:
            time.sleep(0.02)
        say(fired=fired, by=os.getpid())


def complete(job: Job) -> None:
    """Be a person: complete each task of a list, again and again while the database is busy."""
    for task_id in job["tasks"]:
        token = f"complete-{task_id}" if job.get("tokens") else None
        outcome = _insist(lambda task_id=task_id, token=token: pathways.complete(task_id, submission=token))
        say(answered=task_id, outcome=outcome, work="complete")


def start(job: Job) -> None:
    """Start a pathway for each child of a list, each form with its token."""
    for child_id, token in job["starts"]:
        if job["pathway"] == "remand_yda":
            outcome = _insist(
                lambda child_id=child_id, token=token: pathways.remand(child_id, submission=token)
            )
        else:
            outcome = _insist(
                lambda child_id=child_id, token=token: pathways.begin(
                    job["pathway"], child_id, submission=token
                )
            )
        say(answered=token, outcome=outcome, work="start")


def send(job: Job) -> None:
    """Send a message to each pathway of a list, each form with its token."""
    for instance_id, token in job["sends"]:
        outcome = _insist(
            lambda instance_id=instance_id, token=token: messages.send(
                pathways.viewer(), instance_id, job["message"], job["payload"], submission=token
            )
        )
        say(answered=token, outcome=outcome, work="send")


def publish(job: Job) -> None:
    """Publish a new version of a pathway, given as its XML."""
    definitions.make_current(pathways.bundle(job["key"], job["xml"]), note="Again")
    say(answered=job["key"], outcome="done", work="publish")


def letters(job: Job) -> None:
    """Be the postman: letters become files in a folder."""
    sender = senders.FileSender(Path(job["folder"]))
    notifications.send_pending(sender, base_url="http://localhost", mail_from="app@throughcare.example")
    say(answered="letters", outcome="done", work="letters")


def letters_to_people(job: Job) -> None:
    """Be the postman for those who do the work: what is due soon is said, and letters become files in a folder."""
    letter_reminders.remind()
    sender = senders.FileSender(Path(job["folder"]))
    letter_post.send_pending(sender, base_url="http://localhost", mail_from="app@throughcare.example")
    say(answered="letters_to_people", outcome="done", work="letters_to_people")


def migrate(job: Job) -> None:
    """Be a designer who moves what runs, or the scheduler that goes on with what a designer has begun."""
    if "to" in job:
        route = Route(job["key"], tuple(job["from"]), job["to"])
        _insist(lambda: migrating.begin(pathways.viewer("desi"), route, "The protocol asks for it"))
    elif "back" in job:
        _insist(lambda: migrating.take_back(pathways.viewer("desi"), job["back"]))
    migrating.go_on(30.0)
    say(answered="migrate", outcome="done", work="migrate")


WORK: dict[str, Callable[[Job], None]] = {
    work.__name__: work
    for work in (drain, complete, start, send, publish, letters, letters_to_people, migrate)
}


def _insist(act: Callable[[], Any]) -> str:
    """Do it; again while the database is busy, as a person would. What came of it, in a word."""
    for _ in range(200):
        try:
            found = act()
        except Busy:
            time.sleep(0.02)
        except StaleTask:
            return "stale"
        else:
            return str(found) if found is not None else "done"
    return "busy"


def run(app: Flask, job: Job, ready: int, gate: int) -> None:
    """One job in a process of its own: its connections, its clock, its end."""
    if "crash_at" in job:
        crashpoints.install(_shot(job["crash_at"], job.get("nth", 1)))
    clock = job.get("clock")
    with (
        app.app_context(),
        use_clock(SimulatedClock(datetime.fromisoformat(clock))) if clock else nullcontext(),
    ):
        ping()
        os.write(ready, b".")
        os.read(gate, 1)
        say(pid=os.getpid())
        WORK[job["work"]](job)
        db.session.remove()
        db.engine.dispose()


def _shot(name: str, nth: int) -> Callable[[str], None]:
    passed = 0

    def hook(point: str) -> None:
        nonlocal passed
        passed += point == name
        if point == name and passed == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def together(app: Flask, jobs: list[Job]) -> None:
    """Run the jobs at the same time: all of them are connected before the first begins."""
    ready_in, ready_out = os.pipe()
    gate_in, gate_out = os.pipe()
    children = [_fork(app, job, ready_out, gate_in, gate_out) for job in jobs]
    os.close(ready_out)
    os.close(gate_in)
    waiting = len(children)
    while waiting and (arrived := os.read(ready_in, waiting)):
        waiting -= len(arrived)
    os.close(gate_out)
    os.close(ready_in)
    for pid in children:
        _, status = os.waitpid(pid, 0)
        say(ended=pid, status=os.waitstatus_to_exitcode(status))
    say(over=True)


def _fork(app: Flask, job: Job, ready: int, gate: int, gate_out: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.close(gate_out)
        run(app, job, ready, gate)
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it and not wait for this child
        traceback.print_exc()
        os.write(ready, b".")
    finally:
        sys.stderr.flush()
        os._exit(status)


WALKED = (
    pathways.COUNTDOWN, pathways.RACE, pathways.POISON, pathways.LISTENER, pathways.LOOP, pathways.RELAY,
    pathways.SCRIBBLER, "remand_yda", "release_or_trial_planning",
)  # fmt: skip


def warm_app(url: str, instance_path: Path) -> Flask:
    """The app with the pathways of the suite compiled and no connection open: children need not do either."""
    app = create_app(settings_for(url, instance_path))
    with app.app_context():
        with reading() as session:
            walked = select(DefinitionVersion.id).where(DefinitionVersion.key.in_(WALKED))
            for version_id in session.scalars(walked).all():
                definitions.compiled(session, version_id)
        reference.register()
        db.session.remove()
        db.engine.dispose()
    return app


def main(url: str, instance_path: str) -> None:
    """Read lines of jobs until there are no more."""
    assert os.environ.get("CRASH_SUITE") == "yes", "this is for the crash suite alone"
    app = warm_app(url, Path(instance_path))
    say(awake=True)
    for line in sys.stdin:
        together(app, json.loads(line))


if __name__ == "__main__":
    main(*sys.argv[1:])
