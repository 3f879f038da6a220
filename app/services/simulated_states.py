"""Where simulations have stood after so many of their inputs, so that the next input need not begin at the start.

A state is a copy of the throw-away database with what the simulation holds beside it. It is only ever a quicker way
to what the inputs lead to: none is stored, each process has its own, and an empty cache gives the same result.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from app.services.simulated_view import Stand

MOST_BYTES = 64_000_000
"""What all states of a process may weigh; the least lately used go first."""
BYTES_OF_AN_EVENT = 2_000


@dataclass(frozen=True)
class State:
    """A simulation after some inputs. `basis` are the readings of the project's files that it went by."""

    content: bytes  # compressed
    at: datetime
    ids: int
    child_id: str
    root_id: str
    pending: tuple[tuple[datetime, Mapping[str, Any]], ...]
    planned: Mapping[tuple[str, datetime | None], datetime]
    steps_now: int
    seconds: float
    skipped: tuple[str, ...]
    events: tuple[dict[str, Any], ...]
    stand: Stand
    basis: tuple[object, ...]

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return len(self.content) + len(self.events) * BYTES_OF_AN_EVENT

    @property
    def database(self) -> bytes:
        """The throw-away database."""
        return zlib.decompress(self.content)


_states: OrderedDict[str, State] = OrderedDict()
_lock = Lock()


def packed(content: bytes) -> bytes:
    """A database as a State holds it."""
    return zlib.compress(content, 1)


def names(beginning: object, acts: Sequence[object]) -> list[str]:
    """The names of the states after none, one, ... all of the inputs: hashes of all that leads there."""
    found = [hashlib.sha256(_text(beginning)).hexdigest()]
    for act in acts:
        found.append(hashlib.sha256(found[-1].encode() + _text(act)).hexdigest())
    return found


def latest(called: Sequence[str], basis: tuple[object, ...], *, is_lenient: bool) -> tuple[int, State | None]:
    """The state after the most of the inputs that is there, and after how many; (0, None) when there is none.

    One that has left an input out is only for whoever is lenient, and one of other files for nobody.
    """
    with _lock:
        for taken in range(len(called) - 1, -1, -1):
            state = _states.get(called[taken])
            if state is None or (state.skipped and not is_lenient):
                continue
            if all(was is now for was, now in zip(state.basis, basis, strict=True)):
                _states.move_to_end(called[taken])
                return taken, state
    return 0, None


def keep(name: str, state: State) -> None:
    """Keep a state, in the place of what was used least lately."""
    with _lock:
        _states[name] = state
        _states.move_to_end(name)
        weight = sum(one.weight for one in _states.values())
        while weight > MOST_BYTES and len(_states) > 1:
            weight -= _states.popitem(last=False)[1].weight


def forget() -> None:
    """Empty the cache (tests, measuring)."""
    with _lock:
        _states.clear()


def _text(given: object) -> bytes:
    return json.dumps(given, default=repr).encode()
