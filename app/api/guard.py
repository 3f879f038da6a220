"""Who asks: a bearer token, its person and its scopes. The door is closed unless an operation says what it needs.

A cookie means nothing here, so that no page of another site can act through a browser that is signed in.
"""

from __future__ import annotations

from flask import current_app, g, request

from app.domain.access import TABLE, AuthorityThing, may
from app.domain.errors import NotAllowed, NotFound, NotSignedIn
from app.domain.scopes import SCOPES, covers
from app.services import tokens

MISSING = "Send a token: Authorization: Bearer tc_…"


def check() -> None:
    """Know who asks. Raises NotSignedIn, NotAllowed (the token is for something else), NotFound."""
    view = current_app.view_functions[request.endpoint or ""]
    g.bearer = tokens.bearer(_token())
    g.viewer = g.bearer.viewer
    scope, action = getattr(view, "scope", ""), getattr(view, "permission", "")
    if scope not in SCOPES or action not in TABLE:
        raise NotFound()
    if not covers(g.bearer.scopes, scope):
        raise NotAllowed(f"This token is not for that: it needs the scope {scope}.")
    kind, _ = TABLE[action]
    on_authority = AuthorityThing in (kind if isinstance(kind, tuple) else (kind,))
    if on_authority and not may(g.viewer, action, AuthorityThing(g.viewer.authority_id)):
        raise NotFound()


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn(MISSING)
    return token.strip()
