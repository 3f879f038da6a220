"""GET /metrics, for Prometheus: what waits in the database, and how the requests of this service went.

Requests are counted in each process; the workers of `throughcare web` share a
folder, so that whichever of them is asked answers for all on its host. No label holds an id or a name.
"""

from __future__ import annotations

import time
from dataclasses import asdict

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from app.config import counters_are_shared
from app.services import measures
from app.web.guard import open_to_all

pages = Blueprint("metrics", __name__)
REQUESTS = Histogram(
    "throughcare_request_seconds",
    "How long requests took, by what was asked for and how it ended.",
    ("endpoint", "method", "status"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 15),
)
WHAT = {
    "timer_lag_seconds": "How long the oldest timer that is due has been waiting.",
    "timers_due": "Timers that are due and not fired yet.",
    "tasks_open": "Tasks that are open.",
    "tasks_overdue": "Open tasks whose due time has passed.",
    "instances_running": "Pathways that run.",
    "instances_suspended": "Pathways that stand still.",
    "incidents_open": "Faults that nobody has put right yet.",
    "messages_queued": "Messages between pathways that are not delivered yet.",
    "letters_queued": "Letters to people that are not sent yet.",
    "letters_failed": "Letters that could not be delivered.",
}


def install(app: Flask) -> None:
    """Watch every request, files apart."""
    app.after_request(watch)


def watch(response: Response) -> Response:
    """Note how long it took."""
    if request.endpoint not in {"static", None}:
        taken = time.perf_counter() - g.get("started", time.perf_counter())
        REQUESTS.labels(request.endpoint, request.method, str(response.status_code)).observe(taken)
    return response


@pages.get("/metrics")
@open_to_all
def show() -> Response:
    """What Prometheus reads. The web server in front lets only the monitoring in (see the installation guide)."""
    waiting = CollectorRegistry()
    for name, value in asdict(measures.take()).items():
        Gauge(f"throughcare_{name}", WHAT[name], registry=waiting).set(value)
    return Response(generate_latest(waiting) + generate_latest(_requests()), content_type=CONTENT_TYPE_LATEST)


def _requests() -> CollectorRegistry:
    if not counters_are_shared():
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared
