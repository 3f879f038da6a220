"""The audit: checkpoints that leave the database, and verifying it against them and against itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from app.domain.clock import LONDON, now
from app.services import anchors
from app.services.notifications import Sender
from app.store import checkpoints
from app.store.chains import broken_links
from app.store.checkpoints import Sealed
from app.store.db import reading, transaction


@dataclass(frozen=True)
class Verified:
    """What verifying has found: a sentence for each thing that is wrong, and the newest checkpoint."""

    problems: tuple[str, ...]
    last: Sealed | None


def key_of(secret: str) -> bytes:
    """The key that checkpoints are signed with, out of the secret of the service."""
    return hashlib.sha256(f"throughcare audit checkpoint {secret}".encode()).digest()


def verify() -> list[str]:
    """A sentence for the first bad entry of each broken chain, over all authorities; none when all is well.

    Heads that checkpoints have seen must be there; whether the checkpoints are true, `verify_all` says.
    """
    with reading() as session:
        problems: list[str] = []
        for authority in checkpoints.authorities(session):
            seen = checkpoints.anchors(session, authority)
            problems += broken_links(session, authority, seen)
        return problems


def verify_all(secret: str, elsewhere: Sequence[str]) -> Verified:
    """Follow every chain, and hold every checkpoint against itself, our secret and the lines `elsewhere`."""
    with reading() as session:
        wrong = checkpoints.check(session, key_of(secret), elsewhere)
        last = checkpoints.last(session)
    return Verified((*wrong, *verify()), last)


def checkpoint(secret: str, anchor: str, *, sender: Sender, mail_from: str) -> Sealed:
    """Write how far every stream has come, in the database and where `anchor` says. Raises BadInput."""
    with transaction() as session:
        made = checkpoints.write(session, now(), key_of(secret))
    _send(anchor, made, sender, mail_from)
    return made


def checkpoint_daily(secret: str, anchor: str, *, sender: Sender, mail_from: str) -> Sealed | None:
    """The day's checkpoint, once on each of London's days, however many schedulers ask. Raises BadInput.

    A file that could not be written gets its lines on the next call.
    """
    with reading() as session:
        last = checkpoints.last(session)
        is_due = last is None or last.at.astimezone(LONDON).date() < now().astimezone(LONDON).date()
    if is_due:
        try:
            return checkpoint(secret, anchor, sender=sender, mail_from=mail_from)
        except IntegrityError:  # another scheduler has just made it
            return None
    if last is not None and anchors.path_of(anchor) is not None and last.line not in anchors.known(anchor):
        _send(anchor, last, sender, mail_from)
    return None


def _send(anchor: str, made: Sealed, sender: Sender, mail_from: str) -> None:
    """With it those before it that a file has not got."""
    lines = [made]
    if anchors.path_of(anchor) is not None:
        with reading() as session:
            lines = checkpoints.since(session, 0)
    anchors.send(anchor, lines, sender=sender, mail_from=mail_from)
