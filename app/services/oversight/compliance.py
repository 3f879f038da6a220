"""Compliance: the share that was met on time, by duty, clause, step, pathway, team, agency and month; why it was late.

One statement counts everything that a page shows, as groups of tasks that are the same in each of these ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import small_numbers
from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import NotFound
from app.domain.late_reasons import REASONS
from app.domain.roles import AGENCY_NAMES
from app.services import lists, pathway_view, reference
from app.services.oversight.compliance_groups import NONE, WAYS, Group, Share, counted, keys_by
from app.services.oversight.compliance_rules import (
    LIMITS,
    PARTNERSHIP,
    Asked,
    conditions,
    month_of,
    outcome,
)
from app.services.oversight.compliance_rules import period as chosen_period
from app.services.oversight.scope import Scope, scope
from app.store.db import reading
from app.store.people import teams
from app.store.tasks import LateReason, UserTask

NOTHING = MappingProxyType(dict.fromkeys(LIMITS, Share()))
APART = ("waiting", "not_needed", "cancelled")
"""What is neither met nor missed."""
_WHY = MappingProxyType({**REASONS, NONE: "Nobody has said why yet"})


@dataclass(frozen=True)
class Line:
    """One line of a table: its shares by the keys of LIMITS.

    `hidden` has what of it may not be shown: keys of LIMITS, and of APART.
    """

    key: str
    words: str
    note: str
    shares: Mapping[str, Share]
    not_needed: int
    cancelled: int
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReasonLine:
    """Why tasks missed their due date; key NONE for those of which nobody has said it yet."""

    key: str
    words: str
    number: int
    is_hidden: bool = False


@dataclass(frozen=True)
class Figures:
    """Everything that the page shows. `months` are the lines of the trend, one for every month of the period."""

    total: Line
    lines: tuple[Line, ...]
    months: tuple[Line, ...]
    reasons: tuple[ReasonLine, ...]


def asked(viewer: Viewer, team: str = "", first: str = "", last: str = "", pathway: str = "") -> Asked:
    """What a page looks at: the viewer's own teams in the last three months, unless other words say otherwise.

    `team` may also be PARTNERSHIP. Raises NotFound, BadInput.
    """
    months = chosen_period(first, last)
    if team == PARTNERSHIP:
        with reading() as session:
            everyone = tuple(
                lists.TeamRow(one.id, one.name, one.agency) for one in teams(session, viewer.authority_id)
            )
        offered = tuple(lists.teams_of(viewer))
        return Asked(Scope(PARTNERSHIP, everyone, offered, None, pathway or None), months)
    return Asked(scope(viewer, team, None, pathway or None), months)


def figures(viewer: Viewer, looked_at: Asked, by: str, *, is_shared: bool = False) -> Figures:
    """The figures of what is looked at by one of WAYS. Small numbers are hidden where `is_shared`, and wherever the
    viewer may not see the children behind them. Raises NotFound.
    """
    require(viewer, "see_compliance", AuthorityThing(viewer.authority_id))
    if by not in WAYS:
        raise NotFound()
    with reading() as session:
        groups = counted(session, viewer, looked_at)
        reasons = _reasons(session, viewer, looked_at)
        told = _words(session, viewer, by)
    months = _lines(groups, keys_by("month"), lambda key: (month_in_words(key), ""))
    months = tuple(_month(months, day) for day in looked_at.period.months)
    lines = tuple(reversed(months)) if by == "month" else _lines(groups, keys_by(by), told)
    found = Figures(_sum(groups), lines, months, reasons)
    return _without_small(found) if is_shared or not looked_at.names_children(viewer) else found


def line_in_words(viewer: Viewer, by: str, key: str, reason: str = "") -> tuple[str, str]:
    """What a line is called, and a note to it; the words of a reason where that narrows it. Empty for all tasks."""
    if reason:
        return _WHY.get(reason, reason), ""
    if not key:
        return "", ""
    if by == "month":
        return month_in_words(key), ""
    with reading() as session:
        return _words(session, viewer, by)(key)


def _words(session: Session, viewer: Viewer, by: str) -> Callable[[str], tuple[str, str]]:
    """What a line is called, and a note to it, by its key."""
    if by == "team":
        named = {team.id: team.name for team in teams(session, viewer.authority_id)}
        return lambda key: (named.get(key, "No team"), "")
    if by == "agency":
        return lambda key: (AGENCY_NAMES.get(key, key), "")
    names = pathway_view.names(viewer)
    if by == "pathway":
        return lambda key: (names.get(key, key), "")
    if by == "step":
        return lambda key: ("", names.get(key.partition(":")[0], ""))
    known = reference.register().by_id
    if by == "clause":
        return lambda key: ("No clause", "") if key == NONE else (f"Clause {key.partition(':')[2]}", "")
    return lambda key: (key, known[key].sentence) if key in known else ("No duty", "")


def _lines(
    groups: Iterable[Group],
    keys: Callable[[Group], tuple[str, ...]],
    told: Callable[[str], tuple[str, str]],
) -> tuple[Line, ...]:
    found: dict[str, list[Group]] = {}
    for group in groups:
        for key in keys(group):
            found.setdefault(key, []).append(group)
    lines = []
    for key, own in found.items():
        words, note = told(key)
        lines.append(replace(_sum(own), key=key, words=words or own[0].name, note=note))
    return tuple(
        sorted(lines, key=lambda line: (line.key == NONE, -line.shares["due"].missed, line.words, line.key))
    )


def _sum(groups: Iterable[Group]) -> Line:
    numbers = {limit: [0, 0, 0] for limit in LIMITS}
    not_needed = cancelled = 0
    for group in groups:
        for limit, total in numbers.items():
            share = group.shares[limit]
            total[0] += share.met
            total[1] += share.missed
            total[2] += share.waiting
        not_needed, cancelled = not_needed + group.not_needed, cancelled + group.cancelled
    return Line("", "All", "", {limit: Share(*numbers[limit]) for limit in LIMITS}, not_needed, cancelled)


def _month(lines: tuple[Line, ...], day: date) -> Line:
    key = month_of(day)
    return next(
        (line for line in lines if line.key == key), Line(key, month_in_words(key), "", NOTHING, 0, 0)
    )


def month_in_words(key: str) -> str:
    """ "November 2026" """
    return date.fromisoformat(f"{key}-01").strftime("%B %Y")


def _reasons(session: Session, viewer: Viewer, looked_at: Asked) -> tuple[ReasonLine, ...]:
    query = (
        select(LateReason.reason, func.count().label("number"))
        .select_from(UserTask)
        .outerjoin(
            LateReason,
            (LateReason.authority_id == UserTask.authority_id) & (LateReason.task_id == UserTask.id),
        )
        .where(*conditions(viewer, looked_at), outcome("due", "missed"))
        .group_by(LateReason.reason)
    )
    numbers = {row.reason or NONE: row.number for row in session.execute(query)}
    return tuple(ReasonLine(key, words, numbers[key]) for key, words in _WHY.items() if key in numbers)


def _without_small(found: Figures) -> Figures:
    """What is neither met nor missed stays in the total alone, since a line could be had by taking the others away."""
    reasons = small_numbers.hidden_keys({line.key: (line.number,) for line in found.reasons})
    (total,) = _hide((found.total,))
    apart = {
        "waiting": [share.waiting for share in total.shares.values()],
        "not_needed": [total.not_needed],
        "cancelled": [total.cancelled],
    }
    small = {name for name, numbers in apart.items() if any(map(small_numbers.is_small, numbers))}
    return Figures(
        replace(total, hidden=total.hidden | small),
        tuple(replace(line, hidden=line.hidden | set(APART)) for line in _hide(found.lines)),
        tuple(replace(line, hidden=line.hidden | set(APART)) for line in _hide(found.months)),
        tuple(replace(line, is_hidden=line.key in reasons) for line in found.reasons),
    )


def _hide(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    hidden = {
        limit: small_numbers.hidden_keys(
            {line.key: (line.shares[limit].met, line.shares[limit].missed) for line in lines}
        )
        for limit in LIMITS
    }
    return tuple(
        replace(line, hidden=frozenset(limit for limit in LIMITS if line.key in hidden[limit]))
        for line in lines
    )
