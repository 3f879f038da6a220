"""Scenarios of a pathway: run on what may come into force, written from a simulation, withdrawn with a reason."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.engine import catalogue
from app.engine.contracts import Bundle
from app.services import simulated_view
from app.services.simulated_view import Part
from app.services.workbench import scenarios, simulations, subjects
from app.services.workbench.scenarios import Result, Scenario
from app.services.workbench.subjects import Subject
from app.store.audit import Entry, note
from app.store.db import transaction
from app.store.scenarios import PathwayScenario

LONGEST = 200


def of_bundle(bundle: Bundle) -> list[Result]:
    """How the scenarios of its pathway go on a drawing."""
    wanted = scenarios.of_pathway(bundle.key)
    return scenarios.results(wanted, simulations.around(bundle)) if wanted else []


@dataclass(frozen=True)
class Covered:
    """How the scenarios of a pathway go on one version or draft of it, and what of the drawing each reaches."""

    key: str
    name: str
    subject: Subject
    found: tuple[tuple[Scenario, Result], ...]
    parts: Mapping[str, Part]

    def by(self, part: str) -> list[str]:
        """The names of the scenarios that reach a part."""
        return [result.name for _, result in self.found if part in result.reached]

    @property
    def reached(self) -> frozenset[str]:
        """The parts that any scenario reaches."""
        return frozenset(self.parts).intersection(set().union(*(result.reached for _, result in self.found)))


def of_pathway(viewer: Viewer, key: str, of: str = "") -> Covered:
    """How the scenarios go on a version or a draft, by its code in `subjects.offered`: else the version in force.

    Raises NotFound.
    """
    require(viewer, "simulate", AuthorityThing(viewer.authority_id))
    subject = subjects.find(viewer, key, of or subjects.first(viewer, key))
    wanted = scenarios.of_pathway(key)
    found = scenarios.results(wanted, simulations.around(subject.bundle))
    name = catalogue.name_of(subject.bundle)
    parts = simulated_view.every_part(subject.bundle)
    return Covered(key, name, subject, tuple(zip(wanted, found, strict=True)), parts)


def keep(viewer: Viewer, simulation_id: str, name: str, chosen: Collection[str], reason: str = "") -> None:
    """Keep a simulation's inputs as a scenario that expects the `chosen` of `offered`, in the place of one so called.

    Raises BadInput for the name, or without any expectation.
    """
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    name = "-".join(name.lower().split())
    if not name or len(name) > LONGEST:
        raise BadInput("Enter what the scenario is called", {"name": ["Enter what the scenario is called"]})
    shown = simulations.show(viewer, simulation_id)
    expect = [wanted for code, wanted in offered(shown).items() if code in chosen]
    if not expect:
        raise BadInput("Select what is expected: at least one date or event")
    inputs = json.loads(shown.walked.inputs.to_text())
    content = {**{part: inputs[part] for part in inputs if part != "pathway"}, "expect": expect}
    _write(viewer, Scenario(shown.key, name, content), reason, "scenario_kept", is_withdrawn=False)


def offered(shown: simulations.Shown) -> dict[str, Mapping[str, Any]]:
    """What happened in a simulation, each as an expectation by a code for forms."""
    return {
        f"{one['kind']}.{one['element']}.{one['nth']}": one
        for one in scenarios.expected_now(shown.walked.events)
    }


def withdraw(viewer: Viewer, key: str, name: str, reason: str) -> None:
    """A scenario no longer counts; why is kept. Raises BadInput without a reason, NotFound."""
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    if not reason.strip():
        raise BadInput("Enter why it no longer counts", {"reason": ["Enter why it no longer counts"]})
    found = next((one for one in scenarios.of_pathway(key) if one.name == name), None)
    if found is None:
        raise NotFound("There is no such scenario.")
    _write(viewer, found, reason.strip(), "scenario_withdrawn", is_withdrawn=True)


def _write(viewer: Viewer, scenario: Scenario, reason: str, kind: str, *, is_withdrawn: bool) -> None:
    with transaction() as session:
        row = session.get(PathwayScenario, (scenario.key, scenario.name))
        values = {
            "content": json.dumps(scenario.content),
            "reason": reason,
            "is_withdrawn": is_withdrawn,
            "changed_at": now(),
            "changed_by": viewer.person_id,
            "changed_by_name": viewer.name,
        }
        if row is None:
            session.add(PathwayScenario(key=scenario.key, name=scenario.name, **values))
        else:
            for name, value in values.items():
                setattr(row, name, value)
        session.flush()
        facts = {"key": scenario.key, "scenario": scenario.name, "reason": reason}
        entry = Entry(kind=kind, person_id=viewer.person_id, facts=facts)
        note(session, entry, authority_id=viewer.authority_id, stream=f"pathway/{scenario.key}")
