"""Who does it: lanes and pools of a foreign file are matched to the table of roles."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from app.domain.roles import Role, RoleTable
from app.engine import editing
from app.engine.importing.report import Work
from app.engine.importing.tree import called, name_of, nodes
from app.engine.names import BPMN, PERSON_TASKS, SPIFF, SUB_PROCESSES, local_name

OTHERWISE = "yjs_case_manager"
_ALIKE = 0.78


def give(work: Work) -> None:
    """Let every task for a person belong to a role: its lane's, its pool's, else one that is said in the report."""
    pools = {one.get("processRef"): name_of(one) for one in work.root.iter(f"{{{BPMN}}}participant")}
    for process in work.root.iterchildren(f"{{{BPMN}}}process"):
        if nodes(process):
            _of_process(work, process, pools.get(process.get("id"), name_of(process)))


def _of_process(work: Work, process: Any, pool: str) -> None:
    roles: dict[str, Role | None] = {}
    matched: list[Role] = []
    for lane in process.iter(f"{{{BPMN}}}lane"):
        if lane.find(f"{{{BPMN}}}childLaneSet") is not None:
            continue
        role = _lane(work, lane)
        matched += [role] if role else []
        for reference in lane.iterchildren(f"{{{BPMN}}}flowNodeRef"):
            roles[(reference.text or "").strip()] = role
    found = like(pool, work.roles)
    instead = matched[0] if matched else found or work.roles.by_key.get(OTHERWISE) or next(iter(work.roles))
    given = [one for one in process.iter() if local_name(one) in PERSON_TASKS and _needs(one, roles)]
    for task in given:
        editing.set_properties(task, {"role": instead.key})
    if given:
        number = "One task" if len(given) == 1 else f"{len(given)} tasks"
        sentence = f"{number} of “{name_of(process)}” had no role of ours: {instead.name}, until you say who does them."
        work.note(process, "role", sentence)


def like(name: str, table: RoleTable) -> Role | None:
    """The role with that plain name, or with one that is very much like it."""
    exact = table.by_name(name)
    if exact is not None:
        return exact
    folded = {role.name.casefold(): role for role in table}
    near = get_close_matches(" ".join(name.casefold().split()), folded, n=1, cutoff=_ALIKE)
    return folded[near[0]] if near else None


def _lane(work: Work, lane: Any) -> Role | None:
    role = like(lane.get("name") or "", work.roles)
    if role is not None and work.roles.by_name(lane.get("name") or "") is None:
        work.note(lane, "lane", f"The lane {called(lane)} is the role {role.name} here.")
        lane.set("name", role.name)
    return role


def _needs(task: Any, roles: dict[str, Role | None]) -> bool:
    own = task.find(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties")
    if own is not None and any(one.get("name") == "role" for one in own):
        return False
    one = task
    while local_name(one) in PERSON_TASKS | SUB_PROCESSES:
        if one.get("id") in roles:
            return roles[one.get("id")] is None
        one = one.getparent()
    return True
