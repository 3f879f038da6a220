"""Changing an authority's profile: what would move is shown first, then everything changes in one transaction.

The authority's row names the profile (app.services.changed_profiles), so a step that is taken at the same moment goes
by the old or by the new one, never by a mixture. Open due times are counted again by messages in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, Conflict
from app.domain.ids import new_id
from app.domain.profiles import Profile
from app.services import (
    changed_profiles,
    messages,
    messages_out,
    reference,
)
from app.services.workbench import profile_items
from app.services.workbench.profile_preview import built_with, hanging
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.people import Authority, Person
from app.store.profiles import ProfileChange, ProfileOverlay


@dataclass(frozen=True)
class Change:
    """A change that was made."""

    section: str
    item: str
    words_before: str
    words_after: str
    source: str
    at: datetime
    by: str


def profile_of(viewer: Viewer) -> Profile:
    """The profile of the viewer's authority as it is in force."""
    require(viewer, "edit_profile", AuthorityThing(viewer.authority_id))
    return reference.profile(viewer.profile)


def is_changed(viewer: Viewer, section: str, key: str) -> bool:
    """Whether an item differs from what the file says."""
    said = changed_profiles.overlay_of(viewer.profile).get(section)
    return said is not None and (section == "ladder" or key in said)


def history(viewer: Viewer) -> list[Change]:
    """Every change of the authority's profile, newest first."""
    require(viewer, "edit_profile", AuthorityThing(viewer.authority_id))
    change = ProfileChange
    query = (
        select(change, Person.name)
        .join(Person, (Person.authority_id == change.authority_id) & (Person.id == change.changed_by))
        .where(change.authority_id == viewer.authority_id)
        .order_by(change.changed_at.desc(), change.id.desc())
    )
    with reading() as session:
        return [
            Change(row.section, row.item, row.words_before, row.words_after, row.source, row.changed_at, name)
            for row, name in session.execute(query)
        ]


def change(
    viewer: Viewer, section: str, key: str, typed: Mapping[str, Any] | None, *, source: str, was: str
) -> int:
    """Make the change; how many running pathways are counted again. `was` is the profile that the person looked at.

    Raises BadInput like `preview`, or when nothing would change, and Conflict when somebody changed it meanwhile.
    """
    require(viewer, "edit_profile", AuthorityThing(viewer.authority_id))
    if not source.strip():
        raise BadInput("Enter where it says so", {"source": ["Enter where it says so"]})
    before = reference.profile(was)
    after = built_with(replace(viewer, profile=was), section, key, typed)
    if after.key == was:
        raise BadInput("Nothing would change.")
    words = [profile_items.item(profile, section, key).words for profile in (before, after)]
    with transaction() as session:
        _take(session, viewer.authority_id, was, after.key)
        _keep(session, after.key)
        row = {
            "authority_id": viewer.authority_id,
            "id": new_id(),
            "section": section,
            "item": key,
            "was": was,
            "became": after.key,
            "words_before": words[0],
            "words_after": words[1],
            "source": source.strip(),
            "changed_at": now(),
            "changed_by": viewer.person_id,
        }
        session.execute(insert(ProfileChange).values(**row))
        facts = {"section": section, "item": key, "was": was, "became": after.key, "source": source.strip()}
        entry = Entry(kind="profile_changed", person_id=viewer.person_id, facts=facts)
        note(session, entry, authority_id=viewer.authority_id, stream="profile")
        found = hanging(session, viewer, section, key)
        name = profile_items.item(after, section, key).name
        for one in found:
            messages_out.queue_for_child(
                session,
                authority_id=viewer.authority_id,
                child_id=one.child_id,
                target_id=one.id,
                name=messages_out.FACTS_CHANGED,
                payload={"facts": {}, "reason": f"The protocol changed: {name} ({source.strip()})"},
                person_id=viewer.person_id,
            )
    messages.deliver_pending()
    return len(found)


def _take(session: Session, authority_id: str, was: str, becomes: str) -> None:
    changed = session.execute(
        update(Authority)
        .where(Authority.id == authority_id, Authority.profile == was)
        .values(profile=becomes)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Somebody has changed the profile since you looked at it. Nothing of yours was changed."
        )


def _keep(session: Session, name: str) -> None:
    overlay_id = name.partition(changed_profiles.AT)[2]
    if overlay_id and session.get(ProfileOverlay, overlay_id) is None:
        said = changed_profiles.canonical(changed_profiles.overlay_of(name))
        session.execute(insert(ProfileOverlay).values(id=overlay_id, said=said))
