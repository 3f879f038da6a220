"""One of everything that an address can name, for the tests that go through every route."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

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
    timers,
    tokens,
    webhooks,
)
from app.services.absences import Plan
from app.services.access import sharing
from app.services.documents import Given
from app.services.listing import Paged
from app.services.oversight import saved_views
from app.services.records import subject_access, taking
from app.services.records.taking import Asked
from app.services.workbench import drafting, drafts, publishing, simulations
from app.store.db import reading, transaction
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.moving import MovedInstance, Moving
from app.store.record_rules import OPENED, SHARED, RecordRule
from app.store.tasks import UserTask
from app.store.webhooks import Delivery
from app.store.work import RecordedAppointment
from app.store.workbench import ForeignFile

OF_ONE_AUTHORITY = frozenset(
    {
        "child_id",
        "instance_id",
        "task_id",
        "team_id",
        "incident_id",
        "token_id",
        "webhook_id",
        "event_id",
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
        "taking_id",
        "request_id",
        "message_id",
        "migration_id",
        "simulation_id",
        "file_id",
        "view_id",
        "escalation_id",
        "told_id",
        "rule_id",
        "opening_id",
        "asked_id",
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
    "change": "let-in",
    "act": "hold",
    "step": "words",
}
"""Parts of an address that name something which belongs to no authority."""
WITH_ITS_DUTY = '<spiffworkflow:property name="duty" value="WAN-2-01"/>'
"""What the step `place` loses in the draft, so that there is a finding to accept."""
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
        **_other_systems(),
        "absence_id": absences.record(
            dora, Plan(corin, bo, today(), today() + timedelta(days=7), "Ring the court.")
        ),
        "person_id": corin,
        "appointment_id": _meeting(dora, child_id, instance_id),
        **_said_in(dora, task.id),
        "plan_id": plans.make(dora, child_id),
        **_in_every_state(dora, instance_id),
        "sibling_id": _sister_of(dora, child_id),
        **_in_dispute(dora, child_id),
        "asked_id": _without_a_home(dora, child_id),
        "taking_id": taking.take(dora, child_id, Asked(today(), "The inspection", "Ofsted")),
        "request_id": _answered(dora, child_id),
        "message_id": messages.send(dora, instance_id, "hearing_date_set", NEW_DATE),
        **_on_the_workbench(),
        "migration_id": _moved(dora, instance_id),
        "simulation_id": simulations.begin(dora, "remand_yda", start=now()),
        "view_id": saved_views.keep(dora, "What is late", {"only": "overdue"}),
        **_of_access(dora, child_id),
        "document_id": documents.add(
            dora, child_id, Given(b"%PDF-1.7 made up", "Remand order"), scan_command=None
        ),
    }


def _other_systems() -> dict[str, str]:
    """A token that somebody has, a webhook, and an event that has not reached it."""
    ada = accounts.viewer_named("ada@wandsworth.example")
    tokens.create_here(ada, "dora@wandsworth.example", ["read"], name="A copy", days=30)
    webhook_id, _ = webhooks.add(ada, "https://receiver.example/events")
    with transaction() as session:
        session.add(
            Delivery(
                authority_id="wandsworth",
                webhook_id=webhook_id,
                event_id=new_id(),
                child_id="",
                body="{}",
                state="dead",
                attempts=11,
                next_at=now(),
                problem="It answered 500.",
            )
        )
    [sent] = webhooks.deliveries(ada, webhook_id, None, Paged(1, 1)).items
    [token] = tokens.of_authority(ada)
    return {"token_id": token.id, "webhook_id": webhook_id, "event_id": sent.event_id}


def _in_every_state(viewer: Viewer, instance_id: str) -> dict[str, str]:
    """A task that is completed, and an open one that may be set aside."""
    found = lists.my_work(viewer, lists.Filters(who="team")).tasks
    own = [task for task in found if task.instance_id == instance_id]
    done = next(task for task in own if task.element_id == "start_resettlement_planning")
    tasks.complete(viewer, done.id, {"started_on": today().isoformat()})
    aside = next(task for task in own if "set_aside" in task_life.of_task(viewer, task.id).can)
    return {"completed_id": done.id, "open_id": aside.id}


def _in_dispute(viewer: Viewer, child_id: str) -> dict[str, str]:
    """An escalation, and the task of the manager who was told by it."""
    said = {"raised_at": now().isoformat(), "kind": "disagreement", "issue": "Who goes?", "parties": ["yjs"]}
    dispute_id = instances.start(viewer, "dispute", child_id, said)
    with reading() as session:
        told = session.execute(
            select(UserTask.id, UserTask.instance_id)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(ProcessInstance.parent_id == dispute_id)
        ).one()
    return {"escalation_id": told.instance_id, "told_id": told.id}


def _of_access(viewer: Viewer, child_id: str) -> dict[str, str]:
    """A guest with whom the child is shared, and an emergency of yesterday that nobody has looked into."""
    pat, gia = (accounts.viewer_named(f"{name}@wandsworth.example").person_id for name in ("pat", "gia"))
    seen = ("pathways", "documents", "tasks")
    shared = sharing.Given(
        "probation",
        "Gia Guest",
        "The dates",
        "crime_115",
        "To plan the licence.",
        today(),
        gia,
        seen,
        today(),
    )
    sharing.share(viewer, child_id, shared)
    with transaction() as session:
        yesterday = now() - timedelta(days=1)
        opening = RecordRule(
            authority_id=viewer.authority_id,
            id=new_id(),
            child_id=child_id,
            kind=OPENED,
            person_id=pat,
            parts="",
            reason="The police had found the child.",
            from_at=yesterday,
            until_at=yesterday + timedelta(hours=1),
            by_id=pat,
        )
        session.add(opening)
        rule = session.query(RecordRule).filter_by(kind=SHARED, child_id=child_id).one()
        return {"rule_id": rule.id, "opening_id": opening.id}


def _without_a_home(viewer: Viewer, child_id: str) -> str:
    """The task by which the director is asked: the child leaves in five days, and has no home to go to."""
    leaves = (today() + timedelta(days=5)).isoformat()
    opened = {"opened_at": now().isoformat(), "release_on": leaves, "establishment": None}
    instances.start(viewer, "release_preparation", child_id, opened)
    while timers.drain():  # one goes on for five seconds, which a busy machine needs for less
        pass
    with reading() as session:
        asks = select(UserTask.id).where(UserTask.form == "release_preparation/escalate_home_to_director")
        return session.scalars(asks).one()


def _answered(viewer: Viewer, child_id: str) -> str:
    """A request for what is on record, which has been answered: so its file is there, too."""
    request_id = subject_access.receive(viewer, child_id, "The child", today())
    subject_access.release(viewer, request_id, "The child")
    return request_id


def _sister_of(viewer: Viewer, child_id: str) -> str:
    sister = children.create(viewer, given_name="Ada", family_name="Placeholder", date_of_birth=None)
    siblings.link(viewer, child_id, sister)
    return sister


def _said_in(viewer: Viewer, task_id: str) -> dict[str, str]:
    """A question and a comment of a task; and one in which a colleague mentions whoever looks."""
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
    colleague = next(
        one for one in comments.mentionable(viewer, task_id) if one.person_id != viewer.person_id
    )
    comments.add(colleague, task_id, "Ring the school again.", viewer.person_id)
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
    """A draft with a finding that nobody has accepted, and another that waits for a second person."""
    desi = accounts.viewer_named("desi@wandsworth.example")
    waiting = drafting.new_pathway(desi, "Made up for a test")
    draft = drafts.show(desi, drafting.open_draft(desi, "remand_yda"))
    files = {**draft.bundle.files, draft.bundle.main_path: draft.bundle.main.replace(WITH_ITS_DUTY, "")}
    drafting.save(desi, draft.id, revision=1, bundle=replace(draft.bundle, files=files))
    return {
        "draft_id": draft.id,
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
