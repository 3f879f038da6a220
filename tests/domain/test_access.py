"""The permission table as a matrix: every action, every kind of person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.access import (
    PARTS,
    TABLE,
    AuthorityThing,
    ChildThing,
    PersonThing,
    TaskThing,
    TeamThing,
    Thing,
    Viewer,
    may,
    may_be_given,
    require,
)
from app.domain.errors import NotAllowed, NotFound
from app.domain.viewer import Record


def person(name: str, *, roles: str = "", teams: str = "", agencies: str = "", **more: object) -> Viewer:
    return Viewer(
        person_id=name,
        authority_id=str(more.get("authority", "here")),
        name=name,
        roles=frozenset(roles.split()),
        team_ids=frozenset(teams.split()),
        is_admin=bool(more.get("is_admin", False)),
        agencies=frozenset(agencies.split()),
    )


PEOPLE = {
    # in the task's team, with its role
    "team": person("team", roles="social_worker", teams="cla", agencies="csc"),
    # the person it was given to, who has since moved to another team
    "assignee": person("assignee", roles="social_worker", teams="other_csc", agencies="csc"),
    # allocated to the child, from the youth justice team
    "worker": person("worker", roles="yjs_case_manager", teams="yjs", agencies="yjs"),
    # same agency and role, another team
    "colleague": person("colleague", roles="social_worker", teams="other_csc", agencies="csc"),
    # manager of the agency
    "manager": person("manager", roles="csc_team_manager", teams="csc_managers", agencies="csc"),
    # practitioner and manager of the other agency, which has no work on the child
    "partner": person("partner", roles="yjs_case_manager", teams="yjs", agencies="yjs"),
    "partner_manager": person("partner_manager", roles="yjs_team_manager", teams="yjs", agencies="yjs"),
    # an agency that answers when asked, with work on the child
    "nurse": person("nurse", roles="lac_nurse", teams="health", agencies="health"),
    "admin": person("admin", is_admin=True),
    # draws and publishes pathways
    "designer": person("designer", roles="process_designer", teams="design", agencies="design"),
    "nobody": person("nobody"),
    # looks after restricted records
    "senior": person("senior", roles="head_of_service", teams="leaders", agencies="leaders"),
    # of another agency, and sees what is shared
    "guest": person("guest", roles="guest social_worker"),
    # everything, in another authority
    "stranger": person(
        "stranger",
        roles="csc_team_manager social_worker",
        teams="cla",
        agencies="csc yjs health",
        is_admin=True,
        authority="elsewhere",
    ),
}

AUTHORITY = AuthorityThing("here")
CHILD = ChildThing("here", agencies=frozenset({"csc", "health"}), worker_ids=frozenset({"worker"}))
PARTNERSHIP = ChildThing("here", agencies=frozenset({"csc"}), is_partnership=True)
TASK = TaskThing("here", role="social_worker", team_id="cla", agency="csc", worker_ids=frozenset({"worker"}))
GIVEN = replace(TASK, assignee_id="assignee")
DONE = replace(GIVEN, completed_by="assignee")
SIGNED = replace(DONE, signed_by="partner_manager")
SENT = replace(
    TASK, role="csc_team_manager", team_id="csc_managers", worker_ids=frozenset(), author_id="assignee"
)
TEAM = TeamThing("here", team_id="cla", agency="csc")

COLLEAGUE = PersonThing("here", "colleague", agencies=frozenset({"csc"}), cover_id="team")

EVERYONE_HERE = (
    "team assignee worker colleague manager partner partner_manager nurse admin designer nobody senior"
)
GUEST_TOO = f"{EVERYONE_HERE} guest"
MANAGERS = "manager partner_manager admin senior"
CASEWORKERS = "team assignee worker colleague manager partner partner_manager"
SEE_CHILD = "team assignee worker colleague manager nurse admin"
WORK_ON_CHILD = "team assignee worker colleague manager"
SEE_CASEWORK = f"{WORK_ON_CHILD} admin"
SETTLE_STATUS = "team assignee colleague manager"

MATRIX: list[tuple[str, Thing, str]] = [
    ("see_own_work", AUTHORITY, GUEST_TOO),
    ("see_pathways", AUTHORITY, EVERYONE_HERE),
    ("see_duties", AUTHORITY, EVERYONE_HERE),
    ("simulate", AUTHORITY, EVERYONE_HERE),
    ("search_children", AUTHORITY, EVERYONE_HERE),
    ("create_child", AUTHORITY, CASEWORKERS),
    ("start_pathway", AUTHORITY, CASEWORKERS),
    ("see_incidents", AUTHORITY, MANAGERS),
    ("see_reports", AUTHORITY, MANAGERS),
    ("see_board", AUTHORITY, MANAGERS),
    ("see_retention", AUTHORITY, MANAGERS),
    ("see_running", AUTHORITY, MANAGERS),
    ("see_compliance", AUTHORITY, MANAGERS),
    ("see_escalations", AUTHORITY, MANAGERS),
    ("retry_incident", AUTHORITY, MANAGERS),
    ("see_partnership", AUTHORITY, MANAGERS),
    ("start_for_partnership", AUTHORITY, "manager partner_manager senior"),
    ("design", AUTHORITY, "admin designer"),
    ("publish", AUTHORITY, "admin designer"),
    ("migrate", AUTHORITY, "admin designer"),
    ("edit_profile", AUTHORITY, "admin designer"),
    ("manage_people", AUTHORITY, "admin"),
    ("see_letters", AUTHORITY, MANAGERS),
    ("mend_letters", AUTHORITY, "admin"),
    ("connect_systems", AUTHORITY, "admin"),
    ("see_shared", AUTHORITY, "guest"),
    ("open_in_emergency", AUTHORITY, CASEWORKERS),
    ("see_access", AUTHORITY, MANAGERS),
    ("keep_restricted", AUTHORITY, "senior"),
    ("control_access", CHILD, "manager"),
    ("control_access", PARTNERSHIP, ""),
    ("see_sharing", CHILD, SEE_CASEWORK),
    ("share", CHILD, WORK_ON_CHILD),
    ("see_plans", CHILD, SEE_CHILD),
    ("make_plan", CHILD, WORK_ON_CHILD),
    ("see_child", CHILD, SEE_CHILD),
    ("see_instance", CHILD, SEE_CHILD),
    ("edit_child", CHILD, WORK_ON_CHILD),
    ("start_pathway", CHILD, WORK_ON_CHILD),
    ("send_message", CHILD, WORK_ON_CHILD),
    ("cancel_instance", CHILD, "manager"),
    ("suspend_instance", CHILD, "manager admin"),
    ("change_course", CHILD, "manager"),
    ("correct_start", CHILD, "manager"),
    ("take_record", CHILD, "manager"),
    ("keep_record", CHILD, "manager admin"),
    ("resume_instance", CHILD, "manager admin"),
    ("see_incident", CHILD, "manager admin"),
    ("retry_incident", CHILD, "manager admin"),
    ("settle_status", CHILD, SETTLE_STATUS),
    ("see_money", CHILD, WORK_ON_CHILD),
    ("see_documents", CHILD, SEE_CASEWORK),
    ("see_timeline", CHILD, SEE_CASEWORK),
    ("see_network", CHILD, SEE_CASEWORK),
    ("add_document", CHILD, WORK_ON_CHILD),
    ("settle_status", PARTNERSHIP, ""),
    ("see_child", PARTNERSHIP, MANAGERS),
    ("see_instance", PARTNERSHIP, MANAGERS),
    ("send_message", PARTNERSHIP, "manager partner_manager senior"),
    ("cancel_instance", PARTNERSHIP, "manager partner_manager senior"),
    ("see_incident", PARTNERSHIP, MANAGERS),
    ("see_task", TASK, "team worker manager admin"),
    ("see_task", GIVEN, "team assignee worker manager admin"),
    ("claim", TASK, "team worker"),
    ("claim", GIVEN, "assignee"),
    ("release", TASK, "manager"),
    ("release", GIVEN, "assignee manager"),
    ("assign", TASK, "manager admin"),
    ("put_off", TASK, ""),
    ("put_off", GIVEN, "assignee"),
    ("save_draft", GIVEN, "team assignee worker manager"),
    ("complete", TASK, "team worker manager"),
    ("complete", GIVEN, "team assignee worker manager"),
    ("set_aside", TASK, "team worker manager"),
    ("set_aside_duty", TASK, "manager"),
    ("move_deadline", TASK, "manager"),
    ("say_why_late", TASK, "team worker manager"),
    ("acknowledge", TASK, "team assignee colleague"),
    ("acknowledge", GIVEN, "assignee"),
    ("reopen", GIVEN, "manager"),
    ("reopen", DONE, "assignee manager"),
    ("ask", TASK, "team worker manager"),
    ("comment", TASK, "team worker manager"),
    ("attach", TASK, "team worker manager"),
    ("record_elsewhere", TASK, "team worker manager"),
    ("sign_off", TASK, ""),
    ("see_task", SENT, "assignee manager admin"),
    ("comment", SENT, "assignee manager"),
    ("save_draft", SENT, ""),
    ("complete", SENT, ""),
    ("ask", SENT, ""),
    ("claim", SENT, "manager"),
    ("sign_off", SENT, "manager"),
    # signed off by somebody of another agency: they see what became of it and say whether it stands, nothing else
    ("see_task", SIGNED, "team assignee worker manager admin partner_manager"),
    ("comment", SIGNED, "team assignee worker manager"),
    ("sign_off_again", SIGNED, "partner_manager"),
    ("sign_off_again", DONE, ""),
    ("see_team", TEAM, "team manager admin"),
    ("assign_in_team", TEAM, "manager"),
    ("see_cover", AUTHORITY, EVERYONE_HERE),
    ("see_people", AUTHORITY, MANAGERS),
    ("record_absence", COLLEAGUE, "colleague manager admin"),
    ("see_absence", COLLEAGUE, "colleague team manager admin"),
    ("hand_over_work", COLLEAGUE, "manager admin"),
]


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize(("action", "thing", "allowed"), MATRIX)
def test_the_matrix_says_who_may_do_what(action: str, thing: Thing, allowed: str, name: str) -> None:
    assert may(PEOPLE[name], action, thing) is (name in allowed.split())


def test_every_action_of_the_table_has_a_row_in_the_matrix() -> None:
    assert {action for action, _, _ in MATRIX} == set(TABLE)


@pytest.mark.parametrize("action", TABLE)
@pytest.mark.parametrize("thing", [AUTHORITY, CHILD, PARTNERSHIP, TASK, GIVEN, TEAM, COLLEAGUE])
def test_a_person_of_another_authority_may_do_nothing(action: str, thing: Thing) -> None:
    assert may(PEOPLE["stranger"], action, thing) is False


def test_an_unknown_action_is_refused_even_to_an_administrator() -> None:
    assert may(PEOPLE["admin"], "delete_everything", CHILD) is False


def test_an_action_on_the_wrong_kind_of_thing_is_refused() -> None:
    assert may(PEOPLE["admin"], "see_task", CHILD) is False
    assert may(PEOPLE["admin"], "see_child", AUTHORITY) is False


def test_a_role_reaches_a_task_only_where_no_team_is_responsible() -> None:
    # given: a colleague with the role, in another team
    colleague = PEOPLE["colleague"]

    # then: the team's task is not theirs, and one without a team is
    assert not may(colleague, "complete", TASK)
    assert may(colleague, "complete", replace(TASK, team_id=None))


def test_a_person_without_a_team_does_not_reach_a_task_without_one() -> None:
    assert not may(PEOPLE["nobody"], "see_task", replace(TASK, team_id=None))


def test_what_cannot_be_seen_is_not_found_and_what_can_be_seen_is_not_allowed() -> None:
    with pytest.raises(NotFound):
        require(PEOPLE["partner"], "complete", TASK, seen_by="see_task")
    with pytest.raises(NotAllowed):
        require(PEOPLE["admin"], "complete", TASK, seen_by="see_task")
    with pytest.raises(NotFound):
        require(PEOPLE["partner"], "see_child", CHILD)
    require(PEOPLE["team"], "complete", TASK, seen_by="see_task")


@pytest.mark.parametrize(
    ("name", "expected"), [("team", True), ("colleague", True), ("partner", False), ("stranger", False)]
)
def test_a_task_is_given_to_its_team_or_to_a_holder_of_its_role(name: str, expected: bool) -> None:
    assert may_be_given(PEOPLE[name], TASK) is expected


RESTRICTED = Record(is_restricted=True, let_in=frozenset({"team"}))
SHUT_RECORD = [
    ("see_child", ChildThing("here", CHILD.agencies, CHILD.worker_ids, record=RESTRICTED), "team"),
    ("see_documents", ChildThing("here", CHILD.agencies, CHILD.worker_ids, record=RESTRICTED), "team"),
    ("complete", replace(GIVEN, record=RESTRICTED), "team"),
    ("see_task", replace(GIVEN, record=RESTRICTED), "team"),
]


@pytest.mark.parametrize(("action", "thing", "allowed"), SHUT_RECORD)
def test_a_restricted_record_is_open_to_who_is_named_alone(action: str, thing: Thing, allowed: str) -> None:
    assert {name for name, viewer in PEOPLE.items() if may(viewer, action, thing)} == set(allowed.split())


def test_the_emergency_duty_team_and_the_machine_s_operator_see_a_restricted_record() -> None:
    shut = replace(CHILD, record=RESTRICTED)

    assert may(person("night", roles="emergency_duty_team", agencies="csc"), "edit_child", shut)
    assert may(replace(PEOPLE["admin"], is_operator=True), "retry_incident", shut)


def test_an_emergency_opens_to_read_and_to_nothing_else() -> None:
    opened = replace(RESTRICTED, opened=frozenset({"assignee", "partner"}))
    child, task = replace(CHILD, record=opened), replace(GIVEN, record=opened)

    for name in ("assignee", "partner"):
        assert may(PEOPLE[name], "see_timeline", child)
        assert may(PEOPLE[name], "see_task", task)
        assert not may(PEOPLE[name], "edit_child", child)
        assert not may(PEOPLE[name], "complete", task)


@pytest.mark.parametrize("action", TABLE)
def test_a_relative_may_do_nothing_whatever_else_lets_them_in(action: str) -> None:
    everything = frozenset({"worker", "admin", "guest", "night"})
    record = Record(
        is_restricted=True,
        let_in=everything,
        opened=everything,
        barred=everything,
        shared=frozenset((name, part) for name in everything for part in PARTS),
    )
    night = person("night", roles="emergency_duty_team csc_team_manager", teams="cla", agencies="csc")
    for thing in (replace(CHILD, record=record), replace(GIVEN, record=record), replace(DONE, record=record)):
        for viewer in (PEOPLE["worker"], PEOPLE["admin"], PEOPLE["guest"], night):
            assert not may(viewer, action, thing)


def test_a_guest_sees_the_parts_that_are_shared_and_does_the_tasks_of_their_role() -> None:
    def shared(*parts: str) -> Record:
        return Record(shared=frozenset(("guest", part) for part in parts))

    guest = PEOPLE["guest"]
    some = replace(CHILD, record=shared("overview", "documents"))
    assert may(guest, "see_child", some)
    assert may(guest, "see_documents", some)
    assert not [
        action
        for action in TABLE
        if action not in {"see_child", "see_documents"} and may(guest, action, some)
    ]
    assert may(guest, "complete", replace(TASK, record=shared("tasks")))
    assert not may(guest, "see_task", replace(TASK, record=shared("overview")))
    assert not may(guest, "see_task", replace(SENT, record=shared("tasks")))
    assert not may_be_given(guest, TASK)
    assert may_be_given(guest, replace(TASK, record=shared("tasks")))
