"""A version of a pathway as the tables have it."""

from __future__ import annotations

import json
from typing import Any

from app.domain.clock import now
from app.engine.contracts import Bundle, CompiledVersion


def version(
    bundle: Bundle, compiled: CompiledVersion, number: int, note: str, by: tuple[str, str] | None
) -> dict[str, Any]:
    """A version that is laid down and not in force; `by` is a person's id and name."""
    person_id, name = by or (None, None)
    return {
        "id": compiled.version_id,
        "key": bundle.key,
        "number": number,
        "name": compiled.name,
        "bundle": to_text(bundle),
        "note": note,
        "published_at": now(),
        "published_by": person_id,
        "published_by_name": name,
        "is_current": False,
    }


def trigger(compiled: CompiledVersion) -> dict[str, Any]:
    """The message that starts the pathway, for a version that has one and is in force."""
    return {"message": compiled.start_message, "key": compiled.key, "version_id": compiled.version_id}


def to_text(bundle: Bundle) -> str:
    """A bundle as it is stored."""
    return json.dumps({"key": bundle.key, "files": dict(bundle.files), "forms": dict(bundle.forms)})
