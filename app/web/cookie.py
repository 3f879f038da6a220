"""The cookie of a session as Flask signs it, made and read with less work.

Flask makes its serialiser anew for each cookie, and compresses whatever it signs: that cost a request more than the
query that says who is signed in, and made a cookie of two hundred characters hardly shorter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.serializer import Serializer

LONG = 1000
"""From so many bytes on a cookie is compressed, so that a browser keeps it (4 kB)."""


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own sessions; a cookie that Flask has signed is read too, and the other way round."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if not app.secret_key:
            return None
        return _serializer((*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key))


class _ShortAsItIs(URLSafeTimedSerializer):
    def dump_payload(self, obj: Any) -> bytes:
        written = Serializer.dump_payload(self, obj)
        return base64_encode(written) if len(written) < LONG else super().dump_payload(obj)


@lru_cache(maxsize=8)
def _serializer(keys: tuple[Any, ...]) -> URLSafeTimedSerializer:
    own = CookieSessions
    signer = Signer(keys, salt=own.salt, key_derivation=own.key_derivation, digest_method=own.digest_method)
    derived = [signer.derive_key(key) for key in signer.secret_keys]  # once: it costs as much as a signature
    as_they_are = {"key_derivation": "none", "digest_method": own.digest_method}
    return _ShortAsItIs(derived, salt=own.salt, serializer=own.serializer, signer_kwargs=as_they_are)
