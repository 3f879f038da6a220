"""Sealing every document with the newest key: after a first key was set, or a new one put before it."""

from __future__ import annotations

from sqlalchemy import select, update

from app.domain.errors import BadInput
from app.store.db import reading, transaction
from app.store.documents import DocumentContent


def seal_all(keys: tuple[str, ...]) -> int:
    """Seal each document with the first of `keys`, one transaction each; how many. May be broken off and run again.

    Raises BadInput without a key, NotFound at a document that none of the keys opens.
    """
    if not keys:
        raise BadInput("Set THROUGHCARE_DOCUMENT_KEYS first: there is no key to seal documents with.")
    with reading() as session:
        query = select(DocumentContent.authority_id, DocumentContent.document_id)
        found = session.execute(query.order_by(DocumentContent.document_id)).all()
    for row in found:
        which = (
            DocumentContent.authority_id == row.authority_id,
            DocumentContent.document_id == row.document_id,
        )
        with transaction() as session:
            content = session.scalar(select(DocumentContent.content).where(*which).with_for_update())
            if content is not None:
                session.execute(
                    update(DocumentContent)
                    .where(*which)
                    .values(content=content)
                    .execution_options(synchronize_session=False)
                )
    return len(found)
