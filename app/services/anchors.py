"""Where the line of a checkpoint goes: out of the database, to a file, to somebody’s letters or to the log."""

from __future__ import annotations

import os
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import structlog

from app.domain.errors import BadInput
from app.services.notifications import DeliveryFailed, Sender
from app.store.checkpoints import Sealed

LOG, MAIL = "log", "mailto:"
log = structlog.get_logger("throughcare.audit")
LETTER = """This line says how far the audit of Throughcare had come. Keep this letter where whoever runs the database
cannot reach it; it holds no personal data.

{line}

To compare, put such lines into a file and run: throughcare audit verify --against FILE
"""


def path_of(anchor: str) -> Path | None:
    """The file that a setting names; None where lines go elsewhere."""
    return None if anchor == LOG or anchor.startswith(MAIL) else Path(anchor)


def known(anchor: str) -> list[str]:
    """The lines that are in the file of a setting; none where there is no such file."""
    path = path_of(anchor)
    return read(path) if path is not None and path.exists() else []


def read(path: Path) -> list[str]:
    """The lines of a file. Raises BadInput when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read.") from error


def send(anchor: str, made: Sequence[Sealed], *, sender: Sender, mail_from: str) -> None:
    """Put the lines of checkpoints there, oldest first; a file gets those that it does not have yet.

    Raises BadInput when the file cannot be written or the letter not be sent: somebody has to know.
    """
    path = path_of(anchor)
    if path is not None:
        _append(path, made)
    for one in made if path is None else ():
        if anchor == LOG:
            log.warning("audit_checkpoint", checkpoint=one.line)
        else:
            _mail(one, anchor.removeprefix(MAIL), sender, mail_from)


def _append(path: Path, made: Sequence[Sealed]) -> None:
    there = set(read(path)) if path.exists() else set()
    missing = [one.line for one in made if one.line not in there]
    if not missing:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in missing))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadInput(
            f"The checkpoint of the audit cannot be written to {path}: {error.strerror}."
        ) from error


def _mail(one: Sealed, to: str, sender: Sender, mail_from: str) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = mail_from, to
    letter["Subject"] = f"Checkpoint {one.number} of the audit"
    letter["Message-ID"] = f"<audit-checkpoint-{one.number}@throughcare>"
    letter.set_content(LETTER.format(line=one.line))
    try:
        sender.send(letter)
    except DeliveryFailed as error:
        raise BadInput(f"The checkpoint of the audit could not be sent to {to}.") from error
