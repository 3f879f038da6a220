"""Webhooks: which addresses of other systems are told what happened, what reached them, and sending it again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.services import event_feed, webhook_incidents
from app.services.listing import Page, Paged
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.webhooks import Delivery, Webhook

LONGEST_URL = 500
MOST_KINDS = 100


@dataclass(frozen=True)
class WebhookRow:
    """An address as a list shows it; `waiting` and `dead` count what has not reached it.

    `has_arrived`: something reached it, once. `is_failing`: what is on its way was tried, in vain.
    """

    id: str
    url: str
    kinds: tuple[str, ...]
    created_at: datetime
    waiting: int
    dead: int
    has_arrived: bool
    is_failing: bool

    @property
    def state(self) -> str:
        """`not_reached`, `nothing_sent` or `told`: what somebody who looks after it wants to know first."""
        if self.dead or self.is_failing:
            return "not_reached"
        return "told" if self.has_arrived else "nothing_sent"


@dataclass(frozen=True)
class DeliveryRow:
    """An event on its way: its state (queued, delivered, dead), how often it was tried, and why it did not arrive."""

    event_id: str
    state: str
    attempts: int
    next_at: datetime
    delivered_at: datetime | None
    problem: str | None


def add(viewer: Viewer, url: str, kinds: Iterable[str] = (), *, allow_http: bool = False) -> tuple[str, str]:
    """Tell this address from now on, as the viewer may see it: its id, and the secret that is shown only now.

    Raises NotFound, BadInput (an address that is not https, unless `allow_http`).
    """
    require(viewer, "connect_systems", AuthorityThing(viewer.authority_id))
    wanted = sorted({kind.strip() for kind in kinds if kind.strip()})
    _refuse(url, wanted, allow_http)
    webhook_id, secret = new_id(), secrets.token_urlsafe(32)
    with transaction() as session:
        session.execute(
            insert(Webhook).values(
                authority_id=viewer.authority_id,
                id=webhook_id,
                person_id=viewer.person_id,
                url=url,
                kinds=wanted,
                secret=secret,
                cursor=event_feed.newest(session, viewer.authority_id),
                created_at=now(),
            )
        )
        _note(session, viewer, "webhook_added", webhook_id)
    return webhook_id, secret


def listed(viewer: Viewer, paged: Paged) -> Page[WebhookRow]:
    """The addresses of the authority, the newest first."""
    require(viewer, "connect_systems", AuthorityThing(viewer.authority_id))
    with reading() as session:
        rows = _rows(session, viewer.authority_id)
    return Page(rows[paged.offset : paged.offset + paged.page_size], len(rows), paged.page, paged.page_size)


def one(viewer: Viewer, webhook_id: str) -> WebhookRow:
    """One of them. Raises NotFound."""
    with reading() as session:
        _own(session, viewer, webhook_id)
        return next(row for row in _rows(session, viewer.authority_id) if row.id == webhook_id)


def _rows(session: Session, authority_id: str) -> tuple[WebhookRow, ...]:
    counted = session.execute(
        select(Delivery.webhook_id, Delivery.state, func.count().label("number"))
        .where(Delivery.authority_id == authority_id, Delivery.state != "delivered")
        .group_by(Delivery.webhook_id, Delivery.state)
    ).all()
    number = {(row.webhook_id, row.state): row.number for row in counted}
    own = (Delivery.authority_id == Webhook.authority_id, Delivery.webhook_id == Webhook.id)
    arrived = exists().where(*own, Delivery.state == "delivered")
    failing = exists().where(*own, Delivery.state == "queued", Delivery.problem.is_not(None))
    found = session.execute(
        select(Webhook, arrived.label("has_arrived"), failing.label("is_failing"))
        .where(Webhook.authority_id == authority_id, Webhook.removed_at.is_(None))
        .order_by(Webhook.id.desc())
    )
    return tuple(
        WebhookRow(
            one.id,
            one.url,
            tuple(one.kinds),
            one.created_at,
            number.get((one.id, "queued"), 0),
            number.get((one.id, "dead"), 0),
            has_arrived,
            is_failing,
        )
        for one, has_arrived, is_failing in found
    )


def remove(viewer: Viewer, webhook_id: str) -> None:
    """Tell the address nothing more; what is on its way is not sent. Raises NotFound."""
    with transaction() as session:
        _own(session, viewer, webhook_id)
        session.execute(
            update(Webhook)
            .where(Webhook.authority_id == viewer.authority_id, Webhook.id == webhook_id)
            .values(removed_at=now())
            .execution_options(synchronize_session=False)
        )
        webhook_incidents.settle(session, viewer.authority_id, webhook_id, viewer.person_id)
        _note(session, viewer, "webhook_removed", webhook_id)


def deliveries(viewer: Viewer, webhook_id: str, state: str | None, paged: Paged) -> Page[DeliveryRow]:
    """What went to the address, the newest first; `state` narrows it (dead: what nobody will send again by itself)."""
    with reading() as session:
        _own(session, viewer, webhook_id)
        chosen = [Delivery.authority_id == viewer.authority_id, Delivery.webhook_id == webhook_id]
        if state:
            chosen.append(Delivery.state == state)
        total = session.scalar(select(func.count()).select_from(Delivery).where(*chosen)) or 0
        found = session.scalars(
            select(Delivery)
            .where(*chosen)
            .order_by(Delivery.event_id.desc())
            .limit(paged.page_size)
            .offset(paged.offset)
        )
        rows = tuple(
            DeliveryRow(one.event_id, one.state, one.attempts, one.next_at, one.delivered_at, one.problem)
            for one in found
        )
    return Page(rows, total, paged.page, paged.page_size)


def replay(viewer: Viewer, webhook_id: str, event_id: str) -> None:
    """Send an event again, whatever became of it. Raises NotFound."""
    with transaction() as session:
        _own(session, viewer, webhook_id)
        again = session.execute(
            update(Delivery)
            .where(
                Delivery.authority_id == viewer.authority_id,
                Delivery.webhook_id == webhook_id,
                Delivery.event_id == event_id,
            )
            .values(state="queued", attempts=0, next_at=now(), delivered_at=None)
            .execution_options(synchronize_session=False)
        )
        if not again.rowcount:  # type: ignore[attr-defined]
            raise NotFound()
        _note(session, viewer, "webhook_replayed", webhook_id, event=event_id)


def _own(session: Session, viewer: Viewer, webhook_id: str) -> None:
    require(viewer, "connect_systems", AuthorityThing(viewer.authority_id))
    found = session.scalar(
        select(Webhook.id).where(
            Webhook.authority_id == viewer.authority_id,
            Webhook.id == webhook_id,
            Webhook.removed_at.is_(None),
        )
    )
    if found is None:
        raise NotFound()


def _refuse(url: str, kinds: list[str], allow_http: bool) -> None:
    errors: dict[str, list[str]] = {}
    try:
        parts = urlsplit(url)
        is_address = bool(parts.hostname) and not parts.username and url.isprintable() and " " not in url
        _ = parts.port
    except ValueError:
        is_address = False
    schemes = ("https", "http") if allow_http else ("https",)
    if not is_address or parts.scheme not in schemes or len(url) > LONGEST_URL:
        errors["url"] = ["Enter an address that begins with https://, without a user name"]
    if len(kinds) > MOST_KINDS:
        errors["kinds"] = [f"Name at most {MOST_KINDS} kinds of events"]
    if errors:
        raise BadInput("The webhook cannot be made like this.", errors)


def _note(session: Session, viewer: Viewer, kind: str, webhook_id: str, **facts: str) -> None:
    entry = Entry(kind=kind, person_id=viewer.person_id, facts={"webhook": webhook_id, **facts})
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"webhook:{webhook_id}")
