"""One change between two versions of a pathway, and what its words are made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

ChangeKind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """A difference as people read it.

    `element` is the id of what it is about in the new version (in the old one where it was removed), a form's key, or
    empty; `called` is its name. `what` says which side of it has changed ("Due", "Form", "Ways on"), `old` and `new`
    are that side in words. `path` is the file, or empty for a form.
    """

    kind: ChangeKind
    group: str
    element: str
    called: str
    what: str
    old: str = ""
    new: str = ""
    path: str = ""

    @property
    def sentence(self) -> str:
        """The change on one line."""
        if self.kind == "added":
            return f"{self.what} “{self.called}” is new{f': {self.new}' if self.new else ''}."
        if self.kind == "removed":
            return f"{self.what} “{self.called}” is gone{f': {self.old}' if self.old else ''}."
        side = self.what[:1].lower() + self.what[1:]
        return f"“{self.called}”, {side}: {self.old or 'nothing'} → {self.new or 'nothing'}."


STEPS, PEOPLE, TIMES, DUTIES, FORMS, WAYS, MESSAGES, REST = (
    "Steps",
    "Who does it",
    "Deadlines and times",
    "Duties",
    "Forms and answers",
    "Ways and conditions",
    "Messages",
    "Everything else",
)
GROUPS = (STEPS, PEOPLE, TIMES, DUTIES, FORMS, WAYS, MESSAGES, REST)
"""The kinds of change in the order in which they are read."""


@dataclass(frozen=True)
class Words:
    """What keys mean to people: roles and their names, due times, duties and what they ask for."""

    roles: Mapping[str, str] = field(default_factory=dict)
    due: Callable[[str], str] = str
    duties: Mapping[str, str] = field(default_factory=dict)
