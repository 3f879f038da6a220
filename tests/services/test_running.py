"""The list of pathways: what it is narrowed to is what it shows, and nothing of it is anybody's who may not see it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, NotFound
from app.services import instances
from app.services.oversight import running, running_file, saved_views
from app.services.oversight.running import ANY, Narrowed
from app.services.oversight.scope import ALL, scope
from app.store.audit import AuditEntry
from app.store.db import reading
from tests.services.test_lists import remand_of, somebody

pytestmark = pytest.mark.usefixtures("filled_app")


def of_all(viewer: Viewer, **narrowed: object) -> Narrowed:
    return Narrowed(scope(viewer, ALL), **narrowed)  # type: ignore[arg-type]


def ids(viewer: Viewer, narrowed: Narrowed, sort: str = running.NEWEST) -> list[str]:
    found = running.listed(viewer, narrowed, sort)
    assert len(found.rows) == found.total
    return [row.id for row in found.rows]


def test_each_filter_shows_those_that_it_names_and_no_others(clock: SimulatedClock) -> None:
    # given: one remand, and another that was cancelled
    alex, robin = remand_of("alex", clock), remand_of("robin", clock)
    mo, tess = somebody("mo"), somebody("tess")
    instances.cancel(tess, robin, "Entered twice.")
    version = running.versions_of(mo, "remand_yda")

    # then
    assert alex in ids(mo, of_all(mo))
    assert robin not in ids(mo, of_all(mo))
    assert robin in ids(mo, of_all(mo, state="cancelled"))
    assert {alex, robin} <= set(ids(mo, of_all(mo, state=ANY)))
    assert ids(mo, Narrowed(scope(mo, ALL, pathway="remand_yda"))) == [alex]
    assert ids(mo, Narrowed(scope(mo, ALL, pathway="remand_yda"), version=version[0])) == [alex]
    assert ids(mo, Narrowed(scope(mo, ALL, pathway="remand_yda"), version=99)) == []
    assert ids(mo, of_all(mo, first=clock.now().date() + timedelta(days=1))) == []
    assert alex in ids(mo, of_all(mo, first=clock.now().date(), last=clock.now().date()))
    assert ids(mo, of_all(mo, has_incident=True)) == []
    assert ids(mo, of_all(mo, children=())) == []

    # and: late only once something is late
    assert ids(mo, of_all(mo, is_overdue=True)) == []
    clock.move_to(clock.now() + timedelta(days=3))
    assert alex in ids(mo, of_all(mo, is_overdue=True))


def test_it_is_sorted_by_what_is_asked_for(clock: SimulatedClock) -> None:
    remand_of("alex", clock)
    remand_of("robin", clock)
    mo = somebody("mo")

    for key in running.ORDERS:
        forth, back = ids(mo, of_all(mo), key), ids(mo, of_all(mo), f"-{key}")
        assert sorted(forth) == sorted(back)
    by_child = [row.child.family_name for row in running.listed(mo, of_all(mo), "child").rows]
    assert by_child == sorted(by_child)


def test_a_manager_sees_the_pathways_of_children_whom_their_agency_knows(clock: SimulatedClock) -> None:
    remand_of("charlie", clock)  # the youth justice service alone knows Charlie, until social care is told
    tess, stranger = somebody("tess"), somebody("mo", "stockport")

    assert ids(tess, of_all(tess)) != []
    assert ids(stranger, of_all(stranger, state=ANY)) == []
    with pytest.raises(NotFound):
        running.listed(somebody("sam"), of_all(somebody("sam")))


def test_the_file_has_the_list_and_the_audit_says_who_took_it(clock: SimulatedClock) -> None:
    remand_of("alex", clock)
    mo = somebody("mo")
    _, content = running_file.as_csv(mo, of_all(mo), "child", {"team": ALL})

    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["Child"] for row in rows] == [
        row.child.name for row in running.listed(mo, of_all(mo), "child").rows
    ]
    with reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "report_exported").order_by(AuditEntry.id.desc())
        ).first()
    assert (entry.person_id, entry.facts["rows"]) == (mo.person_id, len(rows))


def test_a_view_is_its_owner_s_alone_under_a_name_that_is_theirs_once() -> None:
    mo, tess = somebody("mo"), somebody("tess")
    view_id = saved_views.keep(mo, " Stands  still ", {"only": "incident"})

    assert [(one.name, one.filters) for one in saved_views.of_viewer(mo)] == [
        ("Stands still", {"only": "incident"})
    ]
    for name in ("", "stands still", "x" * 61):
        with pytest.raises(BadInput):
            saved_views.keep(mo, name, {})
    saved_views.keep(tess, "Stands still", {})
    for act in (saved_views.one, saved_views.discard):
        with pytest.raises(NotFound):
            act(tess, view_id)
    saved_views.rename(mo, view_id, "Faults")
    assert saved_views.discard(mo, view_id) == "Faults"
    assert saved_views.of_viewer(mo) == ()
