"""Whether the service is fit to serve: database, schema, timers, reference files."""

from __future__ import annotations

from dataclasses import dataclass

from app.services import kept_files, timers
from app.store import schema

MOST_LAG_SECONDS = 60


@dataclass(frozen=True)
class Health:
    """`problems` are sentences; none when all is well. The lag is that of the oldest timer that is due."""

    problems: tuple[str, ...]
    timer_lag_seconds: float


def check() -> Health:
    """Look at everything. Raises Busy when the database does not answer."""
    problems = []
    found, needed = schema.current_version(), schema.newest_version()
    if found != needed:
        problems.append(f"The schema is at {found or 'nothing'}, and this release needs {needed}.")
        return Health(tuple(problems), 0.0)
    lag = timers.lag().total_seconds()
    if lag > MOST_LAG_SECONDS:
        problems.append(
            f"The oldest timer that is due has been waiting for {lag:.0f} seconds. Is the scheduler running?"
        )
    problems += [f"{name}: {problem.sentence}" for name, problem in kept_files.problems().items()]
    return Health(tuple(problems), lag)
