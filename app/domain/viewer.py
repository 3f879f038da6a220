"""Whom a right is asked for, and what it is asked about: the words of the permission table (app.domain.access)."""

from __future__ import annotations

from dataclasses import dataclass

MANAGER_ROLES = frozenset(
    {
        "yjs_duty_manager",
        "yjs_team_manager",
        "csc_team_manager",
        "csc_service_lead",
        "iro_manager",
        "leaving_care_manager",
        "probation_manager",
        "service_manager",
        "head_of_service",
        "assistant_director",
        "deputy_director",
        "dcs",
        "senior_manager",
    }
)
"""Role keys whose holders give out work in the agencies of their teams."""

DESIGNER_ROLE = "process_designer"
"""The role key of those who draw, simulate, publish and migrate pathways."""


GUEST_ROLE = "guest"
"""The role key of hosts and guests of other agencies: they see what is shared with them, and nothing else."""

OUT_OF_HOURS_ROLES = frozenset({"emergency_duty_team"})
"""Role keys whose holders act at night for any child: a restricted record is open to them."""

WEEKEND_ROLES = frozenset({"yjs_duty_manager"})
"""Role keys whose holders work at weekends and on bank holidays too, because courts sit then."""

SENIOR_ROLES = frozenset(
    {"service_manager", "head_of_service", "assistant_director", "deputy_director", "dcs", "senior_manager"}
)
"""Role keys whose holders look after the service as a whole and its restricted records, so that none is left alone."""


@dataclass(frozen=True)
class Viewer:
    """The person for whom something is done: what they are, never what they may (that is `may`).

    `profile` is the key of their authority's profile, whose words they read; `covers` are the people who are away
    today and for whom they do the work.
    """

    person_id: str
    authority_id: str
    name: str
    roles: frozenset[str] = frozenset()
    team_ids: frozenset[str] = frozenset()
    is_admin: bool = False
    agencies: frozenset[str] = frozenset()
    profile: str = "default"
    covers: frozenset[str] = frozenset()
    is_operator: bool = False  # whoever is at the machine itself, where every record can be read anyway

    @property
    def is_guest(self) -> bool:
        """Whether the person sees only what is shared with them."""
        return GUEST_ROLE in self.roles

    @property
    def is_out_of_hours(self) -> bool:
        """Whether the person is of the team that acts at night."""
        return not self.roles.isdisjoint(OUT_OF_HOURS_ROLES)

    @property
    def is_senior(self) -> bool:
        """Whether the person looks after the service as a whole and its restricted records."""
        return not self.roles.isdisjoint(SENIOR_ROLES)

    @property
    def stands_for(self) -> frozenset[str]:
        """The person and those whom the person covers: whose work is theirs to see and to do today."""
        return self.covers | {self.person_id}

    @property
    def is_manager(self) -> bool:
        """Whether one of the person's roles is a manager's."""
        return not self.roles.isdisjoint(MANAGER_ROLES)

    @property
    def is_designer(self) -> bool:
        """Whether the person draws and publishes pathways."""
        return DESIGNER_ROLE in self.roles


@dataclass(frozen=True)
class AuthorityThing:
    """The authority as a whole: its lists, its people, its published pathways."""

    authority_id: str


@dataclass(frozen=True)
class Record:
    """Who is kept out of a child's record and who is let in today, whatever else ties them to the child.

    `let_in` are named for a restricted record; `opened` have opened it in an emergency, to read; `barred` are related
    to the child or know them; `shared` are guests, each with a part of the record that is shared with them.
    """

    is_restricted: bool = False
    let_in: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    shared: frozenset[tuple[str, str]] = frozenset()


UNGUARDED = Record()


@dataclass(frozen=True)
class ChildThing:
    """A child, or a pathway of that child: which agencies have (had) work on it, and who is allocated.

    The record of an authority's partnership stands in the place of a child, and is its managers'.
    """

    authority_id: str
    agencies: frozenset[str] = frozenset()
    worker_ids: frozenset[str] = frozenset()
    is_partnership: bool = False
    record: Record = UNGUARDED


InstanceThing = ChildThing
"""A pathway instance is seen by exactly those who see its child."""


@dataclass(frozen=True)
class TaskThing:
    """A task: whose role, team and agency it is, who has it, and who is allocated to its child."""

    authority_id: str
    role: str
    team_id: str | None = None
    assignee_id: str | None = None
    agency: str | None = None
    worker_ids: frozenset[str] = frozenset()
    author_id: str | None = (
        None  # while it waits for sign-off: it is the manager's then, and its author still sees it
    )
    completed_by: str | None = None
    signed_by: str | None = None  # who signed it off: they see what became of it, and say whether it stands
    record: Record = UNGUARDED


@dataclass(frozen=True)
class TeamThing:
    """A team and its queue."""

    authority_id: str
    team_id: str
    agency: str


@dataclass(frozen=True)
class PersonThing:
    """A colleague: the agencies of their teams, and who covers for them in the absence that is looked at."""

    authority_id: str
    person_id: str
    agencies: frozenset[str] = frozenset()
    cover_id: str | None = None
