"""A completed task asks the database little: statements on either, and journeys to the server of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select

from app.domain.errors import Busy
from app.engine.contracts import Bundle
from app.services import tasks
from app.store.db import db, reading
from app.store.tasks import Answer
from tests.crash import pathways
from tests.engine import diagrams as d
from tests.web.browser import Browser

MOST_STATEMENTS = 14
"""Of one POST: session, lock, task, answers, history, the task that ends and the one that opens, audit."""
MOST_JOURNEYS = 6
"""Who asks; BEGIN with the lock and the task; what the step needs; the answers, written while the engine works; what it
leads to; COMMIT."""

ASKS = {"Sync", "Query", "Flush"}
"""Messages at which libpq waits for answers: a Flush reads rows amid statements that are sent together."""
TWO_STEPS = "two_steps"


def two_steps() -> Bundle:
    """One task after the other, and nothing else."""
    flow = (d.start(), d.task("speak"), d.task("rest"), d.end(), d.flows("start > speak > rest > end"))
    return pathways.bundle(TWO_STEPS, d.diagram(*flow, key=TWO_STEPS))


@pytest.fixture
def app_of_its_own(filled_database: str, make_app: Callable[..., Flask]) -> Flask:
    """The app on each database in turn, without an application context: each request has its own.

    Time is the machine's own, as for everybody: where it is simulated, the database is told so at further cost.
    """
    return make_app(filled_database)


@pytest.fixture
def open_tasks(app_of_its_own: Flask) -> list[str]:
    """Tasks of eight pathways, one after the other for the same person."""
    with app_of_its_own.app_context():
        pathways.publish(two_steps())
        begun = [pathways.begin(TWO_STEPS, pathways.child()) for _ in range(8)]
        return [pathways.one_task("speak", instance_id) for instance_id in begun]


@pytest.fixture
def complete(app_of_its_own: Flask, open_tasks: list[str]) -> Callable[[str], object]:
    """Sends a task's form over HTTP, by whoever has it; once already, for the first of everything asks for more."""
    with app_of_its_own.app_context():
        who = pathways.somebody_for(open_tasks[0])
        answers = pathways.answers_for(open_tasks[0])
    browser = Browser(app_of_its_own)
    token = browser.sign_in(who.name.split()[0].lower()).form("/sign-out").fields["csrf_token"]

    def send(task_id: str) -> object:
        sent = {**answers, "submission": f"once-{task_id}", "csrf_token": token}
        return browser.post(f"/tasks/{task_id}", sent)

    for _ in range(6):  # psycopg prepares a statement after five times
        send(open_tasks.pop())
    return send


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What is executed within the block."""
    executed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            executed.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield executed
    event.remove(engine, "before_cursor_execute", note)


def test_a_completion_executes_few_statements(
    app_of_its_own: Flask, open_tasks: list[str], complete: Callable[[str], object]
) -> None:
    with statements(app_of_its_own) as executed:
        complete(open_tasks.pop())

    assert 8 < len(executed) <= MOST_STATEMENTS, "\n".join(executed)


@contextmanager
def journeys(app: Flask, record: Path) -> Iterator[list[str]]:
    """Each time that the server is asked something and waited for, as libpq itself writes it down."""
    with app.app_context():
        pooled = db.engine.raw_connection()
    driver = pooled.driver_connection
    pooled.close()  # it is the only one, and is given out next
    assert isinstance(driver, psycopg.Connection)
    waited: list[str] = []
    with record.open("wb") as file:
        driver.pgconn.trace(file.fileno())
        yield waited
        driver.pgconn.untrace()
    was_asked = False
    for line in record.read_text().splitlines():
        _, way, _, message = line.split("\t")[:4]
        was_asked = was_asked or (way == "F" and message in {"Execute", "Query"})
        if way == "F" and message in ASKS and was_asked:  # a Flush behind a Sync asks for nothing new
            waited.append(line)
            was_asked = False


@pytest.mark.parametrize("filled_database", ["postgresql"], indirect=True)
def test_a_completion_waits_for_the_server_few_times(
    app_of_its_own: Flask, open_tasks: list[str], complete: Callable[[str], object], tmp_path: Path
) -> None:
    with journeys(app_of_its_own, tmp_path / "protocol") as waited:
        complete(open_tasks.pop())

    told = (tmp_path / "protocol").read_text()
    assert 1 < len(waited) <= MOST_JOURNEYS, told
    assert told.count('"COMMIT"') == 2, "asked and answered, once"


def test_a_form_that_a_twin_has_sent_elsewhere_is_not_taken_and_suspends_nothing(
    app_of_its_own: Flask, open_tasks: list[str]
) -> None:
    first, second = open_tasks[:2]
    with app_of_its_own.app_context():
        pathways.complete(first, submission="the same")

        with pytest.raises(Busy, match="taken in already"):
            tasks.complete(
                pathways.somebody_for(second), second, pathways.answers_for(second), submission="the same"
            )

        with reading() as session:
            assert list(session.scalars(select(Answer.id).where(Answer.id.in_([first, second])))) == [first]
        pathways.complete(second, submission="another")
