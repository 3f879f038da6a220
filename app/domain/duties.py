"""The register of duties: who owes what to whom by when, clause by clause, and what in Throughcare meets it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from app.domain.duty_files import read_duty
from app.domain.errors import BadInput, NotFound

Status = Literal["pathway", "feature", "context", "open"]


@dataclass(frozen=True)
class Recurrence:
    """Every so many units, from the previous occurrence."""

    every: int
    unit: str


@dataclass(frozen=True)
class StatedDeadline:
    """The number that the source states; units as in app.domain.limits."""

    amount: int
    unit: str
    relative_to: str
    direction: Literal["after", "before"]
    recurrence: Recurrence | None = None


@dataclass(frozen=True)
class Evidence:
    """A form field that would show that the duty was met; `type` as proposed in the register."""

    name: str
    type: str


@dataclass(frozen=True)
class Ambiguity:
    """What the source leaves open, the default chosen here, and the profile's keys for it."""

    issue: str
    default: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Duty:
    """One duty as the register has it; `source` is file and line of the protocol, `actor` role keys."""

    id: str
    area: str
    clause: str
    source: str
    pathway: tuple[str, ...]
    kind: str
    actor: tuple[str, ...]
    strength: Literal["must", "should", "good_practice", "fact"]
    trigger: str
    deadline: StatedDeadline | None
    does: str
    participants: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    ambiguity: Ambiguity | None = None
    see_also: tuple[str, ...] = ()
    deadline_inferred: str = ""
    statutory_note: str = ""

    @property
    def sentence(self) -> str:
        """What the duty asks for, as a sentence."""
        return self.does[:1].upper() + self.does[1:] + ("" if self.does.endswith(".") else ".")

    @property
    def strength_in_words(self) -> str:
        """Must, Should, Good practice or Fact."""
        return self.strength.replace("_", " ").capitalize()


class Register:
    """Every duty, in the order of the files."""

    def __init__(self, duties: Iterable[Duty]) -> None:
        self._by_id = MappingProxyType({duty.id: duty for duty in duties})

    @classmethod
    def build(cls, raw: Sequence[Any], roles: Collection[str] | None = None) -> Register:
        """From the entries of the files; `roles` are the known role keys, if they are to be checked.

        Raises BadInput with a sentence for each mistake, under the duty's id.
        """
        duties: list[Duty] = []
        errors: dict[str, list[str]] = {}
        seen: set[str] = set()
        for number, entry in enumerate(raw, start=1):
            try:
                duty = _duty(read_duty(entry, number))
            except BadInput as error:
                errors |= error.errors
                continue
            if duty.id in seen:
                errors[duty.id] = [f"The duty {duty.id} is in the register twice."]
            seen.add(duty.id)
            duties.append(duty)
        for duty in duties:
            mistakes = _mistakes(duty, seen, roles)
            if mistakes:
                errors.setdefault(duty.id, []).extend(mistakes)
        if errors:
            first = next(iter(errors.values()))[0]
            raise BadInput(f"The register of duties cannot be used. {first}", errors)
        return cls(duties)

    @property
    def by_id(self) -> Mapping[str, Duty]:
        """Every duty by its id."""
        return self._by_id

    def duty(self, duty_id: str) -> Duty:
        """The duty with that id. Raises NotFound."""
        if duty_id not in self._by_id:
            raise NotFound(f"There is no duty {duty_id} in the register.")
        return self._by_id[duty_id]

    def by_area(self, area: str) -> tuple[Duty, ...]:
        """The duties of one protocol."""
        return tuple(duty for duty in self if duty.area == area)

    def by_pathway(self, pathway: str) -> tuple[Duty, ...]:
        """The duties that belong to a pathway, of every area."""
        return tuple(duty for duty in self if pathway in duty.pathway)

    def ids(self) -> frozenset[str]:
        """Every id, for the checks of a drawing."""
        return frozenset(self._by_id)

    def areas(self) -> tuple[str, ...]:
        """The areas, in the order in which they first appear."""
        return tuple(dict.fromkeys(duty.area for duty in self))

    def pathways(self) -> tuple[str, ...]:
        """The pathways, in the order in which they first appear."""
        return tuple(dict.fromkeys(pathway for duty in self for pathway in duty.pathway))

    def __iter__(self) -> Iterator[Duty]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, duty_id: object) -> bool:
        return duty_id in self._by_id


@dataclass(frozen=True)
class Coverage:
    """What meets a duty: elements of pathways as (definition, element), a named feature, or why nothing can."""

    duty: Duty
    status: Status
    elements: tuple[tuple[str, str], ...] = ()
    feature: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """JSON values only, as the command line and the JSON door tell it."""
        return {
            "id": self.duty.id,
            "area": self.duty.area,
            "clause": self.duty.clause,
            "pathway": list(self.duty.pathway),
            "strength": self.duty.strength,
            "does": self.duty.does,
            "status": self.status,
            "elements": [
                {"definition": definition, "element": element} for definition, element in self.elements
            ],
            "feature": self.feature or None,
            "reason": self.reason or None,
        }


@dataclass(frozen=True)
class CoverageNotes:
    """`features`: what in Throughcare meets a duty outside any pathway; `context`: why no software can."""

    features: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def build(cls, raw: Any, register: Register) -> CoverageNotes:
        """From `{features: {id: sentence}, context: {id: reason}}`. Raises BadInput for a duty unknown or in both."""
        if not isinstance(raw, Mapping) or set(raw) - {"features", "context"}:
            raise BadInput(
                "The notes on coverage hold “features” and “context”, each a duty id and a sentence."
            )
        features, context = dict(raw.get("features") or {}), dict(raw.get("context") or {})
        errors: dict[str, list[str]] = {}
        for duty_id, sentence in [*features.items(), *context.items()]:
            if duty_id not in register:
                errors[duty_id] = [f"There is no duty {duty_id} in the register."]
            elif not isinstance(sentence, str) or len(sentence) < 20:
                errors[duty_id] = [f"Say in a sentence what meets {duty_id}, or why nothing can."]
            elif duty_id in features and duty_id in context:
                errors[duty_id] = [f"The duty {duty_id} has both a feature and a reason for having none."]
        if errors:
            raise BadInput(next(iter(errors.values()))[0], errors)
        return cls(features, context)


def coverage(
    duties: Iterable[Duty],
    elements_by_duty: Mapping[str, Iterable[tuple[str, str]]],
    features: Mapping[str, str],
    contexts: Mapping[str, str],
) -> tuple[Coverage, ...]:
    """For each duty what meets it; an element of a pathway counts before a feature, and that before a reason."""
    return tuple(
        _covered(
            duty,
            tuple(elements_by_duty.get(duty.id, ())),
            features.get(duty.id, ""),
            contexts.get(duty.id, ""),
        )
        for duty in duties
    )


def _covered(duty: Duty, elements: tuple[tuple[str, str], ...], feature: str, reason: str) -> Coverage:
    if elements:
        return Coverage(duty, "pathway", elements=elements, feature=feature)
    if feature:
        return Coverage(duty, "feature", feature=feature)
    return Coverage(duty, "context", reason=reason) if reason else Coverage(duty, "open")


def _mistakes(duty: Duty, ids: Collection[str], roles: Collection[str] | None) -> list[str]:
    at = f"The duty {duty.id}"
    unknown = [other for other in duty.see_also if other not in ids]
    found = [f"{at} refers to {other}, which is not in the register." for other in unknown]
    if roles is not None:
        named = dict.fromkeys((*duty.actor, *duty.participants))
        found += [f"{at} names the role “{role}”, which is unknown." for role in named if role not in roles]
    return found


def _duty(loaded: dict[str, Any]) -> Duty:
    stated, unclear = loaded.pop("deadline"), loaded.pop("ambiguity")
    if stated is not None:
        recurrence = stated.pop("recurrence", None)
        loaded["deadline"] = StatedDeadline(
            **stated, recurrence=Recurrence(**recurrence) if recurrence else None
        )
    if unclear is not None:
        keys = unclear.get("parameter", "").split(",")
        parameters = tuple(key.strip() for key in keys if key.strip())
        loaded["ambiguity"] = Ambiguity(unclear["issue"], unclear["default"], parameters)
    loaded["evidence"] = tuple(Evidence(**shown) for shown in loaded["evidence"])
    return Duty(**{"deadline": None, **loaded})
