"""A mail server of this machine for tests: it keeps what it takes, and turns away whom it is told to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from app.services.senders import SmtpSender


class Postbox:
    """What a mail server does with letters: it takes them, and turns away the recipients that it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as aiosmtpd calls it
        self.taken.append(message_from_bytes(envelope.content))  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def mail_server_for(postbox: Postbox) -> Iterator[SmtpSender]:
    """A real SMTP server on a free port of this machine, and the sender that knows it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpSender(f"smtp://127.0.0.1:{port}")
    controller.stop()
