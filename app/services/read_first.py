"""Reading pathways before the transaction that needs them: what `app.services.unread` waits for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from app.services import definitions, unread
from app.store.db import reading

Given = ParamSpec("Given")
Result = TypeVar("Result")


def read_first(use_case: Callable[Given, Result]) -> Callable[Given, Result]:
    """A use case of one transaction; pathways that it needs and that nobody has read are read before, not within it.

    It may be begun anew for each of them (see `app.services.unread`). What it does after its commit needs none.
    """

    @wraps(use_case)
    def begun_anew(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        waiting = unread.asked_for.set(set())
        try:
            while True:
                try:
                    return use_case(*args, **kwargs)
                except unread.Unread as missing:
                    _read(missing.version_id)
        finally:
            unread.asked_for.reset(waiting)

    return begun_anew


def _read(version_id: str) -> None:
    """Read a version, if it can be read: what is wrong with it is said to the instance that needs it."""
    with suppress(Exception), reading() as session:
        definitions.compiled(session, version_id)
