"""Designing a form in the browser: what the editor opens with, one part of an unsaved form changed, and saving it.

What a part says is changed by the same settings as on the page that does it part by part (domain.form_settings).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain import form_kept, form_places, form_settings
from app.domain.access import Viewer
from app.domain.errors import BadInput, Conflict
from app.domain.form_components import text_of
from app.domain.form_places import Place
from app.engine import form_uses, functions
from app.services import reference
from app.services.workbench import drafting, drafts, form_editing
from app.services.workbench.drafts import Draft
from app.services.workbench.drawings import WouldBeLost

_FIRST = {"choices": "first: First choice\nsecond: Second choice", "words": "Words between questions"}


class AnswersAreRead(Conflict):
    """Saving would take away questions whose answers are read elsewhere; `facts["readers"]` says by what."""


@dataclass(frozen=True)
class Said:
    """What is said about a form that was saved."""

    revision: int
    findings: tuple[dict[str, Any], ...]


def opened(viewer: Viewer, draft_id: str, form_key: str) -> dict[str, Any]:
    """All that the editor needs for one form of a draft. Raises NotFound."""
    draft = drafts.show(viewer, draft_id)
    return {
        "key": form_key,
        "is_open": draft.is_open,
        "revision": draft.revision,
        "schema": form_editing.schema_of(draft, form_key),
        "kinds": kinds(),
        "findings": _findings(viewer, draft, form_key),
    }


def kinds() -> list[dict[str, Any]]:
    """What can be put into a form: its kind, what people call it, and a new one to begin with."""
    role = min(reference.roles(), key=lambda one: one.name)
    first = {**_FIRST, "label": "New question", "people": f"people:{role.key}"}
    found = []
    for kind, name in form_settings.KINDS.items():
        typed = {**first, "kind": kind, "label": "New heading" if kind == "group" else first["label"]}
        if kind == "yes_no":
            typed.pop("choices")
        found.append({"kind": kind, "name": _short(name), "made": form_settings.new_component(typed)})
    return found


def trial(draft: Draft, form_key: str, schema: Any) -> Draft:
    """The draft as it would be with an unsaved form. Nothing is kept. Raises NotFound, BadInput."""
    form_kept.as_kept(form_editing.schema_of(draft, form_key), schema)
    return replace(draft, bundle=replace(draft.bundle, forms={**draft.bundle.forms, form_key: schema}))


def changed(draft: Draft, form_key: str, place: Place, typed: Mapping[str, Any], *, follows: bool) -> Any:
    """The (unsaved) form with other settings at one part. Raises BadInput at what to put right.

    With `follows`, the key of a new question follows what it asks, until somebody gives it one.
    """
    schema = form_editing.schema_of(draft, form_key)
    old = form_places.component_at(schema, place)
    if not isinstance(old, Mapping):
        raise BadInput("This cannot be read. Take it out of the form.")
    key = text_of(old, "key")
    if follows and key and typed.get("key") in (key, "", None):
        taken = set(form_kept.keys_of(schema)) - {key} | functions.NAMES
        typed = {**typed, "key": form_settings.key_from(typed.get("label") or "", taken)}
    made = form_settings.with_settings(old, typed)
    return form_places.changed(schema, made, place, functions.NAMES)


def save(
    viewer: Viewer, draft_id: str, form_key: str, *, revision: int, schema: Any, though_read: bool = False
) -> Said:
    """Keep the form as the editor wrote it, as the next revision, and say what is found about it.

    A form with a fault that it had not before is refused by name, as everywhere. Raises BadInput, WouldBeLost,
    AnswersAreRead (unless `though_read`), and what `drafting.save` raises; then nothing is saved.
    """
    draft = drafts.show(viewer, draft_id)
    if draft.revision != revision:
        raise drafting.moved(draft)
    before = form_editing.schema_of(draft, form_key)
    kept = form_kept.as_kept(before, schema)
    missing = form_kept.lost(before, kept)
    if missing:
        raise WouldBeLost(_sentence(missing), lost=missing)
    form_places.replaced(before, kept, functions.NAMES)
    gone = [key for key in form_kept.keys_of(before) if key not in form_kept.keys_of(kept)]
    readers = {key: form_uses.readers(draft.bundle, form_key, key) for key in gone}
    if any(readers.values()) and not though_read:
        raise AnswersAreRead(_said_of_readers(readers), readers=readers)
    bundle = replace(draft.bundle, forms={**draft.bundle.forms, form_key: kept})
    what = f"Changed the form “{form_editing.title_of(form_key, kept)}”"
    saved = drafting.save(viewer, draft_id, revision=revision, bundle=bundle, what=what[:200])
    return Said(saved.revision, _findings(viewer, saved, form_key))


def _findings(viewer: Viewer, draft: Draft, form_key: str) -> tuple[dict[str, Any], ...]:
    shown = form_editing.show(viewer, draft, form_key)
    return tuple(
        {"sentence": one.sentence, "stops": one.stops, "waived": bool(one.waived)}
        for one in shown.findings
        if not (one.rule == "form_content" and shown.faults)
    )


def _short(name: str) -> str:
    return name.removeprefix("A ").capitalize()


def _sentence(missing: list[tuple[str, str]]) -> str:
    things = ", ".join(f"“{thing}” of {question}" for question, thing in missing[:3])
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return (
        f"Nothing was saved, because {things}{more} would be lost without your having removed it. "
        "Undo the last step."
    )


def _said_of_readers(readers: Mapping[str, list[str]]) -> str:
    parts = [f"“{key}” is read by {', '.join(found[:3])}" for key, found in readers.items() if found]
    more = f", and {len(parts) - 3} more are read" if len(parts) > 3 else ""
    return f"Nothing was saved yet: {'; '.join(parts[:3])}{more}. Save it though, if you change these, too."
