"""Readings of the project's files, kept until one of them changes, so that a running server takes up an edited file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeVar

import structlog

from app.domain.errors import BadInput
from app.garbage import collecting_nothing

Value = TypeVar("Value")
_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class _Kept:
    """What was read from files of that stamp; or the reading before, where these were refused."""

    stamp: _Stamp
    value: Any
    problem: BadInput | None = None


LOOK_AGAIN_SECONDS = 1.0
Paths = Callable[[], list[Path]]
_cache: dict[str, _Kept] = {}
_looked_at: dict[str, float] = {}
_lock = RLock()
log = structlog.get_logger("throughcare")


def problems() -> Mapping[str, BadInput]:
    """What was refused since the last good reading, by kind of file; the last good reading is still in use."""
    return MappingProxyType({name: kept.problem for name, kept in _cache.items() if kept.problem})


def kept(name: str, paths: Paths, read: Callable[[list[Path]], Value]) -> Value:
    """What `read` makes of `paths`, kept until one of them changes; they are looked at once a second at most.

    A change that is refused raises BadInput on the first reading only: a running server keeps working by what
    it last read (an edited profile must not stop every timer), says so in the log, and lists it in `problems`.
    """
    there = _cache.get(name)
    at = monotonic()
    if there is None or at - _looked_at.get(name, -LOOK_AGAIN_SECONDS) >= LOOK_AGAIN_SECONDS:
        there = _look_again(name, paths(), read)
        _looked_at[name] = at
    value: Value = there.value
    return value


def keep_instead(name: str, paths: list[Path], value: Any, problem: BadInput) -> None:
    """Go by `value` until one of the files changes, because of what is wrong with them now; `problems` lists it."""
    with _lock:
        if name not in _cache:
            log.error("reference_file_refused", definition=name, error="BadInput")
        _cache[name] = _Kept(_stamp(paths), value, problem)


def _look_again(name: str, paths: list[Path], read: Callable[[list[Path]], Any]) -> _Kept:
    stamp = _stamp(paths)
    with _lock:
        kept = _cache.get(name)
        if kept is None or kept.stamp != stamp:
            kept = _read_again(name, stamp, kept, lambda: read(paths))
            _cache[name] = kept
        return kept


def _stamp(paths: list[Path]) -> _Stamp:
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.exists())


def _read_again(name: str, stamp: _Stamp, last: _Kept | None, read: Callable[[], Any]) -> _Kept:
    try:
        with collecting_nothing():  # of what is read nothing is thrown away: three quarters of the time
            return _Kept(stamp, read())
    except BadInput as problem:
        if last is None:
            raise
        log.error("reference_file_refused", definition=name, error="BadInput")
        return _Kept(stamp, last.value, problem)
