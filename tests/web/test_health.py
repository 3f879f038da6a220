"""What machines ask of the service."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app.domain.clock import SimulatedClock, now, use_clock
from app.services import accounts, demo, instances
from app.store.children import Child
from app.store.db import reading


def test_a_live_process_says_so(demo_app: Flask) -> None:
    answer = demo_app.test_client().get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_migrated_database_is_ready(demo_app: Flask) -> None:
    answer = demo_app.test_client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "problems": [], "timer_lag_seconds": 0.0}


def test_timers_that_nobody_fires_make_it_unready(demo_app: Flask) -> None:
    with demo_app.app_context():
        start_a_remand()

    with use_clock(SimulatedClock(now() + timedelta(days=2))):
        answer = demo_app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert "Is the scheduler running?" in answer.json["problems"][0]


def start_a_remand() -> None:
    username = next(name for name, _, what in demo.who_can_sign_in() if "uty manager" in what)
    viewer = accounts.viewer_named(username)
    with reading() as session:
        child_id = session.scalars(select(Child.id).where(Child.authority_id == viewer.authority_id)).first()
    answers = {
        "remanded_at": now().isoformat(),
        "court_name": "Exampleton Youth Court",
        "looked_after_before": False,
        "has_social_worker": False,
        "known_to_csc": False,
        "safety_concern": False,
    }
    instances.start(viewer, "remand_yda", str(child_id), answers)


def test_what_waits_and_how_requests_went_is_there_for_the_monitoring(demo_app: Flask) -> None:
    client = demo_app.test_client()
    with demo_app.app_context():
        start_a_remand()
    client.get("/healthz")

    with use_clock(SimulatedClock(now() + timedelta(days=2))):
        answer = client.get("/metrics")

    told = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert answer.content_type.startswith("text/plain; version=")
    assert float(told["throughcare_timer_lag_seconds"]) > 0
    assert float(told["throughcare_tasks_overdue"]) > 0
    assert float(told["throughcare_instances_running"]) >= 1
    asked = 'throughcare_request_seconds_count{endpoint="health.alive",method="GET",status="200"}'
    assert float(told[asked]) >= 1
