"""Whoever has a copy of the database alone reads no document; a key is changed without losing one."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import text

from app.domain.errors import BadInput, NotFound
from app.services import accounts, children, documents, sealing
from app.services.documents import Given
from app.store.db import reading

pytestmark = pytest.mark.on_both_databases

WORDS = b"%PDF-1.7 made up, and to be read by nobody else"
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_a_document_is_sealed_opened_sealed_anew_and_lost_without_its_key(filled_app: Flask) -> None:
    dora = accounts.viewer_named("dora@wandsworth.example")
    child_id = children.search(dora, "robin placeholder")[0].id
    plain = documents.add(dora, child_id, Given(WORDS, "Before there was a key"), scan_command=None)
    with pytest.raises(BadInput, match="no key"):
        sealing.seal_all(())

    filled_app.config["DOCUMENT_KEYS"] = (OLD,)
    sealed = documents.add(dora, child_id, Given(WORDS + b".", "Remand order"), scan_command=None)
    assert documents.open_one(dora, sealed).content == WORDS + b"."
    assert documents.open_one(dora, plain).content == WORDS
    assert kept().count(True) == 1

    filled_app.config["DOCUMENT_KEYS"] = (NEW, OLD)
    assert sealing.seal_all((NEW, OLD)) == 2
    filled_app.config["DOCUMENT_KEYS"] = (NEW,)
    assert documents.open_one(dora, sealed).content == WORDS + b"."
    assert kept() == [True, True]

    filled_app.config["DOCUMENT_KEYS"] = (OLD,)
    with pytest.raises(NotFound, match="sealed with a key"):
        documents.open_one(dora, sealed)
    filled_app.config["DOCUMENT_KEYS"] = ()


def kept() -> list[bool]:
    """Of each document, whether a copy of the database alone is of no use."""
    with reading() as session:
        rows = session.scalars(text("SELECT content FROM document_contents"))
        return [b"made up" not in bytes(row) for row in rows]
