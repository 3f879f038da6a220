"""A profile with what its authority has changed in the browser: `wandsworth@3f2a9c1b0d4e5f60`.

The part behind the @ is the hash of the overlay, so the name says exactly what is meant on every host and in every
simulation, needs no invalidation, and changes with the authority's row in the same transaction as everything else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from app.domain.errors import BadInput
from app.domain.profiles import Profile, build_profiles

AT = "@"
_OVERLAY_KEY = "changed"
_said: dict[str, Mapping[str, Any]] = {}
log = structlog.get_logger("throughcare")


def name_for(base: str, said: Mapping[str, Any]) -> str:
    """The name of the profile `base` with an overlay, which this process knows from now on; `base` when it is empty."""
    if not any(said.values()):
        return base
    text = canonical(said)
    overlay_id = hashlib.sha256(text.encode()).hexdigest()[:16]
    _said[overlay_id] = said
    return f"{base}{AT}{overlay_id}"


def canonical(said: Mapping[str, Any]) -> str:
    """An overlay as it is stored and hashed."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def base_of(name: str) -> str:
    """The key of the file beneath."""
    return name.partition(AT)[0]


def overlay_of(name: str) -> Mapping[str, Any]:
    """What a profile says over its file; nothing where it is the file's own. Raises BadInput for an unknown one."""
    overlay_id = name.partition(AT)[2]
    if not overlay_id:
        return {}
    if overlay_id not in _said:
        from app.store.profiles import said_in  # the database: not every command has one

        stored = said_in(overlay_id)
        if stored is None:
            raise BadInput(f"The change {overlay_id} of the profile {base_of(name)} is not known here.")
        _said[overlay_id] = json.loads(stored)
    return _said[overlay_id]


def build(name: str, raw: Mapping[str, Any], calendar_for: Any, roles: Any) -> Profile:
    """The profile called `name`, from what all files say (`raw`). Raises BadInput with a sentence for each mistake."""
    base = base_of(name)
    if base not in raw:
        raise BadInput(f"There is no profile called “{base}”. There are {', '.join(sorted(raw))}.")
    file = raw[base]
    over = {"key": _OVERLAY_KEY, "name": file["name"], "extends": base, **overlay_of(name)}
    if file.get("area"):
        over["area"] = file["area"]
    try:
        built = build_profiles({**raw, _OVERLAY_KEY: over}, calendar_for, roles)[_OVERLAY_KEY]
    except BadInput as error:
        theirs = error.errors.get(_OVERLAY_KEY)
        if not theirs:
            raise
        plain = [sentence.replace(f"The profile {_OVERLAY_KEY}, ", "") for sentence in theirs]
        raise BadInput(plain[0], {"change": plain}) from None
    return replace(built, key=name, extends=file.get("extends"), aliases=tuple(file.get("aliases", ())))
