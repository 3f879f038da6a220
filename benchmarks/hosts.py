"""Hosts as in production: gunicorn and schedulers, started by the service's own commands, in processes of their own.

A host may stand in a network namespace of its own (Linux, as root): it has an address and a cable like any other.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from benchmarks.databases import SECRET

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0


@dataclass
class Host:
    """One machine: an address, its web processes and its schedulers, all on one database.

    `within` is the beginning of a command that puts what follows into a network namespace.
    """

    name: str
    database_url: str
    folder: Path
    address: str = "127.0.0.1"
    port: int = 0
    workers: int = 2
    threads: int = 4
    within: tuple[str, ...] = ()
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://{self.address}:{self.port}"

    @property
    def log(self) -> Path:
        """What its processes have said."""
        return self.folder / f"{self.name}.log"

    def start(self, *, schedulers: int = 1) -> None:
        """Begin web and schedulers; `wait` says when they answer."""
        size = ("--workers", str(self.workers), "--threads", str(self.threads))
        self._begin("web", "web", "--bind", f"{self.address}:{self.port}", *size)
        for _ in range(schedulers):
            self.start_scheduler()

    def start_scheduler(self) -> None:
        """Begin one scheduler more."""
        self._begin(f"scheduler {len(self.processes)}", "scheduler")

    def _begin(self, name: str, *command: str) -> None:
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*self.within, sys.executable, "-m", "app", *command],
                cwd=PROJECT,
                env={**os.environ, **self._settings()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _settings(self) -> dict[str, str]:
        settings = {
            "DATABASE_URL": self.database_url,
            "INSTANCE_PATH": str(self.folder / f"{self.name}-instance"),
            "SECRET_KEY": SECRET,
            "PRODUCTION": "yes",
            "LOCAL_ACCOUNTS": "yes",
            "SECOND_FACTOR": "no",
            "PROXIES": "1",
            "BASE_URL": "https://throughcare.example",
        }
        return {f"THROUGHCARE_{name}": value for name, value in settings.items()}

    def wait(self) -> float:
        """Until the web answers that its process lives; the seconds that it took. Raises AssertionError."""
        began = time.perf_counter()
        while not self.is_well():
            waited = time.perf_counter() - began
            is_hopeless = waited > PATIENCE or self.processes["web"].poll() is not None
            assert not is_hopeless, self.log.read_text()[-3000:]
            time.sleep(0.02)
        return time.perf_counter() - began

    def is_well(self) -> bool:
        """Whether the process answers."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return int(answer.status) == 200
        except (HTTPError, URLError, OSError):
            return False

    def kill(self) -> None:
        """The power fails: every process is gone at once (SIGKILL)."""
        self._send(signal.SIGKILL)

    def stop(self) -> None:
        """What `systemctl stop` does: SIGTERM, and a while to finish what is being done."""
        self._send(signal.SIGTERM)

    def _send(self, number: signal.Signals) -> None:
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        for process in self.processes.values():
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()


def free_port() -> int:
    """A port of this machine that nobody uses at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
