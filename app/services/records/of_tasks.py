"""The part of a record that tells of the work: pathways, tasks, what was answered and what was said beside it."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.deadlines import Deadline
from app.domain.late_reasons import REASONS
from app.services.records.of_escalations import director_page, seen
from app.services.records.reader import Reader
from app.services.records.work_contents import (
    Answers,
    Asked,
    Correction,
    Due,
    Elsewhere,
    Late,
    Pathway,
    PutOff,
    Remark,
    SignOff,
    Suspended,
    Task,
)
from app.store.as_it_stood import Standing


def pathways(read: Reader) -> tuple[Pathway, ...]:
    """Every pathway that had been started, the earliest first."""
    sent = {row["id"]: row for row in read.stood.of("answers")}
    stopped = {row["instance_id"]: row for row in read.stood.of("suspensions")}
    late = {(row["instance_id"], row["element_id"]): row["name"] for row in read.stood.of("user_tasks")}
    rows = sorted(read.stood.of("process_instances"), key=lambda row: (row["created_at"], row["id"]))
    return tuple(
        _pathway(
            read,
            row,
            sent.get(row["id"]),
            stopped.get(row["id"]),
            late.get((row["parent_id"], row["correlation_key"])),
        )
        for row in rows
    )


def _pathway(
    read: Reader, row: Standing, sent: Standing | None, stopped: Standing | None, about: str | None
) -> Pathway:
    """`about`: the one step of its parent that it was started for, as an escalation is."""
    protocol_at = row["ended_at"] or read.at
    suspended = stopped and Suspended(
        at=stopped["at"],
        by=read.name(stopped["by_id"]),
        reason=stopped["reason"],
        until_on=stopped["until_on"],
    )
    return Pathway(
        id=row["id"],
        key=row["definition_key"],
        name=read.said(f"{row['name']}: {about}" if about else row["name"]),
        version=read.versions[row["version_id"]],
        protocol=read.profile_at(protocol_at),
        protocol_called=read.profile_called(protocol_at),
        status=row["status"],
        started_at=row["started_at"],
        recorded_at=row["created_at"],
        started_by=read.name(row["created_by"]),
        ended_at=row["ended_at"],
        ended_with=row["end_event"],
        parent_id=row["parent_id"],
        suspended=suspended or None,
        start=read.answers(sent, row["version_id"]),
    )


def tasks(read: Reader) -> tuple[Task, ...]:
    """Every task that had been opened, the earliest first."""
    beside = _Beside(read)
    rows = sorted(read.stood.of("user_tasks"), key=lambda row: (row["created_at"], row["id"]))
    return tuple(beside.task(row) for row in rows)


class _Beside:
    """Everything that belongs to tasks, by the task's id."""

    def __init__(self, read: Reader) -> None:
        self.read = read
        stood = read.stood
        self.versions = {row["id"]: row["version_id"] for row in stood.of("process_instances")}
        self.sent = {row["id"]: row for row in stood.of("answers")}
        self.late = {row["task_id"]: row for row in stood.of("late_reasons")}
        self.off = {row["task_id"]: row for row in stood.of("snoozes")}
        self.elsewhere = {row["task_id"]: row for row in stood.of("recorded_elsewhere")}
        self.earlier = stood.by("earlier_answers", "task_id")
        self.sign_offs = stood.by("sign_offs", "task_id")
        self.askings = stood.by("askings", "task_id")
        self.comments = stood.by("comments", "task_id")
        self.seen = stood.by("acknowledgements", "task_id")
        self.to_director = {row["task_id"]: row for row in stood.of("director_pages")}

    def task(self, row: Standing) -> Task:
        """One task with all of it."""
        read, task_id = self.read, row["id"]
        version_id = row["asked_on"] or self.versions[row["instance_id"]]
        signed = sorted(self.sign_offs.get(task_id, ()), key=lambda one: one["number"])
        approved = [one["decided_by"] for one in signed if one["state"] == "approved"]
        is_shown = read.reach.sees(row, signed_by=approved[-1] if approved else None)
        is_heard = read.reach.sees(row, "comment")
        ends = row["completed_at"] if row["state"] != "open" else read.at
        role = read.role_name(row["role"])
        return Task(
            id=task_id,
            pathway_id=row["instance_id"],
            element=row["element_id"],
            name=read.said(row["name"]),
            role=row["role"],
            role_name=role,
            team=read.teams.get(row["team_id"] or ""),
            assignee=read.name(row["assignee_id"]),
            duties=tuple(row["duty"] or ()),
            state="not_needed" if row["not_needed_reason"] else row["state"],
            opened_at=row["created_at"],
            due=_due(row),
            is_late=bool(
                row["due_at"] and ends and ends > row["due_at"] and row["state"] in ("open", "completed")
            ),
            marked_overdue_at=row["overdue_at"],
            escalated_at=row["escalated_at"],
            completed_at=row["completed_at"],
            completed_by=read.name(row["completed_by"]),
            not_needed_reason=row["not_needed_reason"],
            late=_late(read, self.late.get(task_id)),
            version=read.versions[version_id],
            protocol=read.profile_at(ends or read.at),
            protocol_called=read.profile_called(ends or read.at),
            is_shown=is_shown,
            sign_off=row["sign_off"],
            answers=self._answers(row, version_id) if is_shown else None,
            corrections=self._corrections(row, version_id) if is_heard else (),
            sign_offs=tuple(self._sign_off(row, one, version_id) for one in signed) if is_shown else (),
            asked=_asked(read, self.askings.get(task_id, ())) if is_heard else (),
            remarks=_remarks(read, self.comments.get(task_id, ())) if is_heard else (),
            seen=seen(read, self.seen.get(task_id, ())) if is_shown else (),
            director_page=director_page(read, self.to_director.get(task_id)) if is_shown else None,
            put_off=_put_off(read, self.off.get(task_id)),
            recorded_elsewhere=_elsewhere(read, self.elsewhere.get(task_id)) if is_shown else None,
        )

    def _answers(self, row: Standing, version_id: str) -> Answers | None:
        return self.read.answers(self.sent.get(row["id"]), version_id, row["form"])

    def _corrections(self, row: Standing, version_id: str) -> tuple[Correction, ...]:
        found = sorted(self.earlier.get(row["id"], ()), key=lambda one: one["number"])
        made = []
        for one in found:
            before = self.read.answers(one, version_id, row["form"])
            assert before is not None
            made.append(
                Correction(
                    number=one["number"],
                    corrected_at=one["corrected_at"],
                    corrected_by=self.read.name(one["corrected_by"]),
                    reason=one["reason"],
                    before=before,
                )
            )
        return tuple(made)

    def _sign_off(self, row: Standing, one: Standing, version_id: str) -> SignOff:
        return SignOff(
            number=one["number"],
            submitted_at=one["submitted_at"],
            submitted_by=self.read.name(one["submitted_by"]),
            state=one["state"],
            decided_at=one["decided_at"],
            decided_by=self.read.name(one["decided_by"]) if one["decided_at"] else None,
            comment=one["comment"],
            answers=self.read.questions(one["answers"], version_id, row["form"]),
        )


def _due(row: Standing) -> Due | None:
    if row["due_at"] is None:
        return None
    deadline = Deadline.from_json(row["due"]) if row["due"] else None
    agreed = deadline.agreed if deadline else None
    return Due(
        at=row["due_at"],
        explanation=deadline.explanation if deadline else "",
        protocol_at=row["local_due_at"],
        law_at=row["statutory_due_at"],
        agreed_by=agreed.by if agreed else None,
        agreed_reason=agreed.reason if agreed else None,
    )


def _late(read: Reader, row: Standing | None) -> Late | None:
    return (
        None
        if row is None
        else Late(
            reason=row["reason"],
            words=REASONS.get(row["reason"], row["reason"]),
            more=row["words"],
            said_at=row["said_at"],
            said_by=read.name(row["said_by"]),
        )
    )


def _asked(read: Reader, rows: Sequence[Standing]) -> tuple[Asked, ...]:
    return tuple(
        Asked(
            whom=read.name(row["person_id"])
            or read.teams.get(row["team_id"] or "")
            or read.role_name(row["role"]),
            question=row["question"],
            is_action=row["pathway"] == "agreed_action",
            is_required=row["is_required"],
            wanted_on=row["wanted_on"],
            asked_at=row["asked_at"],
            asked_by=read.name(row["asked_by"]),
            state=row["state"],
            ended_at=row["ended_at"],
            ended_by=read.name(row["ended_by"]),
            reason=row["reason"],
            answer_task_id=row["answer_id"],
        )
        for row in sorted(rows, key=lambda row: (row["asked_at"], row["id"]))
    )


def _remarks(read: Reader, rows: Sequence[Standing]) -> tuple[Remark, ...]:
    return tuple(
        Remark(
            at=row["at"],
            by=read.name(row["by"]),
            text=row["text"],
            meant_for=read.name(row["mentioned_id"]),
            withdrawn_at=row["withdrawn_at"],
        )
        for row in sorted(rows, key=lambda row: (row["at"], row["id"]))
    )


def _put_off(read: Reader, row: Standing | None) -> PutOff | None:
    return (
        None
        if row is None
        else PutOff(until_on=row["until_on"], reason=row["reason"], by=read.name(row["by_id"]), at=row["at"])
    )


def _elsewhere(read: Reader, row: Standing | None) -> Elsewhere | None:
    return (
        None if row is None else Elsewhere(reference=row["reference"], at=row["at"], by=read.name(row["by"]))
    )
