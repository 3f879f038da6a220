"""What stands beside a child's name on every page about the child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g

from app.domain import clock
from app.domain.finding import NUMBERS
from app.domain.moments import age_on
from app.services import facts as child_facts
from app.services.child_rows import ChildRow
from app.web import looking
from app.web.moments import moment, short_day


def identity_facts(
    child: ChildRow, identifiers: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None
) -> list[tuple[str, str]]:
    """(label, words) for the identity bar: reference, age, numbers, where the child is, the next hearing.

    Numbers are facts of the child; a page that has not read the facts need not: they are read here.
    """
    looking.shown(child.id)
    known = {**(identifiers or {}), **(child_facts.shown_to(g.viewer, child.id) if facts is None else facts)}
    lines = [("Reference", child.reference)]
    if child.is_partnership:
        return lines
    lines += [("Born", _born(child))]
    lines += [(words, str(known[key])) for key, words in NUMBERS.items() if known.get(key)]
    lines += [("Next hearing", _next_hearing(known)), ("At", str(known.get("establishment") or ""))]
    return [(label, words) for label, words in lines if words]


def _born(child: ChildRow) -> str:
    if child.date_of_birth is None:
        return "not known yet"
    return f"{short_day(child.date_of_birth)} (age {age_on(child.date_of_birth, clock.today())})"


def _next_hearing(known: Mapping[str, Any]) -> str:
    at = known.get("next_hearing_on")
    if not isinstance(at, str):
        return ""
    return moment(at) if "T" in at else short_day(at)
