"""What the project's files say: profiles, roles, the duty register and the working days.

Everything here is read once and again only when a file changes, so that a command starts quickly and a
running server takes up an edited profile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog
import yaml

from app.domain.appointments import AppointmentWords
from app.domain.deadlines import Deadline, compute
from app.domain.duties import Coverage, CoverageNotes, Register, coverage
from app.domain.errors import BadInput
from app.domain.forms import read_form
from app.domain.offers import Offers
from app.domain.plan_words import PlanWords
from app.domain.profiles import Profile, build_profiles
from app.domain.roles import RoleTable
from app.domain.workdays import WorkingCalendar
from app.services import changed_profiles
from app.services.kept_files import keep_instead, kept

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
FIRST_YEAR, LAST_YEAR = 2000, 2050
DIVISIONS = MappingProxyType({"england": "ENG", "wales": "WLS", "england-and-wales": "ENG"})

BRITISH_NAMES = MappingProxyType(
    {
        "May Day": "Early May bank holiday",
        "Spring Bank Holiday": "Spring bank holiday",
        "Late Summer Bank Holiday": "Summer bank holiday",
    }
)

log = structlog.get_logger("throughcare")


@dataclass(frozen=True)
class MetBy:
    """An element of a pathway that meets a duty; ids, and the names that people read."""

    definition: str
    pathway: str
    element: str
    name: str


def profiles() -> Mapping[str, Profile]:
    """Every profile by its key. Raises BadInput with a sentence for each mistake in the files."""
    return kept("profiles", lambda: _files("profiles", "*.yaml"), _read_profiles)


def profile(key: str) -> Profile:
    """The profile called `key`, or known by that alias; with what its authority has changed where the key says so.

    Raises BadInput naming the ones there are.
    """
    if changed_profiles.AT in key:
        return _changed_profile(key)
    known = profiles()
    found = known.get(key)
    if found is None:
        found = next((one for one in known.values() if key in one.aliases), None)
    if found is None:
        raise BadInput(f"There is no profile called “{key}”. There are {', '.join(sorted(known))}.")
    return found


def _changed_profile(key: str) -> Profile:
    """What the files make impossible is laid aside: then the file’s own profile counts, and a problem is seen."""
    paths = _files("profiles", "*.yaml")
    try:
        return kept(
            f"profile {key}",
            lambda: paths,
            lambda read: changed_profiles.build(key, _raw_profiles(read), calendar_for, roles().by_key),
        )
    except BadInput as problem:
        base = profile(changed_profiles.base_of(key))
        keep_instead(f"profile {key}", paths, base, problem)
        return base


def built_with(base: str, said: Mapping[str, Any]) -> Profile:
    """The profile `base` with an overlay that is only thought of. Raises BadInput with a sentence for each mistake."""
    name = changed_profiles.name_for(base, said)
    if name == base:
        return profile(base)
    raw = _raw_profiles(_files("profiles", "*.yaml"))
    return changed_profiles.build(name, raw, calendar_for, roles().by_key)


def roles() -> RoleTable:
    """The table of roles (processes/roles.yaml)."""
    return kept(
        "roles", lambda: [PROCESSES / "roles.yaml"], lambda paths: RoleTable.build(_read_yaml(paths[0]))
    )


def register() -> Register:
    """Every duty of processes/duties, in the order of the files."""
    return kept("register", lambda: _files("duties", "*.yaml"), _read_register)


def duty_coverage(pathway: str | None = None, area: str | None = None) -> tuple[Coverage, ...]:
    """What meets each duty of a pathway, of an area, of both or (neither given) of all.

    Raises BadInput for a pathway or an area that the register does not know.
    """
    known = register()
    _must_be_one_of("pathway", pathway, known.pathways())
    _must_be_one_of("area", area, known.areas())
    duties = [
        duty for duty in known if (pathway is None or pathway in duty.pathway) and area in (None, duty.area)
    ]
    notes = kept("coverage", lambda: _files("duties", "*.yaml"), _read_notes)
    return coverage(duties, elements_by_duty(), notes.features, notes.context)


LETTERS = frozenset({"ehcp", "iro", "pep", "ycs", "yjs", "yoi"})
"""Parts of the names of facts that are read letter by letter."""


def called(fact: str) -> str:
    """What a fact of the child is called in a sentence that begins with it, as the forms that ask for it say."""
    words = kept("facts", lambda: sorted(PROCESSES.parent.glob("forms/*/*.json")), _read_called).get(fact)
    parts = fact.removesuffix("_on").removesuffix("_at").split("_")
    plain = words or f"the {' '.join(part.upper() if part in LETTERS else part for part in parts)}"
    return plain[0].upper() + plain[1:]


def elements_by_duty() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """For each duty the elements of the shipped drawings that meet it, as (definition, element id)."""
    return {duty_id: tuple((one.definition, one.element) for one in met) for duty_id, met in met_by().items()}


def met_by() -> Mapping[str, tuple[MetBy, ...]]:
    """For each duty the elements of the shipped drawings that meet it."""
    return kept("elements", lambda: sorted(PROCESSES.glob("*/*.bpmn")), _read_elements)


def offers() -> Offers:
    """How pathways are grouped for those who start them, and what each needs (processes/catalogue.yaml)."""
    return kept(
        "offers", lambda: [PROCESSES / "catalogue.yaml"], lambda paths: Offers.build(_read_yaml(paths[0]))
    )


def appointment_words() -> AppointmentWords:
    """Which recorded days are appointments, and what they are called (processes/appointments.yaml)."""
    return kept(
        "appointments",
        lambda: [PROCESSES / "appointments.yaml"],
        lambda paths: AppointmentWords.build(_read_yaml(paths[0])),
    )


def plan_words() -> PlanWords:
    """The sentences of the plan for the child (processes/need_to_know.yaml)."""
    paths = [PROCESSES / "need_to_know.yaml"]
    return kept("plan_words", lambda: paths, lambda paths: PlanWords.build(_read_yaml(paths[0])))


def library_holidays(division: str) -> Mapping[date, str]:
    """The bank holidays of `division` from 2000 to 2050, by day, as the `holidays` library knows them.

    Raises BadInput for a division that is not one of DIVISIONS.
    """
    if division not in DIVISIONS:
        raise BadInput(f"There is no division called “{division}”. There are {', '.join(DIVISIONS)}.")
    return _library_holidays(DIVISIONS[division])


def calendar_for(division: str, extra: Mapping[date, str] | None = None) -> WorkingCalendar:
    """The working days of `division`; `extra` are bank holidays that the library does not know (proclaimed)."""
    return _calendar(division, tuple(sorted((extra or {}).items())))


def explain_deadline(
    key: str,
    profile_key: str,
    from_at: datetime,
    extra_holidays: Mapping[date, str] | None = None,
) -> Deadline:
    """One deadline of a profile with its explanation; says so where the area does not use the rule."""
    area = profile(profile_key)
    rule = area.deadline(key)
    deadline = compute(rule, from_at, calendar_for(area.division, extra_holidays))
    if area.applies(rule):
        return deadline
    unused = f"{deadline.explanation}; {area.name} does not use this rule ({rule.only_with} is off)"
    return replace(deadline, explanation=unused)


@lru_cache(maxsize=32)
def _calendar(division: str, extra: tuple[tuple[date, str], ...]) -> WorkingCalendar:
    return WorkingCalendar({**library_holidays(division), **dict(extra)})


@lru_cache(maxsize=4)
def _library_holidays(subdivision: str) -> Mapping[date, str]:
    from holidays import country_holidays  # a tenth of a second, and not every command needs it

    years = range(FIRST_YEAR, LAST_YEAR + 1)
    named = country_holidays("GB", subdiv=subdivision, years=years)
    return MappingProxyType({on: _in_britain(name) for on, name in sorted(named.items())})


def _in_britain(name: str) -> str:
    """The holiday as the government's own list calls it."""
    plain = name.removesuffix(" (observed)")
    british = BRITISH_NAMES.get(plain, plain)
    return british if plain == name else f"{british}, substitute day"


def _read_profiles(paths: list[Path]) -> Mapping[str, Profile]:
    return MappingProxyType(build_profiles(_raw_profiles(paths), calendar_for, roles().by_key))


def _raw_profiles(paths: list[Path]) -> dict[str, Any]:
    return {path.stem: _without_notes(_read_yaml(path), path) for path in paths}


def _read_register(paths: list[Path]) -> Register:
    said = [_read_yaml(path) or {} for path in paths]
    return Register.build([duty for file in said for duty in file.get("duties", ())], roles().by_key)


def _read_notes(paths: list[Path]) -> CoverageNotes:
    notes = next((path for path in paths if path.name == "coverage.yaml"), None)
    return CoverageNotes.build(_read_yaml(notes) or {} if notes else {}, register())


def _read_elements(paths: list[Path]) -> Mapping[str, tuple[MetBy, ...]]:
    from app.engine import drawing, gate  # lxml: not every command needs it

    found: dict[str, list[MetBy]] = {}
    for path in paths:
        for process in drawing.read(gate.read(path.read_bytes())).processes:
            for node in process.everything():
                for duty_id in filter(None, map(str.strip, node.properties.get("duty", "").split(","))):
                    one = MetBy(process.id, process.name, node.id, node.name)
                    found.setdefault(duty_id, []).append(one)
    return MappingProxyType({duty_id: tuple(elements) for duty_id, elements in found.items()})


def _read_called(paths: list[Path]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for path in paths:
        for field in read_form(path.stem, json.loads(path.read_bytes())).fields:
            if field.fact and field.called:
                found.setdefault(field.fact, field.called)
    return MappingProxyType(found)


def _must_be_one_of(what: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise BadInput(f"The register has no {what} called “{value}”. There are {', '.join(sorted(known))}.")


def _without_notes(raw: Any, path: Path) -> dict[str, Any]:
    """The file less its `x-` entries, which only hold YAML anchors."""
    if not isinstance(raw, dict):
        raise BadInput(f"The file {path.name} is not a profile: it should hold names and values.")
    return {name: value for name, value in raw.items() if not str(name).startswith("x-")}


def _read_yaml(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open("rb") as opened:
            return yaml.load(opened, Loader=loader)  # noqa: S506 - both are the safe loader
    except FileNotFoundError:
        raise BadInput(f"The file {path.name} is missing from the folder {path.parent.name}.") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" on line {where.line + 1}" if where else ""
        raise BadInput(f"The file {path.name} cannot be read as YAML{line}.") from None


def _files(folder: str, pattern: str) -> list[Path]:
    return sorted((PROCESSES / folder).glob(pattern))
