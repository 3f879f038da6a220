"""Finding a child: by name however it is spelt, by date of birth however it is typed, by a number; best first.

The keys of `app.domain.finding` bring those who may be meant; rapidfuzz puts them in order. What was typed is kept
with the person for some hours, so that no address and no log holds a name and the Back button still works.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from math import ceil

from rapidfuzz import fuzz
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.clock import now
from app.domain.finding import (
    NUMBERS,
    REFERENCE,
    Sought,
    day_keys,
    full_key,
    likely_keys,
    plain_number,
    read_words,
    sure_keys,
)
from app.domain.ids import new_id
from app.domain.names import forms_of, sound, tokens
from app.services.child_rows import ChildRow, child_row
from app.store import audit
from app.store.audit import Entry
from app.store.children import CHILD, Child
from app.store.db import reading, table_of, transaction
from app.store.finding import ChildKey, ChildSearch, ChildSeen
from app.store.record_rules import is_open_to
from app.store.ties import sees_child
from app.store.upsert import put

MOST_FOUND = 25
MOST_LOOKED_AT, AT_ONCE, MOST_RANKED = 6000, 1000, 300
MOST_SEEN = 10
LONGEST = 200
KEPT = timedelta(hours=12)
SHARE_OF_KEYS = 0.2  # of the keys that were looked for, a child must have so many to be looked at
ENOUGH = 55  # of 100: below, a name is another name


@dataclass(frozen=True)
class Found(ChildRow):
    """A child who was found, and why: “Name sounds the same”, “Prison number”."""

    why: str = ""


@dataclass(frozen=True)
class Search:
    """A search that a person comes back to."""

    id: str
    words: str
    found: tuple[Found, ...]


def look_up(viewer: Viewer, words: str) -> str:
    """Search, keep what was typed for the person for some hours, and audit that (not what) was searched; its id."""
    words = words.strip()[:LONGEST]
    found = search(viewer, words)
    search_id = new_id()
    with transaction() as session:
        own = ChildSearch.authority_id == viewer.authority_id
        session.execute(delete(ChildSearch).where(own, ChildSearch.at < now() - KEPT))
        session.execute(
            insert(ChildSearch).values(
                authority_id=viewer.authority_id,
                id=search_id,
                person_id=viewer.person_id,
                words=words,
                at=now(),
            )
        )
        entry = Entry(
            kind="children_searched",
            person_id=viewer.person_id,
            facts={"by": list(read_words(words).kinds), "found": len(found)},
        )
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"search:{search_id}")
    return search_id


def again(viewer: Viewer, search_id: str) -> Search | None:
    """A search of this person's, with what it finds now; None when there is no such search (any more)."""
    require(viewer, "search_children", AuthorityThing(viewer.authority_id))
    with reading() as session:
        words = session.scalar(
            select(ChildSearch.words).where(
                ChildSearch.authority_id == viewer.authority_id,
                ChildSearch.id == search_id,
                ChildSearch.person_id == viewer.person_id,
            )
        )
    return None if words is None else Search(search_id, words, tuple(search(viewer, words)))


def search(viewer: Viewer, words: str) -> list[Found]:
    """Children the viewer may see whom the words fit, best first; at most 25.

    A caseworker also finds, by a full number or by full name and date of birth, a child of the other agency, so
    that no second record is made; nothing but the match itself is shown of that child.
    """
    require(viewer, "search_children", AuthorityThing(viewer.authority_id))
    sought = read_words(words[:LONGEST])
    sure, likely = sure_keys(sought), likely_keys(sought)
    days = day_keys(sought)
    with reading() as session:
        ranked: dict[str, tuple[float, Found]] = {}
        for child in _seen_under(session, viewer, likely, ceil(len(likely) * SHARE_OF_KEYS)):
            _rank(ranked, child, sought)
        for child in _seen_under(session, viewer, days, 1):
            _rank(ranked, child, sought)
        for child_id, found in _surely(session, viewer, sure).items():
            if child_id not in ranked or found.why != "Name and date of birth":
                ranked[child_id] = (200, found)
    best = sorted(
        ranked.values(), key=lambda one: (-one[0], one[1].family_name, one[1].given_name, one[1].id)
    )
    return [found for _, found in best[:MOST_FOUND]]


def match(
    viewer: Viewer,
    given_name: str,
    family_name: str,
    date_of_birth: date | None,
    numbers: Iterable[tuple[str, str]] = (),
    *,
    but: str | None = None,
) -> list[Found]:
    """Records with exactly this name and date of birth, or one of these numbers, whoever works with the child.

    For those who may make records only. `but` is the record that is being changed itself.
    """
    keys = {f"#{kind}:{plain_number(number)}" for kind, number in numbers if plain_number(number)}
    if date_of_birth is not None:
        keys.add(full_key(given_name, family_name, date_of_birth))
    with reading() as session:
        found = _surely(session, viewer, keys)
        return [one for child_id, one in found.items() if child_id != but]


def alike(
    viewer: Viewer, given_name: str, family_name: str, born: date | None, *, but: str | None = None
) -> list[Found]:
    """Children whom the viewer sees and who may be this one: nearly the same name with the same date of birth.

    Where no date of birth is known, those of the same name.
    """
    words = f"{given_name} {family_name} {born or ''}"
    end = "and date of birth" if born else "Name"
    return [one for one in search(viewer, words) if one.why.endswith(end) and one.id != but and one.can_open]


def remember_seen(viewer: Viewer, child_id: str) -> None:
    """The viewer has opened the child's page: it stands first among those whom they saw last."""
    seen = (ChildSeen.authority_id == viewer.authority_id, ChildSeen.person_id == viewer.person_id)
    with reading() as session:
        last = session.scalar(
            select(ChildSeen.child_id).where(*seen).order_by(ChildSeen.seen_at.desc()).limit(1)
        )
    if last == child_id:
        return
    row = {
        "authority_id": viewer.authority_id,
        "person_id": viewer.person_id,
        "child_id": child_id,
        "seen_at": now(),
    }
    with transaction() as session:
        put(session, table_of(ChildSeen), [row], replace=("seen_at",))


def recently_seen(viewer: Viewer) -> list[ChildRow]:
    """The last ten children whose pages the viewer opened and may still see, the latest first."""
    with reading() as session:
        seen = (
            select(Child)
            .join(
                ChildSeen,
                (ChildSeen.authority_id == Child.authority_id) & (ChildSeen.child_id == Child.id),
            )
            .where(
                ChildSeen.authority_id == viewer.authority_id,
                ChildSeen.person_id == viewer.person_id,
                Child.kind == CHILD,
                sees_child(viewer, Child.authority_id, Child.id),
            )
            .order_by(ChildSeen.seen_at.desc())
            .limit(MOST_SEEN)
        )
        return [child_row(child) for child in session.scalars(seen)]


def _seen_under(session: Session, viewer: Viewer, keys: Collection[str], at_least: int) -> list[Child]:
    """Children whom the viewer sees and who have at least so many of the keys; those with most of them."""
    if not keys:
        return []
    hits = (
        select(ChildKey.child_id)
        .where(ChildKey.authority_id == viewer.authority_id, ChildKey.key.in_(sorted(keys)))
        .group_by(ChildKey.child_id)
        .having(func.count() >= at_least)
        .order_by(func.count().desc(), ChildKey.child_id)
        .limit(MOST_LOOKED_AT)
    )
    likely = list(
        session.scalars(hits)
    )  # first: in one statement, a database without statistics joins the slow way
    seen: list[Child] = []
    for ids in (likely[at : at + AT_ONCE] for at in range(0, len(likely), AT_ONCE)):
        query = select(Child).where(
            Child.authority_id == viewer.authority_id,
            Child.id.in_(ids),
            Child.kind == CHILD,
            sees_child(viewer, Child.authority_id, Child.id),
        )
        order = {child_id: place for place, child_id in enumerate(ids)}
        seen += sorted(session.scalars(query), key=lambda child: order[child.id])
        if len(seen) >= MOST_RANKED:
            break
    return seen[:MOST_RANKED]


def _surely(session: Session, viewer: Viewer, keys: Collection[str]) -> dict[str, Found]:
    """Who has one of these keys that say who it is; of children whom the viewer does not see, for caseworkers only."""
    if not keys:
        return {}
    rows = session.execute(
        select(Child, ChildKey.key, sees_child(viewer, Child.authority_id, Child.id).label("is_seen"))
        .join(ChildKey, (ChildKey.authority_id == Child.authority_id) & (ChildKey.child_id == Child.id))
        .where(
            ChildKey.authority_id == viewer.authority_id,
            ChildKey.key.in_(sorted(keys)),
            Child.kind == CHILD,
            is_open_to(viewer, Child.id),
        )
        .order_by(Child.id, ChildKey.key)
    )
    links = may(viewer, "create_child", AuthorityThing(viewer.authority_id))
    found: dict[str, Found] = {}
    for child, key, is_seen in rows:
        if is_seen or links:
            found.setdefault(child.id, _found(child_row(child, can_open=bool(is_seen)), _of_key(key)))
    return found


def _of_key(key: str) -> str:
    kind = key.partition(":")[0].removeprefix("#")
    return {REFERENCE: "Reference", **NUMBERS}.get(kind, "Name and date of birth")


def _found(row: ChildRow, why: str) -> Found:
    return Found(**{one.name: getattr(row, one.name) for one in fields(row)}, why=why)


def _rank(ranked: dict[str, tuple[float, Found]], child: Child, sought: Sought) -> None:
    """Put the child where the words rank it, unless they name somebody else."""
    score, why = _by_name(sought.names, child) if sought.names else (0.0, "")
    born = child.date_of_birth
    if born is not None and born in sought.days:
        score, why = score + 60, f"{why} and date of birth" if why else "Date of birth"
    elif born is not None and sought.days and _is_turned(born, sought.days):
        words = "date of birth with day and month the other way round"
        score, why = score + 40, f"{why} and {words}" if why else words.capitalize()
    elif sought.days and born is not None and why:
        score, why = score - 20, f"{why}, but another date of birth"
    if why:
        ranked[child.id] = max(
            ranked.get(child.id, (0.0, _found(child_row(child), why))), (score, _found(child_row(child), why)),
            key=lambda one: one[0],
        )  # fmt: skip


def _is_turned(born: date, days: Collection[date]) -> bool:
    return born.day <= 12 and date(born.year, born.day, born.month) in days


def _by_name(sought: tuple[str, ...], child: Child) -> tuple[float, str]:
    """How well the names fit, of 100, and in which way; nothing when too little does."""
    given, family = tokens(child.given_name), tokens(child.family_name)
    theirs = [*given, *family, *(("".join(family),) if len(family) > 1 else ())]
    scores: list[tuple[float, str]] = []
    for name in sought:
        best = max(((*_alike(name, one), one) for one in theirs), default=(0.0, "", ""))
        scores.append((best[0], best[1]))
        if best[0] and best[2] in theirs:
            theirs.remove(best[2])
    total = sum(score for score, _ in scores) / len(scores)
    if total < ENOUGH:
        return 0.0, ""
    least = min(scores)[1] or "Part of the name"
    turned = least == "Name" and len(sought) > 1 and sought[0] in family and sought[-1] in given
    return total, "First and last name the other way round" if turned else least


def _alike(typed: str, name: str) -> tuple[float, str]:
    if typed == name:
        return 100.0, "Name"
    if len(typed) > 1 and name.startswith(typed):
        return 92.0, "Beginning of the name"
    if name in forms_of(typed):
        return 88.0, "Another form of the name"
    likeness = fuzz.ratio(typed, name)
    if sound(typed) == sound(name) and likeness >= 40:
        return 70.0 + likeness / 7, "Name sounds the same"
    if likeness >= 72:
        return likeness * 0.85, "Name is spelt nearly the same"
    return 0.0, ""
