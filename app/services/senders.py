"""Where letters go: GOV.UK Notify or an SMTP server when one is configured, else files in the instance folder."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.services.notifications import DeliveryFailed, Sender
from app.services.notify import NotifySender

TIMEOUT_SECONDS = 20


class FileSender:
    """Each letter becomes a file that anybody who runs the demo can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: EmailMessage, *, again: bool = False) -> None:
        """Write `<Message-ID>.eml`; the same letter again replaces itself."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = str(letter["Message-ID"]).strip("<>").partition("@")[0]
        (self.folder / f"{name}.eml").write_bytes(letter.as_bytes())

    def outcome(self, provider_id: str) -> None:
        """A file is not followed."""


class SmtpSender:
    """`smtp://` with STARTTLS where the server has it, `smtps://` from the first byte; user and password in the URL."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def send(self, letter: EmailMessage, *, again: bool = False) -> None:
        """Hand one letter to the server. Raises DeliveryFailed: permanent for a refused address."""
        try:
            with self._connection() as server:
                if self.url.username:
                    server.login(unquote(self.url.username), unquote(self.url.password or ""))
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryFailed(
                "The address was refused.", permanent=all(code >= 500 for code in codes)
            ) from error
        except smtplib.SMTPResponseException as error:
            raise DeliveryFailed(
                "The mail server refused the letter.",
                permanent=error.smtp_code >= 500,
                blames_address=False,
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed("The mail server could not be reached.", permanent=False) from error

    def outcome(self, provider_id: str) -> None:
        """A mail server that has taken a letter says no more of it."""

    def _connection(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "localhost", self.url.port
        if self.url.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        return server


def sender_for(
    *, smtp_url: str | None, notify_api_key: str | None, notify_template_id: str | None, instance_path: Path
) -> Sender:
    """The sender that the settings ask for."""
    if notify_api_key and notify_template_id:
        return NotifySender(notify_api_key, notify_template_id)
    return SmtpSender(smtp_url) if smtp_url else FileSender(instance_path / "mail")
