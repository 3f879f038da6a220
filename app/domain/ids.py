"""Identifiers: 32 hexadecimal characters that sort by the moment they were made.

A simulation hands in a counter, so that the same input gives the same output, byte for byte.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

IdFactory = Callable[[], str]
_last_ns = 0


def time_ordered_id() -> str:
    """Sixteen hex digits of time (never twice the same in one process), then sixteen of chance."""
    global _last_ns
    _last_ns = max(time.time_ns(), _last_ns + 1)
    return f"{_last_ns:016x}{secrets.token_hex(8)}"


class CountedIds:
    """A factory that numbers from 1, for simulations and tests; `taken` is how many it has given."""

    def __init__(self, taken: int = 0) -> None:
        self.taken = taken

    def __call__(self) -> str:
        self.taken += 1
        return f"{self.taken:032x}"


_factory: ContextVar[IdFactory] = ContextVar("ids", default=time_ordered_id)


def new_id() -> str:
    """The next identifier."""
    return _factory.get()()


@contextmanager
def use_ids(factory: IdFactory) -> Iterator[None]:
    """Within the block, identifiers come from `factory`."""
    token = _factory.set(factory)
    try:
        yield
    finally:
        _factory.reset(token)
