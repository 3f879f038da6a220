"""SpiffWorkflow's machine, made to keep count for us.

Tasks have text ids and a tick instead of wall-clock times, every change of state is noted (that is where a Step's
history comes from), and waiting tasks are looked up in a flat list instead of a walk over the whole tree.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from app.domain.ids import new_id

BEGUN = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Task(SpiffTask):
    """A node of the tree: `id` is text, `last_state_change` a tick of the instance's own counter."""

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: Any = None,
        state: int = TaskState.MAYBE,
        ref: str | None = None,
    ) -> None:
        # SpiffWorkflow's own constructor reads the wall clock and walks properties; this is the hottest line we have.
        self.id = ref or workflow.top_workflow.next_ref()
        workflow.tasks[self.id] = self
        self.workflow = workflow
        self._parent = parent.id if parent is not None else None
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.task_spec = task_spec
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0
        if parent is not None:
            parent._children.append(self.id)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Task:
        return Task(self.workflow, task_spec, self, state=state)

    def _set_state(self, value: int) -> None:
        if value != self._state:
            before, self._state = self._state, value
            self.workflow.top_workflow.moved(self, before, value)

    def is_descendant_of(self, task: Any) -> bool:
        parent = self.parent
        while parent is not None and parent is not task:
            parent = parent.parent
        return parent is not None

    def find_ancestor(self, spec_name: str) -> Any:
        parent = self.parent
        while parent is not None and parent.task_spec.name != spec_name:
            parent = parent.parent
        return parent


class _Planted:
    """What the whole workflow and its sub-processes have in common."""

    spec: Any
    tasks: dict[str, Any]
    task_tree: Any

    def plant(self) -> None:
        """Put the first task there, with what may follow it."""
        self.task_tree = Task(self, self.spec.start, state=TaskState.FUTURE)
        self.task_tree.task_spec._predict(self.task_tree, mask=TaskState.NOT_FINISHED_MASK)
        self.task_tree._ready()

    def update_waiting_tasks(self) -> None:
        """Let each join look again; events wait until the runner names them."""
        waiting = [task for task in self.tasks.values() if task._state == TaskState.WAITING]
        for task in waiting:
            if task._state == TaskState.WAITING and not getattr(task.task_spec, "passive", False):
                task.task_spec._update(task)

    def get_tasks(self, first_task: Any = None, **kwargs: Any) -> list[Any]:
        """As SpiffWorkflow's, without a walk over the tree when only a name is asked for."""
        if set(kwargs) != {"spec_name"}:
            return list(self.get_tasks_iterator(first_task, **kwargs))  # type: ignore[attr-defined]
        named = [task for task in self.tasks.values() if task.task_spec.name == kwargs["spec_name"]]
        if first_task is None:
            return named
        return [task for task in named if task is first_task or task.is_descendant_of(first_task)]

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        return {}


class SubPathway(_Planted, BpmnSubWorkflow):
    """A running sub-process or called process."""

    def __init__(self, spec: Any, parent_task_id: str, top_workflow: Any) -> None:
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)

    def _task_completed_notify(self, task: Any) -> None:
        super()._task_completed_notify(task)
        if self.completed:
            # A called process hands its variables back to its caller; a sub-process has none of its own.
            self.top_workflow.script_engine.scope(self.parent_workflow.tasks[self.parent_task_id]).update(
                self.data
            )


class Pathway(_Planted, BpmnWorkflow):
    """A running instance of a process."""

    def __init__(self, version_id: str, spec: Any, subprocess_specs: dict[str, Any], engine: Any) -> None:
        super().__init__(spec, subprocess_specs, script_engine=engine, deserializing=True)
        self.version_id = version_id
        self.tick = 0
        self.steps = 0
        self.at: str | None = None
        self.ready: deque[Any] = deque()
        self.changes: list[tuple[Any, int, int]] = []
        self._ref_base = ""
        self._refs = 0

    def next_ref(self) -> str:
        """A new ref: 32 characters, never given before; one identifier a step is drawn, and then counted on from."""
        if not self._ref_base or self._refs == 0xFFFF:
            self._ref_base, self._refs = new_id()[4:], 0
        self._refs += 1
        return f"{self._ref_base}{self._refs:04x}"

    def create_subprocess(self, my_task: Any, spec_name: str) -> SubPathway:
        my_task._set_state(TaskState.STARTED)  # before anything inside, so that history reads from outside in
        subprocess = SubPathway(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = subprocess
        subprocess.plant()
        return subprocess

    def moved(self, task: Any, before: int, after: int) -> None:
        """A task changed its state: note it, and queue it when the machine itself can run it."""
        self.tick += 1
        task.last_state_change = self.tick
        if task.task_spec.element is not None:
            self.changes.append((task, before, after))
        if after == TaskState.READY:
            if task.task_spec.manual:
                task.internal_data["since"] = self.script_engine.context.now.isoformat()
            else:
                self.ready.append(task)

    def workflows(self) -> list[Any]:
        """The instance itself and each sub-process that is running."""
        return [self, *(sub for sub in self.subprocesses.values() if not sub.completed)]

    def all_tasks(self) -> list[Any]:
        """Every task of the instance and of its running sub-processes."""
        return [task for workflow in self.workflows() for task in workflow.tasks.values()]

    def find(self, ref: str) -> Any:
        """The task with that id, or None."""
        for workflow in self.workflows():
            if ref in workflow.tasks:
                return workflow.tasks[ref]
        return None
