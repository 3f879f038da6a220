"""The permission table as a matrix: every action, every kind of person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.access import (
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

EVERYONE_HERE = "team assignee worker colleague manager partner partner_manager nurse admin designer nobody"
CASEWORKERS = "team assignee worker colleague manager partner partner_manager"
SEE_CHILD = "team assignee worker colleague manager nurse admin"
WORK_ON_CHILD = "team assignee worker colleague manager"
SEE_CASEWORK = f"{WORK_ON_CHILD} admin"
SETTLE_STATUS = "team assignee colleague manager"

MATRIX: list[tuple[str, Thing, str]] = [
    ("see_own_work", AUTHORITY, EVERYONE_HERE),
    ("see_pathways", AUTHORITY, EVERYONE_HERE),
    ("see_duties", AUTHORITY, EVERYONE_HERE),
    ("simulate", AUTHORITY, EVERYONE_HERE),
    ("search_children", AUTHORITY, EVERYONE_HERE),
    ("create_child", AUTHORITY, CASEWORKERS),
    ("start_pathway", AUTHORITY, CASEWORKERS),
    ("see_incidents", AUTHORITY, "manager partner_manager admin"),
    ("see_reports", AUTHORITY, "manager partner_manager admin"),
    ("see_board", AUTHORITY, "manager partner_manager admin"),
    ("see_running", AUTHORITY, "manager partner_manager admin"),
    ("see_compliance", AUTHORITY, "manager partner_manager admin"),
    ("see_escalations", AUTHORITY, "manager partner_manager admin"),
    ("retry_incident", AUTHORITY, "manager partner_manager admin"),
    ("see_partnership", AUTHORITY, "manager partner_manager admin"),
    ("start_for_partnership", AUTHORITY, "manager partner_manager"),
    ("design", AUTHORITY, "admin designer"),
    ("publish", AUTHORITY, "admin designer"),
    ("migrate", AUTHORITY, "admin designer"),
    ("edit_profile", AUTHORITY, "admin designer"),
    ("manage_people", AUTHORITY, "admin"),
    ("see_letters", AUTHORITY, "manager partner_manager admin"),
    ("mend_letters", AUTHORITY, "admin"),
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
    ("see_child", PARTNERSHIP, "manager partner_manager admin"),
    ("see_instance", PARTNERSHIP, "manager partner_manager admin"),
    ("send_message", PARTNERSHIP, "manager partner_manager"),
    ("cancel_instance", PARTNERSHIP, "manager partner_manager"),
    ("see_incident", PARTNERSHIP, "manager partner_manager admin"),
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
    ("see_people", AUTHORITY, "manager partner_manager admin"),
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
