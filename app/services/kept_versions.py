"""Compiled versions of pathways, kept by the hash of their content; the least lately used go when there are too many.

A worker that simulates drafts all day sees hundreds of versions that nobody will ever ask for again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from app.domain.forms import Form
from app.engine.contracts import Bundle, CompiledVersion

MOST = 400
"""Four times what a release ships; a version takes about a tenth of a megabyte."""


@dataclass(frozen=True)
class Kept:
    """A version ready to run; `forms` are those of it that were read so far."""

    compiled: CompiledVersion
    bundle: Bundle
    forms: dict[str, Form] = field(default_factory=dict)


_versions: OrderedDict[str, Kept] = OrderedDict()
_lock = Lock()


def find(version_id: str) -> Kept | None:
    """The version, if it is kept; it counts as used now."""
    with _lock:
        found = _versions.get(version_id)
        if found is not None:
            _versions.move_to_end(version_id)
        return found


def keep(compiled: CompiledVersion, bundle: Bundle) -> Kept:
    """Keep a version; what was kept of it meanwhile stays."""
    with _lock:
        found = _versions.setdefault(compiled.version_id, Kept(compiled, bundle))
        while len(_versions) > MOST:
            _versions.popitem(last=False)
        return found


def bundles() -> dict[str, Bundle]:
    """The content of every version that is kept, by its id."""
    with _lock:
        return {version_id: kept.bundle for version_id, kept in _versions.items()}
