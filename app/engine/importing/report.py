"""What an import hands back: the pathways that were made of a file, and every change that it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.roles import RoleTable
from app.engine.contracts import Bundle


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was in the file: at which element, by which rule, and a sentence.

    `loses` says that something of the file is not in the pathway in any form.
    """

    element: str
    rule: str
    sentence: str
    loses: bool = False


@dataclass(frozen=True)
class Imported:
    """What became of one file. `undrawn` are the keys of the pathways that have no drawing to show."""

    bundles: tuple[Bundle, ...]
    names: Mapping[str, str]
    changes: tuple[Change, ...]
    undrawn: tuple[str, ...]


@dataclass
class Work:
    """A file under way: its tree, the forms that were made for it by process id, the changes so far."""

    root: Any
    roles: RoleTable
    changes: list[Change] = field(default_factory=list)
    forms: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    rerouted: set[str] = field(default_factory=set)

    def note(self, element: Any, rule: str, sentence: str, *, loses: bool = False) -> None:
        """Put a change into the report; `element` is a tree element or an id."""
        key = element if isinstance(element, str) else element.get("id", "")
        self.changes.append(Change(key, rule, sentence, loses))
