"""Verifying the audit."""

from __future__ import annotations

from sqlalchemy import select

from app.store.audit import broken_links
from app.store.db import reading
from app.store.people import Authority


def verify() -> list[str]:
    """A sentence for the first bad entry of each broken chain, over all authorities; none when all is well."""
    with reading() as session:
        authorities = session.scalars(select(Authority.id).order_by(Authority.id)).all()
        return [problem for authority in authorities for problem in broken_links(session, authority)]
