"""The collector of garbage, where its looking through what stays anyway takes the time that a person waits."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_nothing() -> Iterator[None]:
    """It rests: while a process is put together it is a third of the time, of a paper's growing tree a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def for_good() -> None:
    """All that there is now stays as long as the process: it is never looked through again, in no request either."""
    gc.freeze()
