"""What a person sees of a published pathway: its list, its diagram, and the same steps as a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.errors import NotFound
from app.domain.forms import Form
from app.engine.contracts import CompiledVersion, Element
from app.engine.names import CHILD, PARTNERSHIP
from app.services import definitions, reference
from app.services.choices import people_for
from app.services.definitions import Published
from app.services.workbench.versions import version_id_of
from app.store.db import reading
from app.store.definitions import DefinitionVersion

_NAMES = (
    select(DefinitionVersion.key, DefinitionVersion.name)
    .where(DefinitionVersion.is_current)
    .order_by(DefinitionVersion.name)
)
People = Mapping[str, tuple[tuple[str, str], ...]]
DONE_BY_PEOPLE = frozenset({"userTask", "manualTask"})


@dataclass(frozen=True)
class PathwayRow:
    """A pathway as the list shows it; `starts_by_hand` when a person starts it, not only another pathway.

    `subject` is child, or partnership where it is started for no child.
    """

    key: str
    name: str
    number: int
    about: str
    starts_by_hand: bool
    subject: str = CHILD

    @property
    def is_for_partnership(self) -> bool:
        """Whether it is started for the partnership of the authority."""
        return self.subject == PARTNERSHIP


@dataclass(frozen=True)
class Step:
    """Something that a person does in a pathway, whose it is, and the duties that it meets."""

    element_id: str
    name: str
    role: str
    about: str
    duties: tuple[str, ...]
    is_timed: bool


@dataclass(frozen=True)
class PathwayView:
    """Everything that the page of a pathway shows."""

    row: PathwayRow
    steps: tuple[Step, ...]
    versions: tuple[Published, ...]
    can_start: bool


def listed(viewer: Viewer) -> list[PathwayRow]:
    """The current pathways; those that people start come first, then by name."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        current = [version for version in definitions.published(session) if version.is_current]
        rows = [_row(version, definitions.compiled(session, version.id)) for version in current]
    return sorted(rows, key=lambda row: (not row.starts_by_hand, row.name))


def show(viewer: Viewer, key: str) -> PathwayView:
    """A pathway's current version. Raises NotFound."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        version = definitions.current(session, key)
        versions = tuple(definitions.published(session, key))
    row = _row(next(one for one in versions if one.is_current), version)
    steps = tuple(_step(element) for element in version.elements if element.type in DONE_BY_PEOPLE)
    can_start = may_start(viewer, row)
    return PathwayView(row, steps, versions, can_start)


def startable(viewer: Viewer, *, for_child: bool = False) -> list[tuple[str, list[PathwayRow]]]:
    """What the viewer may start in their area, by group; `for_child` leaves the partnership out."""
    offers, profile = reference.offers(), reference.profile(viewer.profile)
    rows = [
        row
        for row in listed(viewer)
        if may_start(viewer, row)
        and offers.is_in(profile, row.key)
        and not (for_child and row.is_for_partnership)
    ]
    return offers.grouped(rows)


@dataclass(frozen=True)
class QuickStart:
    """A pathway that begins with a telephone call, and the words of the link that starts it."""

    key: str
    words: str


def quick_starts(viewer: Viewer) -> list[QuickStart]:
    """What the viewer can start straight from a child who was found; nothing for whoever starts nothing."""
    if not may(viewer, "start_pathway", AuthorityThing(viewer.authority_id)):
        return []
    offers, profile = reference.offers(), reference.profile(viewer.profile)
    with reading() as session:
        there = set(session.execute(_NAMES).scalars())
    return [
        QuickStart(key, words)
        for key, words in offers.quick.items()
        if key in there and offers.is_in(profile, key)
    ]


def may_start(viewer: Viewer, row: PathwayRow) -> bool:
    """Whether the viewer may start the pathway, for some child or for the partnership."""
    action = "start_for_partnership" if row.is_for_partnership else "start_pathway"
    return row.starts_by_hand and may(viewer, action, AuthorityThing(viewer.authority_id))


def diagram(viewer: Viewer, key: str, number: int | None = None) -> str:
    """The BPMN text of a pathway's current version, or of another by its number. Raises NotFound."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        version_id = version_id_of(session, key, number) if number else None
        return definitions.diagram_of(session, version_id or definitions.current(session, key).version_id)


def diagram_of_version(viewer: Viewer, key: str, number: int) -> str:
    """The BPMN text of a version by its number. Raises NotFound."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        found = [one for one in definitions.published(session, key) if one.number == number]
        if not found:
            raise NotFound()
        return definitions.diagram_of(session, found[0].id)


def start_form(viewer: Viewer, key: str) -> tuple[Form | None, Mapping[str, Any] | None, People]:
    """The questions that start a pathway, their form-js schema, and the people that may be chosen in them."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        version = definitions.current(session, key)
        form = definitions.form(session, version.version_id, version.start_form)
        source = definitions.form_source(session, version.version_id, version.start_form)
        return form, source, people_for(session, viewer.authority_id, form)


def names(viewer: Viewer) -> dict[str, str]:
    """The name of each pathway by its key, for filters; none for a guest, who sees no pathway but a shared one."""
    if not may(viewer, "see_pathways", AuthorityThing(viewer.authority_id)):
        return {}
    with reading() as session:
        found = session.execute(_NAMES).all()
    return {row.key: row.name for row in found}


def _row(version: Published, compiled: CompiledVersion) -> PathwayRow:
    about = " ".join(compiled.documentation.split())
    by_hand = compiled.start_form is not None
    return PathwayRow(version.key, version.name, version.number, about, by_hand, compiled.about)


def _step(element: Element) -> Step:
    role = reference.roles().by_key.get(element.role or "")
    return Step(
        element_id=element.id,
        name=element.name or element.id.replace("_", " "),
        role=role.name if role else element.lane or "",
        about=" ".join(element.documentation.split()),
        duties=element.duty,
        is_timed=element.due is not None,
    )
