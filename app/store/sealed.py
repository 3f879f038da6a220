"""Columns that a copy of the database alone does not open.

What can be set up again is sealed with the service's own secret. A document cannot: it has keys of its own
(THROUGHCARE_DOCUMENT_KEYS), of which the first seals and each opens, so that a key is changed by putting a new one
before it. Without a key documents are kept as they are, and what was kept so is read so.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from app.domain.errors import Conflict, NotFound

MARK = b"throughcare-sealed-1:"
"""What sealed bytes begin with; no kind of file that is taken in does."""


class Sealed(TypeDecorator[str]):
    """Text that is encrypted on its way into the database. With another secret than it was written with: Conflict."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _box(_secret()).encrypt(value.encode()).decode("ascii")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return _box(_secret()).decrypt(value.encode("ascii")).decode()
        except InvalidToken as error:
            raise Conflict(
                "This was sealed with another secret of the service. It has to be set up again."
            ) from error


class SealedBytes(TypeDecorator[bytes]):
    """A column of bytes that are sealed (Fernet: AES-128-CBC and HMAC-SHA256) where there is a key."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        keys = _document_keys()
        if value is None or not keys:
            return value
        return MARK + MultiFernet(keys).encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is None or not bytes(value).startswith(MARK):
            return value
        try:
            return MultiFernet(_document_keys()).decrypt(bytes(value)[len(MARK) :])
        except (InvalidToken, ValueError) as error:
            sentence = (
                "The file is sealed with a key that this service was not given. Tell your administrator."
            )
            raise NotFound(sentence) from error


def _document_keys() -> list[Fernet]:
    return [Fernet(key) for key in current_app.config["DOCUMENT_KEYS"]]


def _secret() -> str:
    return str(current_app.secret_key)


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"throughcare sealed columns").derive(
        secret.encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
