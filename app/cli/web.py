"""`web`: the web processes. What else the command line can do is not read in: a host starts them in a moment."""

from __future__ import annotations

import os
import sys

import click

from app.config import share_counters

KEPT_OPEN = 75
"""Seconds that a connection waits for its next request: longer than nginx keeps it (60), so that none is closed by us
at the moment at which nginx sends something down it."""


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def web(bind: str, workers: int, threads: int) -> None:
    """The web processes (gunicorn), for any number of hosts on one PostgreSQL."""
    share_counters()
    size = ["--workers", str(workers), "--threads", str(threads), "--keep-alive", str(KEPT_OPEN)]
    arguments = ["gunicorn", "--bind", bind, *size]
    os.execv(sys.executable, [sys.executable, "-m", *arguments, "app:serve()"])  # noqa: S606
