"""The permission table itself: each action, what it is done to, and the rule that says who may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.access.everybody import (
    administrator,
    anyone,
    caseworker,
    designer,
    guest,
    manager,
    manager_or_administrator,
    senior,
)
from app.domain.access.of_children import (
    controls_record,
    manages_child,
    mends_child,
    sees_casework,
    sees_child,
    settles_status,
    starts,
    works_on_child,
)
from app.domain.access.of_people import manages_person, manages_team, sees_absence, sees_team, self_or_manages
from app.domain.access.of_tasks import (
    acts_on_task,
    claims,
    gives_out,
    has_task,
    manages_task,
    releases,
    remarks_on_task,
    reopens,
    sees_task,
    signed,
    signs_off,
    was_told,
)
from app.domain.viewer import AuthorityThing, ChildThing, PersonThing, TaskThing, TeamThing, Viewer

Thing = AuthorityThing | ChildThing | TaskThing | TeamThing | PersonThing
Rule = Callable[[Viewer, Any], bool]


TABLE: Mapping[str, tuple[type | tuple[type, ...], Rule]] = {
    # the authority as a whole
    "see_own_work": (AuthorityThing, anyone),
    "see_pathways": (AuthorityThing, anyone),
    "see_duties": (AuthorityThing, anyone),
    "simulate": (AuthorityThing, anyone),
    "search_children": (AuthorityThing, anyone),
    "create_child": (AuthorityThing, caseworker),
    "see_incidents": (AuthorityThing, manager_or_administrator),
    "see_board": (AuthorityThing, manager_or_administrator),
    "see_running": (AuthorityThing, manager_or_administrator),
    "see_compliance": (AuthorityThing, manager_or_administrator),
    "see_escalations": (AuthorityThing, manager_or_administrator),
    "see_reports": (AuthorityThing, manager_or_administrator),
    "see_retention": (AuthorityThing, manager_or_administrator),
    "see_partnership": (AuthorityThing, manager_or_administrator),
    "see_cover": (AuthorityThing, anyone),
    "see_people": (AuthorityThing, manager_or_administrator),
    "start_for_partnership": (AuthorityThing, manager),
    "design": (AuthorityThing, designer),
    "publish": (AuthorityThing, designer),
    "migrate": (AuthorityThing, designer),
    "edit_profile": (AuthorityThing, designer),
    "manage_people": (AuthorityThing, administrator),
    "see_letters": (AuthorityThing, manager_or_administrator),
    "mend_letters": (AuthorityThing, administrator),
    "connect_systems": (AuthorityThing, administrator),
    "see_shared": (AuthorityThing, guest),
    "open_in_emergency": (AuthorityThing, caseworker),
    "see_access": (AuthorityThing, manager_or_administrator),
    "keep_restricted": (AuthorityThing, senior),
    # a child and the child's pathways
    "see_child": (ChildThing, sees_child),
    "edit_child": (ChildThing, works_on_child),
    "start_pathway": ((AuthorityThing, ChildThing), starts),
    "see_plans": (ChildThing, sees_child),
    "make_plan": (ChildThing, works_on_child),
    "settle_status": (ChildThing, settles_status),
    "see_money": (ChildThing, works_on_child),
    "see_documents": (ChildThing, sees_casework),
    "see_timeline": (ChildThing, sees_casework),
    "see_network": (ChildThing, sees_casework),
    "add_document": (ChildThing, works_on_child),
    "see_instance": (ChildThing, sees_child),
    "send_message": (ChildThing, works_on_child),
    "cancel_instance": (ChildThing, manages_child),
    "change_course": (ChildThing, manages_child),
    "correct_start": (ChildThing, manages_child),
    "take_record": (ChildThing, manages_child),
    "keep_record": (ChildThing, mends_child),
    "suspend_instance": (ChildThing, mends_child),
    "resume_instance": (ChildThing, mends_child),
    "see_incident": (ChildThing, mends_child),
    "retry_incident": ((AuthorityThing, ChildThing), mends_child),
    "control_access": (ChildThing, controls_record),
    "see_sharing": (ChildThing, sees_casework),
    "share": (ChildThing, works_on_child),
    # a task
    "see_task": (TaskThing, sees_task),
    "claim": (TaskThing, claims),
    "release": (TaskThing, releases),
    "assign": (TaskThing, gives_out),
    "put_off": (TaskThing, has_task),
    "save_draft": (TaskThing, acts_on_task),
    "complete": (TaskThing, acts_on_task),
    "reopen": (TaskThing, reopens),
    "set_aside": (TaskThing, acts_on_task),
    "set_aside_duty": (TaskThing, manages_task),
    "move_deadline": (TaskThing, manages_task),
    "acknowledge": (TaskThing, was_told),
    "say_why_late": (TaskThing, remarks_on_task),
    "attach": (TaskThing, remarks_on_task),
    "record_elsewhere": (TaskThing, remarks_on_task),
    "ask": (TaskThing, acts_on_task),
    "sign_off": (TaskThing, signs_off),
    "sign_off_again": (TaskThing, signed),
    "comment": (TaskThing, remarks_on_task),
    # a team
    "see_team": (TeamThing, sees_team),
    "assign_in_team": (TeamThing, manages_team),
    # a colleague
    "record_absence": (PersonThing, self_or_manages),
    "see_absence": (PersonThing, sees_absence),
    "hand_over_work": (PersonThing, manages_person),
}
"""The whole permission table: action -> (what it is done to, who may)."""
