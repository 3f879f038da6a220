"""What a process costs: the time until its first answer, and the memory of a worker that knows every pathway."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from app.services import demo
from app.store.db import db, reading
from app.store.definitions import DefinitionVersion
from benchmarks.databases import AUTHORITY, Place, place
from benchmarks.hosts import Host
from benchmarks.measuring import Figure
from benchmarks.pages import WORK
from benchmarks.person import Asked, Person
from benchmarks.sizes import Progress, Size

MOST_SECONDS = 2.0
MOST_MEGABYTES = 200
STARTS = 5
LIBRARIES = (
    "import gunicorn.app.wsgiapp, flask, flask_sqlalchemy, psycopg, marshmallow, lxml.etree\n"
    "from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser\n"
    "from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG"
)
"""What any service on these libraries reads in before its own first line."""
PAGES = (WORK, f"{WORK}/week", "/children", "/pathways", "/workbench", "/help")


def processes(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """One web process of the production command; the limit of its start is reading in the libraries alone."""
    with place(here.server) as there:
        url = str(there.app.config["SQLALCHEMY_DATABASE_URI"])
        with reading() as session:
            keys = session.scalars(select(DefinitionVersion.key).where(DefinitionVersion.is_current)).all()
        db.session.remove()
        db.engine.dispose()
        host = Host("process", url, there.server.folder / "process", workers=1)
        started, bare = [], []
        try:
            for number in range(max(1, min(STARTS, size.rounds // 2))):
                host.stop()
                progress(f"start {number + 1}")
                bare.append(_libraries())
                started.append(_start(host))
            progress("looking at every pathway")
            before = _megabytes(host)
            opened = _look_at(host, sorted(keys)[: size.pathways])
            after = _megabytes(host)
        finally:
            host.stop()
    began, limit = sorted(started)[len(started) // 2], sorted(bare)[len(bare) // 2]
    return [
        Figure(
            "process",
            here.kind,
            "from `throughcare web` to its first answer, one worker",
            began,
            "s",
            limit,
            began / limit,
            target=f"under {MOST_SECONDS:g} s",
            reached=began < MOST_SECONDS,
            note="the limit is Python reading in the libraries alone",
        ),
        Figure(
            "process",
            here.kind,
            f"memory of a worker that has shown {opened} pathways",
            after,
            "MB",
            before,
            after / before,
            target=f"under {MOST_MEGABYTES} MB",
            reached=after < MOST_MEGABYTES,
            note="resident; the limit is the same worker before anybody came",
        ),
    ]


def _libraries() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", LIBRARIES], check=True)
    return time.perf_counter() - began


def _start(host: Host) -> float:
    host.folder.mkdir(exist_ok=True)
    began = time.perf_counter()
    host.start(schedulers=0)
    host.wait()
    return time.perf_counter() - began


def _look_at(host: Host, keys: list[str]) -> int:
    """Pages of the service, and that of each pathway with its drawing, as a designer sees them; how many pathways."""
    asked: list[Asked] = []
    desi = Person([host.url], f"desi@{AUTHORITY}.example", 1, asked.append)
    desi.sign_in(demo.PASSWORD)
    asked.clear()
    for address in (*PAGES, *(f"/pathways/{key}" for key in keys)):
        desi.get(address, address)
    wrong = [one for one in asked if one.status != 200]
    assert not wrong, wrong[:3]
    return len(keys)


def _megabytes(host: Host) -> float:
    """Resident memory of the one worker."""
    master = host.processes["web"].pid
    (worker,) = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{worker}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
