"""Any two versions of a pathway, or a draft, or two starts, side by side: the dates of the same child on both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.access import Viewer
from app.domain.errors import BadInput
from app.services import reference, simulated_walk
from app.services.simulated_walk import Inputs, Walked
from app.services.workbench import compared_stories, simulations, subjects
from app.services.workbench.compared_stories import Pair
from app.services.workbench.subjects import Subject

SIMULATED = "simulated"
"""What a simulation was begun on."""
SPANS = {"90": timedelta(days=90), "180": timedelta(days=180), "365": timedelta(days=365)}


@dataclass(frozen=True)
class Choice:
    """What stands on one side: a version or a draft by its code in `subjects.offered`, and when it begins (aware)."""

    of: str
    start: datetime


@dataclass(frozen=True)
class Side:
    """One side with what happened on it."""

    subject: Subject
    walked: Walked

    @property
    def start(self) -> datetime:
        """When it began."""
        return self.walked.inputs.start


@dataclass(frozen=True)
class Beside:
    """Two sides, and every dated event of either; `shift` is by how many days the second begins later."""

    a: Side
    b: Side
    pairs: tuple[Pair, ...]

    @property
    def shift(self) -> int:
        """By how many days the second begins later."""
        return compared_stories.days_between(self.a.start, self.b.start)


def of_pathway(
    viewer: Viewer, key: str, a: Choice, b: Choice, *, profile: str, way: str, span: str
) -> Beside:
    """Both sides with simulated people who work in a way of WAYS, for a span of SPANS from their own start.

    Raises NotFound, and BadInput for a profile, way or span and for a drawing that the engine cannot run.
    """
    if span not in SPANS:
        raise BadInput("Choose for how long.")
    chosen = reference.profile(profile).key

    def side(choice: Choice) -> Side:
        end = {"do": "end", "way": way, "at": (choice.start + SPANS[span]).isoformat()}
        inputs = Inputs(key, chosen, choice.start, acts=(end,))
        return _side(subjects.find(viewer, key, choice.of), inputs)

    return _beside(side(a), side(b))


def of_simulation(viewer: Viewer, simulation_id: str, a: Choice, b: Choice) -> Beside:
    """Both sides with what was led in a simulation; what cannot be done on a side is left out there.

    `of` may be SIMULATED: what the simulation was begun on. Raises what `of_pathway` and `simulations.show` raise.
    """
    shown = simulations.show(viewer, simulation_id)
    led = shown.walked.inputs

    def side(choice: Choice) -> Side:
        if choice.of == SIMULATED:
            found = Subject(shown.called, shown.bundle, draft_id=shown.draft_id)
        else:
            found = subjects.find(viewer, shown.key, choice.of)
        return _side(found, replace(led, start=choice.start))

    return _beside(side(a), side(b))


def _side(found: Subject, inputs: Inputs) -> Side:
    return Side(found, simulated_walk.walk(inputs, simulations.around(found.bundle), is_lenient=True))


def _beside(a: Side, b: Side) -> Beside:
    return Beside(a, b, tuple(compared_stories.pairs(a.walked.events, b.walked.events)))
