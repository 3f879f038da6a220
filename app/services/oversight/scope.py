"""What of an agency's work a manager looks at: the teams, and a role or a pathway within them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from app.domain.access import Viewer
from app.domain.errors import NotFound
from app.services import lists
from app.services.lists import TeamRow
from app.services.work_queries import IS_OPEN
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask

OWN, ALL = "own", "all"


@dataclass(frozen=True)
class Scope:
    """Teams, and perhaps a role and a pathway. `chosen` is OWN, ALL or a team; `offered` whose queues may be seen."""

    chosen: str
    teams: tuple[TeamRow, ...]
    offered: tuple[TeamRow, ...]
    role: str | None = None
    pathway: str | None = None

    def tasks(self, viewer: Viewer) -> list[ColumnElement[bool]]:
        """The open tasks within it, as conditions."""
        found = [
            UserTask.authority_id == viewer.authority_id,
            IS_OPEN,
            UserTask.team_id.in_([team.id for team in self.teams]),
            is_open_to(viewer, UserTask.child_id, "tasks"),
        ]
        if self.role:
            found.append(UserTask.role == self.role)
        if self.pathway:
            found.append(UserTask.definition_key == self.pathway)
        return found


def team_choices(viewer: Viewer, offered: tuple[TeamRow, ...]) -> dict[str, str]:
    """What `chosen` may be, in words: the viewer's own teams where they are in one, all, or one of them."""
    own = {OWN: "My teams"} if any(team.id in viewer.team_ids for team in offered) else {}
    return {**own, ALL: "All teams that I may see", **{team.id: team.name for team in offered}}


def scope(viewer: Viewer, team: str = "", role: str | None = None, pathway: str | None = None) -> Scope:
    """The viewer's own teams unless another is chosen; all that they may see where they are in none of them, and for
    the senior, whose own team does no casework: its numbers would be nought while others' are not.

    Raises NotFound for a team whose queue is not theirs to see.
    """
    offered = tuple(lists.teams_of(viewer))
    own = tuple(one for one in offered if one.id in viewer.team_ids)
    chosen = team or (OWN if own and not viewer.is_senior else ALL)
    if chosen in (OWN, ALL):
        teams = own if chosen == OWN else offered
    else:
        teams = tuple(one for one in offered if one.id == chosen)
        if not teams:
            raise NotFound()
    return Scope(chosen, teams, offered, role or None, pathway or None)
