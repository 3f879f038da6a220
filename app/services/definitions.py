"""Published pathways: load what is shipped, publish a version, hand out compiled ones.

A compiled version is kept by the hash of its content, so what is kept serves every database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import NotFound, PathwayRefused
from app.domain.forms import Form, read_form
from app.engine import catalogue
from app.engine.contracts import Bundle, CompiledVersion
from app.engine.outline import Outline, outline
from app.services import checks, kept_versions, reference, unread, version_rows
from app.services.crashpoints import crash_point
from app.services.kept_versions import Kept
from app.store.db import execute, reading, transaction
from app.store.definitions import DefinitionVersion, StartTrigger

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
FORMS = PROCESSES.parent / "forms"

_CURRENT = select(DefinitionVersion.id).where(
    DefinitionVersion.key == bindparam("of_key"), DefinitionVersion.is_current
)
_STARTING = select(StartTrigger.key).where(StartTrigger.message == bindparam("of_message"))


@dataclass(frozen=True)
class Published:
    """A version as lists show it."""

    id: str
    key: str
    number: int
    name: str
    note: str
    is_current: bool


def shipped(processes: Path = PROCESSES, forms: Path = FORMS) -> dict[str, Bundle]:
    """Every pathway of the project as its files have it, by key; read again when one of them has changed."""
    files = [*processes.glob("*/*.bpmn"), *forms.glob("*/*.json")]
    stamps = ((path, path.stat()) for path in files)
    return dict(_shipped(processes, forms, frozenset((str(p), s.st_mtime_ns, s.st_size) for p, s in stamps)))


@lru_cache(maxsize=4)
def _shipped(processes: Path, forms: Path, stamp: frozenset[tuple[str, int, int]]) -> Mapping[str, Bundle]:
    return catalogue.read_bundles(processes, forms)


def known_bundles() -> dict[str, Bundle]:
    """What ships; where a file of it cannot be read (somebody is drawing), what is in force of each pathway instead."""
    try:
        return shipped()
    except (PathwayRefused, ValueError):
        return in_force_bundles()


def load_shipped() -> list[str]:
    """Publish every pathway of the project whose content is not in force yet; the keys of those.

    What a person has put in force stays in force: a release then only lays its own version beside it.
    """
    with reading() as session:
        rows = session.execute(
            select(DefinitionVersion.id, DefinitionVersion.key, DefinitionVersion.in_force_by).where(
                DefinitionVersion.is_current
            )
        ).all()
    known = {row.id for row in rows}
    by_people = {row.key for row in rows if row.in_force_by is not None}
    fresh = [bundle for bundle in shipped().values() if bundle.version_id() not in known]
    for bundle in fresh:
        if bundle.key in by_people:
            refuse_unless_publishable(bundle)
            with transaction() as session:
                lay_down(session, bundle, note="Came with a release; another version is in force")
        else:
            publish(bundle, note="Shipped with this release")
    return [bundle.key for bundle in fresh if bundle.key not in by_people]


def publish(bundle: Bundle, *, note: str, by: tuple[str, str] | None = None) -> Published:
    """Make `bundle` the current version of its pathway, once it has been checked. Instances stay on their version.

    `by` says who does it (id and name), and that no release may undo it; a release gives none.
    Raises PathwayRefused with the findings when the diagram has an error.
    """
    refuse_unless_publishable(bundle)
    return make_current(bundle, note=note, by=by)


def refuse_unless_publishable(bundle: Bundle) -> None:
    """Raises PathwayRefused with the findings when a diagram of the bundle has an error."""
    others = checks.around([*known_bundles().values(), bundle])
    errors = [finding for finding in checks.findings_of(bundle, others) if finding.stops]
    if errors:
        raise PathwayRefused(f"{bundle.key} cannot be published: {errors[0].sentence}", errors)


def make_current(bundle: Bundle, *, note: str, by: tuple[str, str] | None = None) -> Published:
    """The publishing itself, of a bundle that has been checked (or is only being simulated)."""
    with transaction() as session:
        number = lay_down(session, bundle, note=note, by=by)
        put_in_force(session, bundle.key, bundle.version_id(), by[0] if by else None)
        crash_point("before_commit")
    crash_point("after_commit")
    return Published(bundle.version_id(), bundle.key, number, remember(bundle).name, note, True)


def lay_down(session: Session, bundle: Bundle, *, note: str, by: tuple[str, str] | None = None) -> int:
    """Write a version that is not there yet, in force or not; its number. `by` is a person's id and name."""
    version = remember(bundle)
    stored = session.get(DefinitionVersion, version.version_id)
    if stored is not None:
        return stored.number
    number = _next_number(session, bundle.key)
    session.execute(
        insert(DefinitionVersion).values(**version_rows.version(bundle, version, number, note, by))
    )
    return number


def put_first_in_force(session: Session, bundles: Iterable[Bundle], *, note: str) -> None:
    """Lay down a version of each pathway and put it in force, in a database that has none yet."""
    versions = [(bundle, remember(bundle)) for bundle in bundles]
    in_force = {"is_current": True, "in_force_by": None, "in_force_at": now()}
    rows = [{**version_rows.version(bundle, one, 1, note, None), **in_force} for bundle, one in versions]
    session.execute(insert(DefinitionVersion), rows)
    triggers = [version_rows.trigger(one) for _, one in versions if one.start_message]
    if triggers:
        session.execute(insert(StartTrigger), triggers)


def put_in_force(session: Session, key: str, version_id: str, person_id: str | None = None) -> None:
    """From now on new instances of the pathway start on this version, which is there; no person means a release."""
    version = DefinitionVersion
    quietly = {"synchronize_session": False}
    session.execute(
        update(version)
        .where(version.key == key, version.is_current)
        .values(is_current=False)
        .execution_options(**quietly)
    )
    session.execute(
        update(version)
        .where(version.id == version_id)
        .values(is_current=True, in_force_by=person_id, in_force_at=now())
        .execution_options(**quietly)
    )
    session.execute(delete(StartTrigger).where(StartTrigger.key == key))
    compiled_version = compiled(session, version_id)
    if compiled_version.start_message:
        session.execute(insert(StartTrigger).values(**version_rows.trigger(compiled_version)))


def _next_number(session: Session, key: str) -> int:
    highest = session.scalar(select(func.max(DefinitionVersion.number)).where(DefinitionVersion.key == key))
    return (highest or 0) + 1


def from_text(stored: str) -> Bundle:
    """A bundle that was stored."""
    content: dict[str, Any] = json.loads(stored)
    return Bundle(key=content["key"], files=content["files"], forms=content["forms"])


def remember(bundle: Bundle) -> CompiledVersion:
    """The compiled version of `bundle`, parsed once for as long as it is in use."""
    return _kept(bundle).compiled


def _kept(bundle: Bundle) -> Kept:
    found = kept_versions.find(bundle.version_id())
    return found or kept_versions.keep(catalogue.compile(bundle, reference.roles()), bundle)


def compiled(session: Session, version_id: str) -> CompiledVersion:
    """The version that an instance runs on. Raises NotFound when it was never published here."""
    return _stored(session, version_id).compiled


def _stored(session: Session, version_id: str) -> Kept:
    found = kept_versions.find(version_id)
    if found is None:
        unread.wait_for(session, version_id)
        stored = session.scalar(select(DefinitionVersion.bundle).where(DefinitionVersion.id == version_id))
        if stored is None:
            raise NotFound("This version of the pathway has never been published here.")
        found = _kept(from_text(stored))
    return found


def bundle_of(session: Session, version_id: str) -> Bundle:
    """The exact diagrams and forms of a version."""
    return _stored(session, version_id).bundle


def in_force_bundles() -> dict[str, Bundle]:
    """The exact content of every pathway as new instances start on it, by key."""
    with reading() as session:
        current_ids = session.scalars(select(DefinitionVersion.id).where(DefinitionVersion.is_current)).all()
        found = [bundle_of(session, version_id) for version_id in current_ids]
    return {bundle.key: bundle for bundle in found}


def diagram_of(session: Session, version_id: str) -> str:
    """The BPMN text of the pathway itself (not of what it calls)."""
    return bundle_of(session, version_id).main


def outline_of(session: Session, version_id: str) -> Outline:
    """What follows what in the pathway."""
    return outline(diagram_of(session, version_id))


def current(session: Session, key: str) -> CompiledVersion:
    """The version that a new instance of the pathway `key` starts on. Raises NotFound."""
    version_id = execute(session, _CURRENT, {"of_key": key}).scalar()
    if version_id is None:
        raise NotFound(f"There is no pathway called {key}.")
    return compiled(session, version_id)


def form(session: Session, version_id: str, form_key: str | None) -> Form | None:
    """The form as it was when the version was published; None when the element has none."""
    if form_key is None:
        return None
    kept = _stored(session, version_id)
    if form_key not in kept.forms:
        if form_key not in kept.bundle.forms:
            raise NotFound(f"The form {form_key} is not part of this version of the pathway.")
        kept.forms[form_key] = read_form(form_key, kept.bundle.forms[form_key])
    return kept.forms[form_key]


def form_source(session: Session, version_id: str, form_key: str | None) -> Mapping[str, Any] | None:
    """The form-js schema of a form as it was published; None when there is none."""
    if form_key is None:
        return None
    found: Mapping[str, Any] | None = bundle_of(session, version_id).forms.get(form_key)
    return found


def message_form(session: Session, version_id: str, message: str) -> Form | None:
    """The form by which people send a message to the pathway: the one of that name in the pathway's own folder."""
    bundle = bundle_of(session, version_id)
    keys = [key for key in bundle.forms if key.rpartition("/")[2] == message]
    return form(session, version_id, keys[0]) if keys else None


def ids_in_force(session: Session) -> list[str]:
    """The version of every pathway that is in force, by the pathway's key."""
    version = DefinitionVersion
    return list(session.scalars(select(version.id).where(version.is_current).order_by(version.key)))


def in_force(session: Session, release: Mapping[str, Bundle] | None = None) -> list[Bundle]:
    """The exact content of every pathway that is in force, without making any of it run.

    `release` is what `shipped` says, where the caller has asked already.
    """
    of_release = shipped() if release is None else release
    known = {bundle.version_id(): bundle for bundle in of_release.values()} | kept_versions.bundles()
    ids = ids_in_force(session)
    version = DefinitionVersion
    unknown = [one for one in ids if one not in known]
    if unknown:
        rows = session.execute(select(version.id, version.bundle).where(version.id.in_(unknown)))
        known |= {row.id: from_text(row.bundle) for row in rows}
    return [known[one] for one in ids]


def number_of(session: Session, version_id: str) -> int:
    """The number of a version among those of its pathway."""
    return session.scalar(select(DefinitionVersion.number).where(DefinitionVersion.id == version_id)) or 0


def clock_field(form: Form | None) -> str | None:
    """The question whose answer starts a pathway's clocks: the first past moment that its start form asks for."""
    if form is None:
        return None
    moments = (field for field in form.fields if field.kind == "datetime" and field.day == "past")
    return next((field.key for field in moments), None)


def starting_on(session: Session, message: str) -> list[str]:
    """The pathways (keys) that a message starts when nobody waits for it."""
    return list(execute(session, _STARTING, {"of_message": message}).scalars())


def published(session: Session, key: str | None = None) -> list[Published]:
    """Every version, newest first; of one pathway where `key` is given."""
    version = DefinitionVersion  # its columns without the bundle: lists need none of the drawings
    query = select(
        version.id, version.key, version.number, version.name, version.note, version.is_current
    ).order_by(version.key, version.number.desc())
    if key is not None:
        query = query.where(version.key == key)
    return [Published(*found) for found in session.execute(query)]
