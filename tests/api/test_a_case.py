"""A child's remand, from the first call to the first visit, through the JSON door alone, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.domain.clock import SimulatedClock
from tests.api.conftest import OtherSystem

pytestmark = pytest.mark.usefixtures("clock")
Connect = Callable[..., OtherSystem]
REMAND = {
    "looked_after_before": False,
    "known_to_csc": True,
    "has_social_worker": True,
    "safety_concern": False,
}


def made(system: OtherSystem, **changed: Any) -> Any:
    """A record of a child, made by another system."""
    child = {
        "given_name": "Kit",
        "family_name": "Invented",
        "date_of_birth": "2010-03-04",
        "authority": "wandsworth",
        "identifiers": {"mosaic": "M-100200"},
        **changed,
    }
    return system.ask("POST", "/children", status=201, json=child)


def started(system: OtherSystem, child_id: str, **sent: Any) -> Any:
    """A remand of the child that began at half past eight this morning."""
    return system.ask(
        "POST",
        "/instances",
        status=201,
        json={
            "pathway": "remand_yda",
            "child_id": child_id,
            "started_at": "2026-12-01T08:30:00",
            "variables": REMAND,
        },
        **sent,
    )


def test_a_remand_is_recorded_worked_and_told_through_the_door(connect: Connect) -> None:
    # given: the court system of the youth justice service, and a child whom nobody knows yet
    yjs = connect("dora")
    child = made(yjs)
    assert (child["authority"], child["identifiers"]) == ("wandsworth", {"mosaic": "M-100200"})
    assert [one["id"] for one in yjs.ask("GET", "/children?q=kit invented")["items"]] == [child["id"]]
    assert yjs.ask("GET", "/children?q=M-100200")["total"] == 1

    # when: the remand is started, in words that GET /pathways names
    [pathway] = [
        one for one in yjs.ask("GET", "/pathways?page_size=200")["items"] if one["key"] == "remand_yda"
    ]
    asked = [field for field in pathway["start_form"]["fields"] if field["required"]]
    needed = {field["key"] for field in asked if not field["is_conditional"]}
    remand = started(yjs, child["id"])

    # then: it stands where it should, and counts from the moment in the request, in London's time
    assert needed <= {*REMAND, "remanded_at"}
    assert remand["started_at"] == "2026-12-01T08:30:00+00:00"
    assert (remand["state"], remand["pathway"], remand["version"]) == ("running", "remand_yda", 1)
    assert yjs.ask("GET", f"/instances?child_id={child['id']}&state=running")["total"] >= 1

    # and: the tasks are there with their reason, and one of social care's is drafted and completed
    tasks = yjs.ask("GET", f"/tasks?instance_id={remand['id']}&state=open&page_size=200")["items"]
    assert tasks
    assert all(
        task["child_id"] == child["id"] and task["due_explanation"] for task in tasks if task["due_at"]
    )
    csc = connect("mo")
    mine = csc.ask("GET", f"/tasks?child_id={child['id']}&state=open&page_size=200")["items"]
    for written in ("false", "False", "0"):
        address = f"/tasks?child_id={child['id']}&state=open&overdue={written}&page_size=200"
        assert csc.ask("GET", address)["total"] == len(mine)
    assert csc.ask("GET", "/tasks?overdue=no", status=422)["errors"]["overdue"] == ["Choose true or false."]
    shown = next(
        task
        for task in (csc.ask("GET", f"/tasks/{one['id']}") for one in mine)
        if task["form"] and task["duty"]
    )
    assert "complete" in shown["can"]
    assert shown["due"]["explanation"] == shown["due_explanation"]
    answers = simplest(shown["form"], today="2026-12-01")
    draft = csc.ask("PUT", f"/tasks/{shown['id']}/draft", json={"answers": answers, "version": 0})
    assert draft["version"] == 1
    assert csc.ask("GET", f"/tasks/{shown['id']}")["draft"]["answers"] == answers
    done = csc.ask("POST", f"/tasks/{shown['id']}/complete", json={"answers": answers})
    assert (done["state"], done["completed_by"]) == ("completed", "Mo Manager")
    again = csc.ask("POST", f"/tasks/{shown['id']}/complete", status=409, json={"answers": answers})
    assert "Mo Manager" in again["detail"]

    # and: the timeline and the feed tell it
    told = csc.ask("GET", f"/children/{child['id']}/timeline?page_size=200")
    assert any("Completed" in line["words"] for line in told["items"])
    feed = csc.ask("GET", "/events?page_size=200")
    kinds = [event["kind"] for event in feed["items"] if event["child_id"] == child["id"]]
    assert kinds[0] == "child_created"
    assert "task_completed" in kinds
    assert csc.ask("GET", f"/events?after={feed['next_after']}")["items"] == []


def test_a_message_reaches_what_waits_for_it_and_nothing_else_is_taken(connect: Connect) -> None:
    # given
    yjs = connect("dora")
    child = made(yjs)
    remand = started(yjs, child["id"])
    assert "remand_ended" in remand["accepts"]

    # when: the court has ended the remand
    def told(**sent: Any) -> dict[str, Any]:
        return {"name": "remand_ended", "child_id": child["id"], "payload": sent}

    refused = yjs.ask("POST", "/messages", status=422, json=told())
    assert any(field.startswith("payload.") for field in refused["errors"])
    given = {"ended_at": "2026-12-01T08:45:00", "reason": "bail"}
    message = yjs.ask("POST", "/messages", status=201, key="one-call", json=told(**given))

    # then: the pathway has ended its clocks, the same call again is answered alike, and there is nothing to wait now
    assert yjs.ask("POST", "/messages", status=201, key="one-call", json=told(**given)) == message
    assert "remand_ended" not in yjs.ask("GET", f"/instances/{remand['id']}")["accepts"]
    yjs.ask("POST", "/messages", status=422, json={"name": "facts_changed", "child_id": child["id"]})
    yjs.ask("POST", "/messages", status=422, json={"name": "no_such_message", "child_id": child["id"]})


def test_a_body_of_another_kind_is_named(connect: Connect) -> None:
    yjs = connect("dora")
    for sent, named in {"text/plain": "text/plain", "": "without a content type"}.items():
        told = yjs.ask("POST", "/children", status=415, data=b"{}", headers={"Content-Type": sent})
        assert named in told["detail"]
        assert "application/json" in told["detail"]
    yjs.ask(
        "POST",
        "/children",
        status=422,
        data=b"{}",
        headers={"Content-Type": "application/JSON; charset=utf-8"},
    )


def test_the_same_request_with_the_same_key_is_done_once(connect: Connect) -> None:
    # given
    yjs = connect("dora")
    child = made(yjs, identifiers={})

    # when
    first = started(yjs, child["id"], key="retry-1")
    again = started(yjs, child["id"], key="retry-1")

    # then
    assert again == first
    assert yjs.ask("GET", f"/instances?child_id={child['id']}&pathway=remand_yda")["total"] == 1
    body = {"pathway": "remand_yda", "child_id": child["id"], "variables": {}}
    other = yjs.ask("POST", "/instances", status=422, key="retry-1", json=body)
    assert "another request" in other["detail"]
    refused = yjs.ask("POST", "/instances", status=422, key="retry-2", json=body)
    assert yjs.ask("POST", "/instances", status=422, key="retry-2", json=body) == refused
    assert refused["errors"]["variables.known_to_csc"]

    # and: a refused request has not used up its key: put right, it is done under the same, once
    right = started(yjs, made(yjs)["id"], key="retry-2")
    other = yjs.ask("POST", "/instances", status=422, key="retry-2", json=body)
    assert right["id"] != first["id"]
    assert "another request" in other["detail"]


def test_a_key_whose_worker_died_is_taken_in_again_and_still_done_once(
    connect: Connect, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the process dies after the commit and before the answer is kept
    from app.services import first_answers

    yjs = connect("dora")
    child = made(yjs)
    with monkeypatch.context() as dying:
        dying.setattr(first_answers, "finish", lambda *_: None)
        first = started(yjs, child["id"], key="died")

    # when: it is sent again at once, and a minute later
    body = {
        "pathway": "remand_yda",
        "child_id": child["id"],
        "started_at": "2026-12-01T08:30:00",
        "variables": REMAND,
    }
    yjs.ask("POST", "/instances", status=503, key="died", json=body)
    clock.move_to(datetime.fromisoformat("2026-12-01T09:02:00+00:00"))
    again = started(yjs, child["id"], key="died")

    # then
    assert again["id"] == first["id"]
    assert yjs.ask("GET", f"/instances?child_id={child['id']}&pathway=remand_yda")["total"] == 1


def test_what_is_put_right_and_what_ends_a_pathway(connect: Connect) -> None:
    # given
    yjs, manager = connect("dora"), connect("tess")
    child = made(yjs)
    remand = started(yjs, child["id"])

    # when
    changed = yjs.ask(
        "PATCH",
        f"/children/{child['id']}",
        json={"family_name": "Corrected", "identifiers": {"prison_number": "A1234BC"}},
    )

    # then: what was not sent stays
    assert changed["family_name"] == "Corrected"
    assert changed["given_name"] == "Kit"
    assert changed["identifiers"] == {"mosaic": "M-100200", "prison_number": "A1234BC"}
    yjs.ask("PATCH", f"/children/{child['id']}", status=422, json={"given_name": " "})
    yjs.ask("PATCH", f"/children/{child['id']}", status=422, json={"given_name": "Al\u0000ex"})

    # and: only a manager ends a pathway, with a reason, once
    address = f"/instances/{remand['id']}/cancel"
    connect("casey").ask("POST", address, status=403, json={"reason": "Entered twice."})
    manager.ask("POST", address, status=422, json={"reason": " "})
    assert manager.ask("POST", address, json={"reason": "Entered twice."})["state"] == "cancelled"
    manager.ask("POST", address, status=409, json={"reason": "Entered twice."})


def simplest(form: Any, *, today: str) -> dict[str, Any]:
    """Answers to what a form requires: the first choice, today, or a word."""
    found: dict[str, Any] = {}
    for field in form["fields"]:
        if not field["required"] or field["is_conditional"]:
            continue
        first = field["options"][0]["value"] if field["options"] else None
        found[field["key"]] = {
            "datetime": f"{today}T08:00:00",
            "date": today,
            "number": 1,
            "checkbox": True,
            "checklist": [first],
        }.get(field["kind"], first or "simulated")
    return found
