"""What people say to one another beside a task's form: contributions, the manager's word, comments."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.access import Viewer, may, require
from app.domain.forms import Form
from app.services import askings, comments, earlier_answers, invitations, signing
from app.services.askings import AskingRow
from app.services.comments import CommentRow
from app.services.earlier_answers import Earlier
from app.services.invitations import Meeting, Proposal
from app.services.signing import SignOffView
from app.services.task_lookup import row, thing
from app.store.db import reading


@dataclass(frozen=True)
class BesideTask:
    """What was asked for in the task, the question that it answers itself, its sign-off, its comments.

    `asked_in` is the id of the task that asked, where the viewer sees that.
    """

    askings: tuple[AskingRow, ...]
    question: AskingRow | None
    asked_in: str | None
    sign_off: SignOffView | None
    comments: tuple[CommentRow, ...]
    earlier: tuple[Earlier, ...]
    meetings: tuple[Meeting, ...]
    proposals: tuple[Proposal, ...]
    can: frozenset[str]


def show(viewer: Viewer, task_id: str, form: Form | None = None) -> BesideTask:
    """All of it for one who sees the task. Raises NotFound.

    Whoever signs the answers off, perhaps for another agency, sees these and not what they were made from.
    """
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task)
        require(viewer, "see_task", its_thing)
        can = {action for action in ("ask", "comment") if may(viewer, action, its_thing)}
        if "ask" in can:
            can.add("withdraw")
        if task.state != "open":
            can.discard("ask")
        is_shown = (task.author_id is None or task.author_id in viewer.stands_for) and (
            viewer.is_admin or "comment" in can
        )
        question, asked_in = askings.behind(session, viewer, task) or (None, None)
        return BesideTask(
            askings=askings.of_task(session, viewer.authority_id, task_id) if is_shown else (),
            question=question,
            asked_in=asked_in,
            sign_off=signing.of_task(session, viewer, task, its_thing),
            comments=comments.of_task(session, viewer, task_id) if is_shown else (),
            earlier=earlier_answers.before(session, task) if "ask" in can else (),
            meetings=invitations.of_instance(session, viewer.authority_id, task.instance_id),
            proposals=invitations.proposed(session, viewer, task, form if "ask" in can else None),
            can=frozenset(can),
        )
