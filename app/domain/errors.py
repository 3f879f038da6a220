"""What can go wrong, in words that a person can act on.

Domain and services raise these; the doors translate them once, in one table (error -> status and page).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ThroughcareError(Exception):
    """The base of every error that a person may see; `sentence` is what they read."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadInput(ThroughcareError):
    """What was given cannot be accepted; `errors` has a list of sentences for each field."""

    def __init__(self, sentence: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(sentence)
        self.errors = {field: list(sentences) for field, sentences in (errors or {}).items()}


class Unreadable(BadInput):
    """What was sent is not what it says it is: no JSON, or none that can be read."""


class NotFound(ThroughcareError):
    """There is no such thing, or not for this person: a stranger cannot tell the two apart."""

    def __init__(self, sentence: str = "There is nothing here that you can see.") -> None:
        super().__init__(sentence)


class NotAllowed(ThroughcareError):
    """The person may see the thing, and may not do this to it."""


class NotSignedIn(ThroughcareError):
    """The name and password do not match, the account is closed, or the session has ended."""


class TooManyTries(ThroughcareError):
    """Sign-in is held back for a while; `seconds` says how long."""

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Conflict(ThroughcareError):
    """Somebody else changed the thing first; `facts` says who, when and what."""

    def __init__(self, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.facts = facts


class StaleTask(Conflict):
    """The task has been completed, withdrawn or changed since the person looked at it."""


class PathwayCannotMove(Conflict):
    """A running pathway cannot be moved to another version, or back, as it stands now."""


class PathwayRefused(ThroughcareError):
    """A diagram cannot be published; `findings` says what to draw instead."""

    def __init__(self, sentence: str, findings: Sequence[Any] = ()) -> None:
        super().__init__(sentence)
        self.findings = list(findings)


class ExpressionRefused(ThroughcareError):
    """An expression uses what is not allowed, or is too long, too deep or too large."""


class EngineFailure(ThroughcareError):
    """A step of a pathway cannot be taken; it becomes an Incident at `element_id`."""

    def __init__(self, element_id: str | None, sentence: str) -> None:
        super().__init__(sentence)
        self.element_id = element_id


class Busy(ThroughcareError):
    """The database is locked or away; nothing was written, and the same thing may be tried again."""
