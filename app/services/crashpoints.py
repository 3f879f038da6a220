"""Where the crash suite stops a process dead. Set once at the start of a test process; nothing happens otherwise."""

from __future__ import annotations

from collections.abc import Callable

_hook: Callable[[str], None] | None = None


def install(hook: Callable[[str], None]) -> None:
    """From now on `hook(name)` is called at each named point (tests only)."""
    global _hook
    _hook = hook


def crash_point(name: str) -> None:
    """A named moment inside a transaction at which a killed process must leave no trace."""
    if _hook is not None:
        _hook(name)
