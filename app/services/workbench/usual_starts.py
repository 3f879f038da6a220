"""From which moment each rule is counted in the pathways that there are: what a designer most likely means too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from app.engine.contracts import Bundle

_CALL = re.compile(
    r"""deadline\(\s*(?:&quot;|&apos;|["'])([\w.]+)(?:&quot;|&apos;|["'])\s*,\s*([^\W\d][\w.]*)\s*\)"""
)


def usual_starts(bundles: Iterable[Bundle]) -> dict[str, tuple[str, ...]]:
    """By rule: the names that it is counted from in the drawings, the most frequent first."""
    found: dict[str, Counter[str]] = {}
    for bundle in bundles:
        for rule, name in _counted(bundle.files[bundle.main_path]):
            found.setdefault(rule, Counter())[name] += 1
    return {rule: tuple(name for name, _ in names.most_common()) for rule, names in found.items()}


@lru_cache(maxsize=400)
def _counted(drawing: str) -> tuple[tuple[str, str], ...]:
    return tuple((match[1], match[2]) for match in _CALL.finditer(drawing))
