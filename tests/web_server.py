"""A real HTTP server for the tests that need one: threads, a free port, this machine only."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from flask import Flask
from werkzeug.serving import make_server

from app.domain.clock import SimulatedClock, use_clock


class LiveServer:
    """Serves `app` while the `with` block lasts; `url` is the address, without a trailing slash.

    Every request sees the time of `clock`, which the test may move; without one, the machine's own. A port is given
    where the app has to know its own address.
    """

    def __init__(self, app: Flask, clock: SimulatedClock | None = None, port: int = 0) -> None:
        self.app = app
        self.clock = clock
        self._server = make_server("127.0.0.1", port, self._answer, threaded=True)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="live-server", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self.clock is None:
            return self.app(environ, start_response)
        with use_clock(self.clock):
            return self.app(environ, start_response)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()
