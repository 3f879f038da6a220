"""Views of the list of pathways: the filters that a person keeps under a name, for themselves alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.saved_views import SavedView

LONGEST_NAME = 60
MOST_KEPT = 20


@dataclass(frozen=True)
class KeptView:
    """A view, and the filters that make it again."""

    id: str
    name: str
    filters: Mapping[str, str]


def of_viewer(viewer: Viewer) -> tuple[KeptView, ...]:
    """The viewer's own views, by name."""
    require(viewer, "see_running", AuthorityThing(viewer.authority_id))
    with reading() as session:
        rows = session.scalars(select(SavedView).where(*_own(viewer)).order_by(func.lower(SavedView.name)))
        return tuple(_view(row) for row in rows)


def one(viewer: Viewer, view_id: str) -> KeptView:
    """One of them. Raises NotFound, also for somebody else's."""
    require(viewer, "see_running", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return _view(_row(session, viewer, view_id))


def keep(viewer: Viewer, name: str, filters: Mapping[str, str]) -> str:
    """Keep filters under a name; the view's id. Raises BadInput for a name that is missing, too long or taken."""
    require(viewer, "see_running", AuthorityThing(viewer.authority_id))
    view_id = new_id()
    with transaction() as session:
        name = _checked(session, viewer, name, view_id)
        if session.scalar(select(func.count()).select_from(SavedView).where(*_own(viewer))) == MOST_KEPT:
            raise BadInput(
                "There are too many views.", {"name": [f"Delete a view first: you have kept {MOST_KEPT}"]}
            )
        session.add(
            SavedView(
                authority_id=viewer.authority_id,
                id=view_id,
                person_id=viewer.person_id,
                name=name,
                filters=dict(filters),
                kept_at=now(),
            )
        )
        _note(session, viewer, "view_kept", name)
    return view_id


def rename(viewer: Viewer, view_id: str, name: str) -> None:
    """Give a view another name. Raises NotFound, and BadInput as `keep` does."""
    require(viewer, "see_running", AuthorityThing(viewer.authority_id))
    with transaction() as session:
        row = _row(session, viewer, view_id)
        row.name = _checked(session, viewer, name, view_id)
        _note(session, viewer, "view_renamed", row.name)


def discard(viewer: Viewer, view_id: str) -> str:
    """Delete a view; its name. Raises NotFound."""
    require(viewer, "see_running", AuthorityThing(viewer.authority_id))
    with transaction() as session:
        name = _row(session, viewer, view_id).name
        session.execute(delete(SavedView).where(*_own(viewer), SavedView.id == view_id))
        _note(session, viewer, "view_discarded", name)
    return name


def _own(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    return SavedView.authority_id == viewer.authority_id, SavedView.person_id == viewer.person_id


def _row(session: Session, viewer: Viewer, view_id: str) -> SavedView:
    row = session.scalar(select(SavedView).where(*_own(viewer), SavedView.id == view_id))
    if row is None:
        raise NotFound()
    return row


def _view(row: SavedView) -> KeptView:
    return KeptView(row.id, row.name, row.filters)


def _checked(session: Session, viewer: Viewer, name: str, view_id: str) -> str:
    name = " ".join(name.split())
    others = session.scalars(select(SavedView.name).where(*_own(viewer), SavedView.id != view_id))
    wrong = ""
    if not name:
        wrong = "Enter a name for the view"
    elif len(name) > LONGEST_NAME:
        wrong = f"The name must be {LONGEST_NAME} characters or fewer"
    elif name.casefold() in {other.casefold() for other in others}:
        wrong = "You have a view with this name already"
    if wrong:
        raise BadInput("The view cannot be kept under this name.", {"name": [wrong]})
    return name


def _note(session: Session, viewer: Viewer, kind: str, name: str) -> None:
    entry = Entry(kind=kind, person_id=viewer.person_id, facts={"name": name})
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{viewer.person_id}")
