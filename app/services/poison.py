"""A fault in one instance stops that instance and no other.

The engine names its own faults. Whatever else goes wrong while a step is written down (a role that the table does
not know, a moment that cannot be read, a letter that would be there twice) would otherwise fail in the same way at
each wake, and stand for ever before everybody else's timers and messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from app.domain.errors import Busy, EngineFailure, PathwayCannotMove, StaleTask, ThroughcareError


@contextmanager
def one_step() -> Iterator[None]:
    """Around a step: raises EngineFailure for every fault but those that another try may cure (busy, stale).

    PathwayCannotMove is no fault but an answer, and stays what it is.
    """
    try:
        yield
    except (EngineFailure, PathwayCannotMove, StaleTask, Busy, OperationalError):
        raise
    except ThroughcareError as error:
        raise EngineFailure(None, error.sentence) from error
    except Exception as error:
        sentence = f"The step could not be written down ({type(error).__name__}). Nothing of it was kept."
        raise EngineFailure(None, sentence) from error
