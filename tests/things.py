"""One of everything that an address can name, for the tests that go through every route."""

from __future__ import annotations

import json
from datetime import timedelta

from app.domain.access import Viewer
from app.domain.clock import now, today
from app.domain.ids import new_id
from app.engine.blank import blank
from app.engine.contracts import Bundle
from app.services import (
    absences,
    accounts,
    advance,
    askings,
    beside_task,
    children,
    comments,
    documents,
    instances,
    lists,
    messages,
    plans,
    siblings,
    task_life,
    tasks,
)
from app.services.absences import Plan
from app.services.documents import Given
from app.services.workbench import drafting, publishing, simulations
from app.store.db import transaction
from app.store.incidents import Incident
from app.store.moving import MovedInstance, Moving
from app.store.work import RecordedAppointment
from app.store.workbench import ForeignFile

OF_ONE_AUTHORITY = frozenset(
    {
        "child_id",
        "instance_id",
        "task_id",
        "team_id",
        "incident_id",
        "status_id",
        "absence_id",
        "person_id",
        "asking_id",
        "comment_id",
        "plan_id",
        "completed_id",
        "open_id",
        "document_id",
        "appointment_id",
        "sibling_id",
        "message_id",
        "migration_id",
        "simulation_id",
        "file_id",
    }
)
"""Parts of an address that name something which only some people may see."""
SAME_FOR_ALL = {
    "key": "remand_yda",
    "pathway": "remand_yda",
    "name": "remand_ended",
    "which": "breached",
    "page": "help",
    "guide": "practitioner",
    "duty_id": "WAN-8-10",
    "size": "normal",
    "number": "1",
    "element_id": "record_first_visit",
    "form_key": "remand_yda/record_first_visit",
    "position": "1",
    "flow_id": "is_child_known__agree_team",
    "section": "deadlines",
    "item": "remand.first_meeting",
    "side": "new",
    "of": "version-1",
    "place": "act_on_safety_concern",
    "rule": "deadline_without_duty",
    "report": "bed-nights",
}
"""Parts of an address that name something which belongs to no authority."""
ANSWERS = {
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}


NEW_DATE = {
    "kind": "hearing",
    "held_on": (today() + timedelta(days=60)).isoformat(),
    "held_time": None,
    "reason": None,
}


def one_of_everything() -> dict[str, str]:
    """Makes it in Wandsworth, within an application context; the ids by the names that addresses have for them.

    A child with a remand that began an hour ago, a task of its, a team, an incident, an absence, a question, a comment.
    """
    dora = accounts.viewer_named("dora@wandsworth.example")
    child_id = children.search(dora, "robin placeholder")[0].id
    began = (now() - timedelta(hours=1)).isoformat()
    instance_id = instances.start(dora, "remand_yda", child_id, {**ANSWERS, "remanded_at": began})
    task = next(task for task in lists.my_work(dora).tasks if task.instance_id == instance_id)
    incident = Incident(
        authority_id="wandsworth",
        id=new_id(),
        child_id=child_id,
        instance_id=instance_id,
        definition_key="remand_yda",
        element_id=None,
        sentence="A step could not be taken.",
        command={"do": "fire"},
        created_at=now(),
        resolved_at=None,
        resolved_by=None,
    )
    with transaction() as session:
        session.add(incident)
        incident_id = incident.id
    corin, bo = (accounts.viewer_named(f"{name}@wandsworth.example").person_id for name in ("corin", "bo"))
    return {
        "child_id": child_id,
        "instance_id": instance_id,
        "task_id": task.id,
        "team_id": "looked_after",
        "incident_id": incident_id,
        "absence_id": absences.record(
            dora, Plan(corin, bo, today(), today() + timedelta(days=7), "Ring the court.")
        ),
        "person_id": corin,
        "appointment_id": _meeting(dora, child_id, instance_id),
        **_said_in(dora, task.id),
        "plan_id": plans.make(dora, child_id),
        **_in_every_state(dora, instance_id),
        "sibling_id": _sister_of(dora, child_id),
        "message_id": messages.send(dora, instance_id, "hearing_date_set", NEW_DATE),
        **_on_the_workbench(),
        "migration_id": _moved(dora, instance_id),
        "simulation_id": simulations.begin(dora, "remand_yda", start=now()),
        "document_id": documents.add(
            dora, child_id, Given(b"%PDF-1.7 made up", "Remand order"), scan_command=None
        ),
    }


def _in_every_state(viewer: Viewer, instance_id: str) -> dict[str, str]:
    """A task that is completed, and an open one that may be set aside."""
    found = lists.my_work(viewer, lists.Filters(who="team")).tasks
    own = [task for task in found if task.instance_id == instance_id]
    done = next(task for task in own if task.element_id == "start_resettlement_planning")
    tasks.complete(viewer, done.id, {"started_on": today().isoformat()})
    aside = next(task for task in own if "set_aside" in task_life.of_task(viewer, task.id).can)
    return {"completed_id": done.id, "open_id": aside.id}


def _sister_of(viewer: Viewer, child_id: str) -> str:
    sister = children.create(viewer, given_name="Ada", family_name="Placeholder", date_of_birth=None)
    siblings.link(viewer, child_id, sister)
    return sister


def _said_in(viewer: Viewer, task_id: str) -> dict[str, str]:
    """A question and a comment of a task."""
    day = (today() + timedelta(days=7)).isoformat()
    asked = {
        "who": "role:virtual_school",
        "question": "How is school?",
        "wanted_on": day,
        "need": "optional",
    }
    askings.ask(viewer, task_id, asked)
    comments.add(viewer, task_id, "The school has been rung.")
    beside = beside_task.show(viewer, task_id)
    return {"asking_id": beside.askings[0].id, "comment_id": beside.comments[0].id}


def _moved(viewer: Viewer, instance_id: str) -> str:
    """A batch of pathways that was moved to another version: one could not be."""
    with transaction() as session:
        instance = advance.lock(session, viewer.authority_id, instance_id)
        moving = Moving(
            authority_id=viewer.authority_id,
            id=new_id(),
            key=instance.definition_key,
            to_version_id=instance.version_id,
            choices={},
            names={},
            reason="The protocol has changed.",
            asked_at=now(),
            asked_by=viewer.person_id,
            asked_by_name=viewer.name,
            finished_at=now(),
        )
        session.add(moving)
        session.flush()
        session.add(
            MovedInstance(
                authority_id=viewer.authority_id,
                moving_id=moving.id,
                instance_id=instance_id,
                child_id=instance.child_id,
                from_version_id=instance.version_id,
                state="blocked",
                sentence="“Visit” is open, and the new version does not have this step at that place.",
                rows_before=[],
                dates=[],
            )
        )
        return str(moving.id)


def _on_the_workbench() -> dict[str, str]:
    """A draft, and another that waits for a second person. They belong to no authority; designers alone see them."""
    desi = accounts.viewer_named("desi@wandsworth.example")
    waiting = drafting.new_pathway(desi, "Made up for a test")
    return {
        "draft_id": drafting.open_draft(desi, "remand_yda"),
        "file_id": _foreign_file(desi),
        "publication_id": publishing.ask(desi, waiting, revision=1, words="It is new."),
    }


def _foreign_file(viewer: Viewer) -> str:
    """What came of a file that a designer has looked at; no file is read for it."""
    change = {
        "element": "a",
        "rule": "data",
        "sentence": "The data store “Files” was taken out.",
        "loses": True,
    }
    left = {"element": "l", "rule": "role", "severity": "error", "sentence": "The lane “Boss” is no role."}
    drawn = Bundle(
        "made_elsewhere", {"made_elsewhere/made_elsewhere.bpmn": blank("made_elsewhere", "x", "Boss")}
    )
    said = {
        "file": "elsewhere.bpmn",
        "pathways": [{"key": drawn.key, "name": "Made elsewhere", "left_to_do": [left]}],
        "bundles": [{"key": drawn.key, "files": drawn.files, "forms": {}}],
        "changes": [change, {**change, "rule": "decision", "loses": False}],
    }
    with transaction() as session:
        row = ForeignFile(
            authority_id=viewer.authority_id,
            id=new_id(),
            name="elsewhere.bpmn",
            report=json.dumps(said),
            looked_at=now(),
            looked_at_by=viewer.person_id,
        )
        session.add(row)
        return row.id


def _meeting(viewer: Viewer, child_id: str, instance_id: str) -> str:
    """A meeting of a pathway that a form has recorded; its id."""
    with transaction() as session:
        meeting = RecordedAppointment(
            authority_id=viewer.authority_id,
            id=new_id(),
            child_id=child_id,
            instance_id=instance_id,
            task_id=None,
            kind="meeting",
            name="Remand planning meeting",
            on_day=today() + timedelta(days=4),
            at=None,
            moves=0,
            recorded_at=now(),
            recorded_by=viewer.person_id,
        )
        session.add(meeting)
        return meeting.id
