"""Rules that ask only what a person is: caseworker, manager, designer, administrator."""

from __future__ import annotations

from typing import Any

from app.domain.viewer import Viewer

CASEWORK_AGENCIES = frozenset({"yjs", "csc"})
"""The agencies whose people open records of children and start pathways; the others answer when asked."""


def anyone(viewer: Viewer, thing: Any) -> bool:
    """Everybody of the authority."""
    return True


def caseworker(viewer: Viewer, thing: Any) -> bool:
    """Whose agency does casework."""
    return not viewer.agencies.isdisjoint(CASEWORK_AGENCIES)


def administrator(viewer: Viewer, thing: Any) -> bool:
    """Who looks after people, pathways and incidents."""
    return viewer.is_admin


def designer(viewer: Viewer, thing: Any) -> bool:
    """Who draws and publishes pathways; an administrator may as well."""
    return viewer.is_designer or viewer.is_admin


def manager(viewer: Viewer, thing: Any) -> bool:
    """Who holds a manager's role."""
    return viewer.is_manager


def manager_or_administrator(viewer: Viewer, thing: Any) -> bool:
    """Either of the two."""
    return viewer.is_manager or viewer.is_admin


def senior(viewer: Viewer, thing: Any) -> bool:
    """Who looks after the restricted records."""
    return viewer.is_senior


def guest(viewer: Viewer, thing: Any) -> bool:
    """Who sees only what is shared with them."""
    return viewer.is_guest
