"""The difference between any two versions of a pathway, or a version and a draft, as people read it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.profiles import Profile
from app.domain.vocabulary import say
from app.engine import catalogue
from app.engine.changes import Words
from app.engine.contracts import Bundle
from app.engine.difference import Difference, Marks, difference
from app.services import definitions, reference
from app.services.due_words import due_in_one_line, nothing_said
from app.services.workbench import drafts, versions
from app.services.workbench.drafts import Draft
from app.services.workbench.publications import Asked
from app.store.db import reading


@dataclass(frozen=True)
class Side:
    """One of the two that are compared: how people call it, its content, and the number of a version."""

    called: str
    bundle: Bundle
    number: int | None = None


@dataclass(frozen=True)
class Compared:
    """Two contents of a pathway and what has changed from `old` to `new`; `old` is None for a pathway that is new."""

    key: str
    name: str
    old: Side | None
    new: Side
    found: Difference

    @property
    def marks(self) -> Marks:
        """What to mark on the two drawings of the pathway itself."""
        return (self.found.marks or {}).get(self.new.bundle.main_path, Marks())


def words(profile_key: str = "default") -> Words:
    """What keys mean to people: rules as the area's profile has them."""
    profile = reference.profile(profile_key)
    return Words(
        roles={role.key: role.name for role in reference.roles().by_key.values()},
        due=lambda text: _due(text, profile),
        duties={duty.id: duty.does for duty in reference.register()},
    )


def _due(text: str, profile: Profile) -> str:
    """A due time in words with its expression behind it, because two expressions may mean the same."""
    said = due_in_one_line(text, profile, nothing_said, reference.called)
    return f"{said} ({text})" if said and said != text else said


def between(old: Bundle, new: Bundle, profile_key: str = "default") -> Difference:
    """What has changed from one content to another. Raises PathwayRefused for a file that cannot be read."""
    return difference(old, new, words(profile_key))


def draft(viewer: Viewer, draft_id: str) -> tuple[Draft, Compared]:
    """A draft beside the version in force. Raises NotFound."""
    found = drafts.show(viewer, draft_id)
    with reading() as session:
        current = versions.in_force(session, found.key)
        old = _side(session, current) if current is not None else None
    return found, _compared(viewer, found.key, old, _of_draft(found))


def asking(viewer: Viewer, asked: Asked, of_draft: Draft | None) -> Compared | None:
    """What was asked to come into force beside what was in force then; None where there is nothing to compare."""
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    with reading() as session:
        if asked.in_force_then is None:
            return None
        old = _side(session, asked.in_force_then)
        new = _of_draft(of_draft) if of_draft is not None else None
        if definitions.number_of(session, asked.version_id):
            new = _side(session, asked.version_id)
    if new is None:
        return None
    return _compared(viewer, asked.key, old, new)


def two_versions(viewer: Viewer, key: str, number: int, other: int | None) -> Compared:
    """The version `number` beside the version `other`: the one before it where None. Raises NotFound."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        new = _side(session, versions.version_id_of(session, key, number))
        if other is None and number > 1:
            other = number - 1
        old = _side(session, versions.version_id_of(session, key, other)) if other is not None else None
    return _compared(viewer, key, old, new)


def _compared(viewer: Viewer, key: str, old: Side | None, new: Side) -> Compared:
    name = say(catalogue.name_of(new.bundle), reference.profile(viewer.profile).words)
    found = between(old.bundle, new.bundle, viewer.profile) if old is not None else Difference(())
    return Compared(key, name, old, new, found)


def _of_draft(found: Draft) -> Side:
    return Side("this draft", catalogue.with_what_it_uses(found.bundle, {}))


def _side(session: Session, version_id: str) -> Side:
    bundle = definitions.bundle_of(session, version_id)
    number = definitions.number_of(session, version_id)
    return Side(f"version {number}", bundle, number)
