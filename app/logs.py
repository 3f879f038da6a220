"""Structured logs, without personal data.

A log line holds only what this list allows: ids, kinds, counts and durations. Answers, names, tokens and the
messages of errors (which quote what people typed) have no way in, whoever writes the line.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor, WrappedLogger

from app.domain.ids import new_id

ALLOWED = frozenset({
    "event", "level", "timestamp", "logger", "request_id", "endpoint", "method", "status", "duration_ms",
    "authority_id", "instance_id", "definition", "version_id", "element_id", "task_id", "timer_id", "message_id",
    "notification_id", "incident_id", "person_id", "job", "count", "lag_seconds", "attempts", "error", "frames",
    "host", "port", "state_bytes", "fired", "delivered", "checkpoint",
})  # fmt: skip
log = structlog.get_logger("throughcare")


def configure(*, as_json: bool) -> None:
    """Send every log line, ours and the libraries', in one form to standard error."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_the_error,
        _allowed_only,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, _as_it_is],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    _install(formatter, last)


class _OurHandler(logging.StreamHandler[Any]):
    """Writes every line, ours and the libraries'. Its class tells it from others, so that a second app in one process
    does not double every line."""

    def __init__(self, render: Processor) -> None:
        super().__init__(sys.stderr)
        self.render = render

    def write(self, line: EventDict) -> None:
        """A line of our own. As ever with logs, one that cannot be written stops nobody."""
        self.acquire()
        try:
            self.stream.write(str(self.render(None, line["level"], line)) + self.terminator)
            self.flush()
        except (OSError, ValueError):  # standard error is gone, closed, or knows no such letters
            self.handleError(logging.makeLogRecord({"msg": "a line that could not be written"}))
        finally:
            self.release()


class _Lines:
    """Where our own lines go: to the handler that stands now. A LogRecord around each cost more than the line."""

    def __init__(self, name: str = "throughcare") -> None:
        self.name = name

    def write(self, line: EventDict) -> None:
        for handler in _ours():
            handler.write(line)

    info = warning = error = critical = write


def _as_it_is(_: WrappedLogger, __: str, line: EventDict) -> tuple[tuple[EventDict], dict[str, Any]]:
    return (line,), {}


def _ours() -> list[_OurHandler]:
    return [one for one in logging.getLogger().handlers if isinstance(one, _OurHandler)]


def _install(formatter: logging.Formatter, render: Processor) -> None:
    root = logging.getLogger()
    for handler in _ours():
        root.removeHandler(handler)
    handler = _OurHandler(render)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    # The development server's own lines quote addresses, searched names and all.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    # It warns of every statement that was sent behind one that was refused; that one is raised anyhow.
    logging.getLogger("psycopg").setLevel(logging.ERROR)


def _name_the_error(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Replace an exception by its class and where it passed: its message may quote a child's record."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    if isinstance(error, tuple) and error[0] is not None:
        line["error"] = error[0].__name__
        line["frames"] = _frames(error[2])
    return line


def _frames(passed: TracebackType | None) -> str:
    return " > ".join(f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(passed)[-8:])


def _allowed_only(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    kept = {name: value for name, value in line.items() if name in ALLOWED or name.startswith("_")}
    return {name: value if name.startswith("_") else _plain(value) for name, value in kept.items()}


def _plain(value: Any) -> str | int | float | bool | None:
    """A value that fits on one line: a newline in it would forge a second one."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value).replace("\r", " ").replace("\n", " ")[:400]


def watch_requests(app: Flask) -> None:
    """One line a request: which page, how it ended, how long it took; never its address or its answers."""

    @app.before_request
    def start() -> None:
        g.request_id = new_id()
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint not in {"static", None}:
            log.info(
                "request",
                request_id=g.get("request_id"),
                endpoint=request.endpoint,
                method=request.method,
                status=response.status_code,
                duration_ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            )
        return response
