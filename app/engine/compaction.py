"""Keeps an instance as small as its diagram, however long it lives.

What has been done stays in the instance only while the machine still needs it: what is unfinished, arrivals at a
join that has not fired, the split above a task that has boundary events. Everything else is spliced out of the
tree; the history of it is in the Steps. Variables are not in the tree (see interpreter), so none are lost.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

UNFINISHED = TaskState.NOT_FINISHED_MASK


def compact(pathway: Any) -> None:
    """Splice out of the tree what is finished and no longer needed."""
    for task_id, sub in list(pathway.subprocesses.items()):
        if sub.completed:
            del pathway.subprocesses[task_id]
    for workflow in pathway.workflows():
        _compact(workflow)
    _drop_orphans(pathway)


def _compact(workflow: Any) -> None:
    kept = _needed(workflow)
    if len(kept) == len(workflow.tasks):
        return
    order: list[tuple[Any, Any]] = []
    stack = [(workflow.task_tree, None)]
    while stack:
        task, ancestor = stack.pop()
        children = [child for child in task.children if child is not None]
        if task.id in kept:
            order.append((task, ancestor))
            ancestor = task
        stack.extend((child, ancestor) for child in reversed(children))
    for task, _ in order:
        task._children = []
    for task, ancestor in order:
        task._parent = None if ancestor is None else ancestor.id
        if ancestor is not None:
            ancestor._children.append(task.id)
    workflow.tasks = {task.id: task for task, _ in order}
    if workflow.last_task is not None and workflow.last_task.id not in kept:
        workflow.last_task = None


def _needed(workflow: Any) -> set[str]:
    kept = {workflow.task_tree.id}
    fired: dict[str, int] = {}
    arrivals = []
    for task in workflow.tasks.values():
        spec = task.task_spec
        join = isinstance(spec, UnstructuredJoin) and not isinstance(spec, _EndJoin)
        if task._state & UNFINISHED:
            kept.add(task.id)
            kept.update(task._children)
            if join and task._parent is not None:
                kept.add(task._parent)
            if getattr(spec, "split_task", None):
                split = task.find_ancestor(spec.split_task)
                if split is not None:
                    kept.add(split.id)
                    kept.update(split._children)
        elif join:
            if task._state == TaskState.COMPLETED:
                fired[spec.name] = max(fired.get(spec.name, 0), task.last_state_change)
            else:
                arrivals.append(task)
    for task in arrivals:
        # A cancelled arrival waits for the others until its join fires.
        if task.last_state_change > fired.get(task.task_spec.name, 0):
            kept.update((task.id, task._parent))
    return kept


def _drop_orphans(pathway: Any) -> None:
    # A sub-process whose task was spliced out (or which lay in one that was) has no one left to return to.
    found = True
    while found:
        found = False
        known = {task_id for workflow in pathway.workflows() for task_id in workflow.tasks}
        for task_id in list(pathway.subprocesses):
            if task_id not in known:
                del pathway.subprocesses[task_id]
                found = True
