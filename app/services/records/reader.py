"""What every part of a record is read with: the rows as they stood, names as they were, and who may see what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import ChildThing, TaskThing, Viewer, may
from app.domain.form_answers import in_words
from app.domain.forms import Form
from app.domain.vocabulary import say
from app.services import definitions, reference
from app.services.changed_profiles import base_of
from app.services.records.work_contents import Answered, Answers
from app.store import as_it_stood
from app.store.as_it_stood import Standing, Stood
from app.store.definitions import DefinitionVersion
from app.store.ties import child_thing, workers_of

PARTS = ("see_documents", "see_plans", "see_network", "see_timeline")


@dataclass(frozen=True)
class Reach:
    """How far somebody sees into the record. Without a viewer it is whole: whoever runs the server sees it anyhow."""

    viewer: Viewer | None
    child: ChildThing
    worker_ids: frozenset[str]

    def may(self, action: str) -> bool:
        """Whether a part of the record is theirs to see."""
        return self.viewer is None or may(self.viewer, action, self.child)

    def sees(self, task: Standing, action: str = "see_task", signed_by: str | None = None) -> bool:
        """Whether they may open a task; with `comment`, also what was said beside it."""
        if self.viewer is None or self.viewer.is_admin:
            return True
        role = reference.roles().by_key.get(task["role"])
        thing = TaskThing(
            authority_id=self.viewer.authority_id,
            role=task["role"],
            team_id=task["team_id"],
            assignee_id=task["assignee_id"],
            agency=role.agency if role else None,
            worker_ids=self.worker_ids,
            completed_by=task["completed_by"],
            signed_by=signed_by,
            record=self.child.record,
        )
        return may(self.viewer, action, thing)


@dataclass
class Reader:
    """One reading of one child's record as it stood at `at`."""

    session: Session
    authority_id: str
    child_id: str
    at: datetime
    reach: Reach
    stood: Stood
    names: Mapping[str, str]
    teams: Mapping[str, str]
    authority: str
    profiles: list[tuple[datetime | None, str]]
    versions: Mapping[str, int]
    words: Mapping[str, str]
    forms: dict[tuple[str, str], Form | None] = field(default_factory=dict)

    def name(self, person_id: str | None) -> str | None:
        """What a person was called; None for nobody."""
        return self.names.get(person_id) if person_id else None

    def without_ids(self, value: Any) -> Any:
        """An answer as it may leave the service: a person by name."""
        return self.names.get(value, value) if isinstance(value, str) else value

    def said(self, text: str | None) -> str:
        """Our words in those of the area."""
        return say(text or "", self.words)

    def role_name(self, role: str) -> str:
        """What a role is called in the area."""
        return self.said(reference.roles().name_of(role))

    def profile_at(self, moment: datetime) -> str:
        """The profile in force at a moment, by its name: `wandsworth@3f2a9c1b0d4e5f60`."""
        return [name for begin, name in self.profiles if begin is None or begin <= moment][-1]

    def profile_called(self, moment: datetime) -> str:
        """The same in words: “the protocol of Wandsworth, version 2”, each change that its area made being one."""
        begun = [name for begin, name in self.profiles if begin is None or begin <= moment]
        base = base_of(begun[-1])
        known = reference.profiles()
        called = f"the protocol of {known[base].name if base in known else self.authority}"
        return f"{'the default protocol' if base == 'default' else called}, version {len(begun)}"

    def form(self, version_id: str, key: str | None) -> Form | None:
        """The form of a version, read once."""
        if key is None:
            return None
        if (version_id, key) not in self.forms:
            self.forms[version_id, key] = definitions.form(self.session, version_id, key)
        return self.forms[version_id, key]

    def answers(self, row: Standing | None, version_id: str, form: str | None = None) -> Answers | None:
        """A form that was sent, from a row with `answers`, `at` and `by`."""
        if row is None:
            return None
        given = self.questions(row["answers"], version_id, form or row.get("form"))
        return Answers(at=row["at"], by=self.name(row["by"]), questions=given)

    def questions(
        self, answers: Mapping[str, Any], version_id: str, form: str | None
    ) -> tuple[Answered, ...]:
        """Each question that was shown, in the order of its form; an answer that no question has comes last."""
        found = self.form(version_id, form)
        fields = found.fields if found else ()
        shown = [
            Answered(
                key=one.key,
                question=self.said(one.label),
                value=self.without_ids(answers.get(one.key)),
                words=in_words(one, answers.get(one.key), self.names, self.said),
            )
            for one in fields
            if not one.is_hidden(answers)
        ]
        known = {one.key for one in fields}
        rest = [
            Answered(key, key.replace("_", " ").capitalize(), value, "" if value is None else str(value))
            for key, value in ((key, self.without_ids(value)) for key, value in answers.items())
            if key not in known
        ]
        return (*shown, *rest)


def begin(session: Session, viewer: Viewer | None, authority_id: str, child_id: str, at: datetime) -> Reader:
    """Read everything of a child as it stood, with what is needed to put it in words."""
    stood = as_it_stood.of_child(session, authority_id, child_id, at)
    around = as_it_stood.of_authority(session, authority_id, at)
    profiles = as_it_stood.profiles_of(session, authority_id, at)
    (authority,) = around.of("authorities")
    wanted = {row["version_id"] for row in stood.of("process_instances")}
    wanted |= {row["asked_on"] for row in stood.of("user_tasks") if row["asked_on"]}
    numbers = session.execute(
        select(DefinitionVersion.id, DefinitionVersion.number).where(DefinitionVersion.id.in_(sorted(wanted)))
    )
    return Reader(
        session=session,
        authority_id=authority_id,
        child_id=child_id,
        at=at,
        reach=Reach(
            viewer,
            child_thing(session, authority_id, child_id),
            workers_of(session, authority_id, child_id),
        ),
        stood=stood,
        names={row["id"]: row["name"] for row in around.of("people")},
        teams={row["id"]: row["name"] for row in around.of("teams")},
        authority=authority["name"],
        profiles=profiles,
        versions={row.id: row.number for row in numbers},
        words=reference.profile(profiles[-1][1]).words,
    )
