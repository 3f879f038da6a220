"""The alarm clock: APScheduler wakes a few jobs; what is due is decided by the database.

No job store: a job here is only "look now". Any number of schedulers may look at one database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from app.domain.errors import Busy
from app.services import (
    accounts,
    audits,
    delivery,
    first_answers,
    letter_post,
    letter_reminders,
    messages,
    notifications,
    senders,
    suspending,
    timers,
    waiting_documents,
    webhook_post,
    webhook_way,
)
from app.services.notifications import Sender
from app.services.workbench import migrating, publishing

WAKE_SECONDS = 1
FOLLOWING_SECONDS = 10
REMINDING_MINUTES = 5
HOUSEKEEPING_MINUTES = 15
log = structlog.get_logger("throughcare.scheduler")


def wake(app: Flask) -> None:
    """Fire the timers that are due, deliver what a stopped process left behind, go on with pathways that are moved."""
    with app.app_context():
        suspending.bring_forward()
        fired = timers.drain()
        delivered = messages.deliver_pending()
        migrating.go_on()
        if fired or delivered:
            log.info("woke", fired=fired, delivered=delivered)


def send_letters(app: Flask) -> None:
    """Send the letters that are queued."""
    sender = _sender(app)
    addresses = {"base_url": app.config["BASE_URL"], "mail_from": app.config["MAIL_FROM"]}
    with app.app_context():
        notifications.send_pending(sender, **addresses)
        messages.deliver_pending()
        letter_post.send_pending(sender, **addresses)


def follow_letters(app: Flask) -> None:
    """Ask what has become of the letters that were sent."""
    with app.app_context():
        delivery.ask_after(_sender(app))
        messages.deliver_pending()


def _sender(app: Flask) -> Sender:
    settings = ("SMTP_URL", "NOTIFY_API_KEY", "NOTIFY_TEMPLATE_ID", "INSTANCE_PATH")
    return senders.sender_for(**{name.lower(): app.config[name] for name in settings})


def remind(app: Flask) -> None:
    """Write the letters about what is due soon."""
    with app.app_context():
        letter_reminders.remind()


def tell_other_systems(app: Flask) -> None:
    """Send what happened to the addresses that asked for it."""
    with app.app_context():
        webhook_post.drain(webhook_way.poster(app.config["WEBHOOK_NETWORKS"]))


def keep_house(app: Flask) -> None:
    """Put in force what is due, forget what is over, look again at files that could not be scanned for viruses."""
    with app.app_context():
        publishing.put_due_in_force()
        accounts.forget_what_is_over()
        first_answers.forget_old()
        letter_reminders.forget_what_was_never_sent()
        waiting_documents.scan_waiting(app.config.get("SCAN_COMMAND"))


def anchor_audit(app: Flask) -> None:
    """Once a day, note how far the audit has come, and put that where nobody changes it with the database."""
    with app.app_context():
        audits.checkpoint_daily(
            app.config["SECRET_KEY"],
            app.config["AUDIT_ANCHOR"],
            sender=_sender(app),
            mail_from=app.config["MAIL_FROM"],
        )


def jobs(app: Flask, scheduler: BaseScheduler) -> BaseScheduler:
    """Give the scheduler its jobs: each runs alone, and a missed look is made up for once."""
    for job, seconds in (
        (wake, WAKE_SECONDS),
        (send_letters, WAKE_SECONDS),
        (tell_other_systems, WAKE_SECONDS),
        (follow_letters, FOLLOWING_SECONDS),
        (remind, 60 * REMINDING_MINUTES),
        (keep_house, 60 * HOUSEKEEPING_MINUTES),
        (anchor_audit, 60 * HOUSEKEEPING_MINUTES),
    ):
        scheduler.add_job(
            _guarded(job, app),
            "interval",
            seconds=seconds,
            id=job.__name__,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    return scheduler


def _guarded(job: Callable[[Flask], None], app: Flask) -> Callable[[], Any]:
    """A database that is away for a moment is looked at again at the next wake; anything else is logged as an error."""

    def run() -> None:
        try:
            job(app)
        except Busy:
            log.warning("database_busy", job=job.__name__)

    return run


def in_background(app: Flask) -> BackgroundScheduler:
    """A scheduler in a thread of this process (the embedded edition)."""
    return jobs(app, BackgroundScheduler(timezone="UTC"))


def in_foreground(app: Flask) -> BlockingScheduler:
    """A scheduler that is this process."""
    return jobs(app, BlockingScheduler(timezone="UTC"))
