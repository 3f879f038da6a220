"""The questions behind the plan for the child: those of the form “The ten things”, none of which must be answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.domain.access import Viewer, require
from app.domain.forms import Form, read_form
from app.services import children, definitions, facts
from app.services.need_to_know import TEN_THINGS
from app.store.db import reading
from app.store.ties import child_thing


def asked(viewer: Viewer, child_id: str) -> tuple[Form, Mapping[str, Any]]:
    """The form and what is known already, by the names of the facts. Raises NotFound, NotAllowed."""
    with reading() as session:
        children.get(session, viewer.authority_id, child_id)
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "make_plan", thing, seen_by="see_plans")
        return _form(), facts.known(session, viewer.authority_id, child_id)


@lru_cache(maxsize=1)
def _form() -> Form:
    """The questions whose answers are facts of the child: one place says what they are."""
    path = definitions.FORMS / f"{TEN_THINGS}.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    components = [
        {**one, "validate": {**one.get("validate", {}), "required": False}}
        for one in raw["components"]
        if one.get("properties", {}).get("fact")
    ]
    return read_form("plans/answers", {**raw, "components": components})
