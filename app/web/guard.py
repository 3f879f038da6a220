"""The door is closed unless a page says whom it opens to.

Every view carries `@allowed(action)` or `@open_to_all`; one that carries neither is not found by anybody, and a
house test names it. The viewer is loaded once a request, into `g.viewer`.

An action on the authority as a whole is decided here. One on a child, a task or a team is decided by the service,
which knows the thing and takes the viewer; the declaration then says which row of the permission table that is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app, g, make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.domain.access import TABLE, AuthorityThing, Viewer, may
from app.domain.errors import NotFound, NotSignedIn
from app.services import sessions
from app.web import kept_forms, sign_in_page
from app.web.shell import PUBLIC_ENDPOINTS

View = TypeVar("View", bound=Callable[..., Any])
log = structlog.get_logger("throughcare.web")

OPEN = "open_to_all"
DOORS_WITH_A_GUARD_OF_THEIR_OWN = frozenset({"api", "api_description"})
FOR_SOME = {
    "access_lists.show": "see_access",
    "sharing.mine": "see_shared",
    "work.team": "see_cover",
    "children.index": "search_children",
    "pathways.index": "see_pathways",
    "protocols.show": "see_pathways",
    "cover.index": "see_cover",
    "retention.index": "see_retention",
    "board.show": "see_board",
    "incidents.index": "see_incidents",
    "letters.index": "see_letters",
    "other_systems.index": "connect_systems",
    "partnership.show": "see_partnership",
    "workbench.index": "design",
}
"""Sections of the navigation that only some people may use, and the action that says so."""
TOKEN = "token"  # noqa: S105 - the name of the place, not what is in it


def allowed(action: str, *, section: str | None = None) -> Callable[[View], View]:
    """Declare which action of the permission table a view is; `section` is where it stands in the navigation.

    Raises ValueError at import for an action that the table does not have.
    """
    if action not in TABLE:
        raise ValueError(f"“{action}” is not in the permission table")

    def declare(view: View) -> View:
        view.permission = action  # type: ignore[attr-defined]
        view.section = section  # type: ignore[attr-defined]
        return view

    return declare


def open_to_all(view: View) -> View:
    """Declare that a view is for everybody, signed in or not."""
    view.permission = OPEN  # type: ignore[attr-defined]
    return view


def permission_of(app: Flask, endpoint: str) -> str | None:
    """What the view of an endpoint has declared; None when it has declared nothing."""
    if endpoint in PUBLIC_ENDPOINTS:
        return OPEN
    declared: str | None = getattr(app.view_functions[endpoint], "permission", None)
    return declared


def install(app: Flask) -> None:
    """Ask before every request."""
    app.before_request(check)


def check() -> Response | None:
    """Let the request through, send the person to sign in, or find nothing."""
    endpoint = request.endpoint
    if endpoint is None or request.blueprint in DOORS_WITH_A_GUARD_OF_THEIR_OWN:
        return None
    permission = permission_of(current_app, endpoint)
    if endpoint != "static":
        load_viewer()
    if permission == OPEN:
        return None
    if g.get("viewer") is None:
        return ask_to_sign_in()
    if permission is None:
        log.error("view_without_permission", endpoint=endpoint)
        raise NotFound()
    _require(permission)
    g.section = getattr(current_app.view_functions[endpoint], "section", None)
    return None


def load_viewer() -> None:
    """Who is signed in, with what the shell needs to know of them; nobody when the session has ended."""
    g.viewer = None  # tests may share one application context between requests
    token = session.get(TOKEN)
    if not token:
        return
    try:
        viewer = sessions.viewer_for(token)
    except NotSignedIn:
        session.pop(TOKEN)
        return
    serve(viewer)


def serve(viewer: Viewer) -> None:
    """The rest of this request is this person's, and so is the shell around its page."""
    g.viewer = viewer
    g.session_seconds = int(sessions.IDLE.total_seconds())
    # asked for by pages alone: an answer without one is spared it
    g.hidden_sections = cache(partial(_hidden_from, viewer))


def _hidden_from(viewer: Viewer) -> frozenset[str]:
    authority = AuthorityThing(viewer.authority_id)
    return frozenset(endpoint for endpoint, action in FOR_SOME.items() if not may(viewer, action, authority))


def ask_to_sign_in() -> Response:
    """To the sign-in page and back to where the person was; a script is told with 401 instead.

    A form that was sent goes along, sealed, so that what was typed is there again after signing in.
    """
    if request.accept_mimetypes.best == "application/json":
        raise NotSignedIn(sessions.ENDED)
    kept = kept_forms.sealed()
    if kept:
        return make_response(sign_in_page.render(kept=kept), 401)
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=target), 303)


def _require(permission: str) -> None:
    kind, _ = TABLE[permission]
    on_authority = AuthorityThing in (kind if isinstance(kind, tuple) else (kind,))
    if on_authority and not may(g.viewer, permission, AuthorityThing(g.viewer.authority_id)):
        raise NotFound()
