"""The forms of a draft: which steps ask each, what each asks, and changing them one question at a saving.

Whatever a practitioner's page could not show is refused by name and changes nothing (domain.form_places).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain import form_places, form_settings, form_shown_when
from app.domain.access import Viewer
from app.domain.errors import BadInput, NotFound
from app.domain.form_components import text_of
from app.domain.form_files import KEY
from app.domain.form_parts import Field
from app.domain.form_places import Place
from app.domain.forms import Form, check_form, read_form
from app.engine import form_uses, functions
from app.engine.contracts import Finding
from app.engine.form_uses import Use
from app.services.workbench import checking, drafting, drafts
from app.services.workbench.drafts import Draft

OF_FORMS = frozenset({"form_content", "copy_unasked", "carries_unasked"})
"""The checks that are about the form of the step where they are found."""
OF_READERS = frozenset({"choice_unknown", "used_before_asked", "name_unknown"})
"""The checks that are about what reads an answer, wherever it stands."""
_NOT_OF_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class FormRow:
    """A form of a draft in its list; `faults` is why it cannot be shown, if so."""

    key: str
    title: str
    questions: int
    uses: tuple[Use, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class PartRow:
    """A part of a form as its page lists it. `kind` is "" for what cannot be shown; `when` says when it is asked."""

    place: str
    depth: int
    name: str
    kind: str
    key: str
    is_required: bool
    when: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class FormShown:
    """A form with everything that its page says; `form` is None where it cannot be shown, and `faults` why."""

    key: str
    title: str
    is_own: bool
    parts: tuple[PartRow, ...]
    uses: tuple[Use, ...]
    form: Form | None
    faults: tuple[str, ...]
    findings: tuple[Finding, ...]


def listed(draft: Draft) -> list[FormRow]:
    """Every form of a draft with what asks it; those that nothing asks stand last."""
    uses = form_uses.uses(draft.bundle)
    rows = []
    for key, schema in draft.bundle.forms.items():
        faults = tuple(check_form(schema, functions.NAMES))
        count = sum(
            form_settings.kind_of(one) not in ("", "text", "separator", "group") for one in _all(schema)
        )
        rows.append(FormRow(key, title_of(key, schema), count, tuple(uses.get(key, ())), faults))
    return sorted(rows, key=lambda row: (not row.uses, row.title.lower()))


def show(viewer: Viewer, draft: Draft, form_key: str) -> FormShown:
    """One form of a draft with its parts, what asks it and what is found about it. Raises NotFound."""
    schema = schema_of(draft, form_key)
    uses = tuple(form_uses.uses(draft.bundle).get(form_key, ()))
    form, faults = readable(form_key, schema)
    return FormShown(
        key=form_key,
        title=title_of(form_key, schema),
        is_own=form_key.partition("/")[0] == draft.bundle.folder,
        parts=_rows(schema, form),
        uses=uses,
        form=form,
        faults=faults,
        findings=_findings(viewer, draft, {use.element for use in uses}),
    )


def schema_of(draft: Draft, form_key: str) -> dict[str, Any]:
    """The form as its file has it. Raises NotFound."""
    if form_key not in draft.bundle.forms:
        raise NotFound("There is no such form in this draft.")
    return draft.bundle.forms[form_key]


def readable(form_key: str, schema: Any) -> tuple[Form | None, tuple[str, ...]]:
    """The form, or why it cannot be shown."""
    try:
        return read_form(form_key, schema, functions.NAMES), ()
    except BadInput as refused:
        return None, tuple(refused.errors.get(form_key, [refused.sentence]))


def before(draft: Draft, form_key: str, place: Place | None) -> tuple[Field, ...]:
    """The questions that stand before a place, on which what stands there may hang; all of them for None."""
    schema = schema_of(draft, form_key)
    form, _ = readable(form_key, schema)
    if form is None:
        return ()
    keys = {
        one.get("key")
        for there, one in form_places.parts_of(schema)
        if isinstance(one, Mapping) and (place is None or there < place)
    }
    return tuple(field for field in form.fields if field.key in keys)


def places(draft: Draft, form_key: str) -> list[tuple[str, str]]:
    """Where a new part can go, as (place, words), the end of the form first."""
    schema = schema_of(draft, form_key)
    found = list(form_places.parts_of(schema))
    behind = sum(len(place) == 1 for place, _ in found)
    ends = [(form_places.written_place((behind,)), "At the end of the form")]
    for place, one in found:
        words = form_places.called(one)
        ends.append((form_places.written_place(place), f"Before {words}"))
        if form_settings.kind_of(one) == "group":
            inside = sum(there[:-1] == place for there, _ in found)
            ends.append((form_places.written_place((*place, inside)), f"At the end of {words}"))
    return ends


def new_form(viewer: Viewer, draft_id: str, *, revision: int, title: str, name: str, question: str) -> str:
    """A form with its first question; its key. Raises BadInput at what to put right, and like `drafting.save`."""
    draft = drafts.show(viewer, draft_id, revision)
    name = name or _NOT_OF_A_NAME.sub("_", title.lower()).strip("_")[:60].rstrip("_")
    if not KEY.fullmatch(name):
        sentence = "The name must be in snake_case, such as record_first_visit, and at most 60 letters"
        raise BadInput(sentence, {"name": [sentence]})
    key = f"{draft.bundle.folder}/{name}"
    if key in draft.bundle.forms:
        sentence = f"There is a form {key} already. Choose another name"
        raise BadInput(sentence, {"name": [sentence]})
    first = form_settings.new_component(
        {"kind": "textarea", "label": question, "key": form_settings.key_from(question, set(functions.NAMES))}
    )
    empty = {"type": "default", "id": name, "title": title, "schemaVersion": 19, "components": []}
    _save(viewer, draft, key, form_places.added(empty, first, (0,), functions.NAMES), f"New form “{title}”")
    return key


def retitle(viewer: Viewer, draft_id: str, form_key: str, *, revision: int, title: str) -> Draft:
    """Another title for a form. Raises like `drafting.save`."""
    draft = drafts.show(viewer, draft_id, revision)
    schema = {**schema_of(draft, form_key), "title": title}
    return _save(viewer, draft, form_key, schema, f"The form {form_key} is called “{title}”")


def add(
    viewer: Viewer, draft_id: str, form_key: str, *, revision: int, place: Place, typed: Mapping[str, Any]
) -> Draft:
    """A new part at a place; a question without a key gets one from its label.

    Raises BadInput at what to put right, and like `drafting.save`.
    """
    draft = drafts.show(viewer, draft_id, revision)
    schema = schema_of(draft, form_key)
    if typed.get("kind") not in form_settings.NO_QUESTIONS and not typed.get("key"):
        taken = {one.get("key") for one in _all(schema) if isinstance(one, Mapping)} | functions.NAMES
        key = form_settings.key_from(typed.get("label") or "", {one for one in taken if isinstance(one, str)})
        typed = {**typed, "key": key}
    made = form_settings.new_component(typed)
    changed = form_places.added(schema, made, place, functions.NAMES)
    return _save(viewer, draft, form_key, changed, _what("Added", made, schema, form_key))


def change(
    viewer: Viewer,
    draft_id: str,
    form_key: str,
    *,
    revision: int,
    place: Place,
    typed: Mapping[str, Any],
    though_read: bool = False,
) -> Draft:
    """What one part says. A new key for a question whose answer is read elsewhere is refused unless `though_read`.

    Raises BadInput at what to put right, and like `drafting.save`.
    """
    draft = drafts.show(viewer, draft_id, revision)
    schema = schema_of(draft, form_key)
    old = form_places.component_at(schema, place)
    if not isinstance(old, Mapping):
        raise BadInput("This cannot be read. Take it out of the form.")
    made = form_settings.with_settings(old, typed)
    key = text_of(old, "key")
    if key and made.get("key") != key and not though_read:
        refuse_if_read(draft, form_key, key)
    changed = form_places.changed(schema, made, place, functions.NAMES)
    return _save(viewer, draft, form_key, changed, _what("Changed", made, schema, form_key))


def move(viewer: Viewer, draft_id: str, form_key: str, *, revision: int, place: Place, by: int) -> Draft:
    """A part one further up (-1) or down (1). Raises BadInput, and like `drafting.save`."""
    draft = drafts.show(viewer, draft_id, revision)
    schema = schema_of(draft, form_key)
    moved = form_places.component_at(schema, place)
    changed = form_places.moved(schema, place, by, functions.NAMES)
    return _save(viewer, draft, form_key, changed, _what("Moved", moved, schema, form_key))


def remove(
    viewer: Viewer, draft_id: str, form_key: str, *, revision: int, place: Place
) -> tuple[Draft, list[str]]:
    """Take a part out; what still reads its answer is given back, for saying so. Raises like `move`."""
    draft = drafts.show(viewer, draft_id, revision)
    schema = schema_of(draft, form_key)
    gone = form_places.component_at(schema, place)
    changed = form_places.removed(schema, place, functions.NAMES)
    saved = _save(viewer, draft, form_key, changed, _what("Took out", gone, schema, form_key))
    key = text_of(gone, "key") if isinstance(gone, Mapping) else ""
    return saved, form_uses.readers(saved.bundle, form_key, key) if key else []


def refuse_if_read(draft: Draft, form_key: str, key: str) -> None:
    """Raises BadInput, with everything that reads the answer, when a key cannot change without breaking it."""
    found = form_uses.readers(draft.bundle, form_key, key)
    if found:
        more = f" and {len(found) - 4} more" if len(found) > 4 else ""
        sentence = (
            f"“{key}” is read by {', '.join(found[:4])}{more}. Keep the key, or confirm below that you change "
            "these too"
        )
        raise BadInput(sentence, {"key": [sentence]})


def title_of(form_key: str, schema: Any) -> str:
    """What a form is called; its key in words where it has no title."""
    title = text_of(schema, "title") if isinstance(schema, Mapping) else ""
    return title or form_key.rpartition("/")[2].replace("_", " ").capitalize()


def _save(viewer: Viewer, draft: Draft, form_key: str, schema: Any, what: str) -> Draft:
    bundle = replace(draft.bundle, forms={**draft.bundle.forms, form_key: schema})
    return drafting.save(viewer, draft.id, revision=draft.revision, bundle=bundle, what=what[:200])


def _what(verb: str, component: Any, schema: Any, form_key: str) -> str:
    return f"{verb} {form_places.called(component)} in the form “{title_of(form_key, schema)}”"


def _all(schema: Any) -> list[Any]:
    return [one for _, one in form_places.parts_of(schema)] if isinstance(schema, Mapping) else []


def _rows(schema: Any, form: Form | None) -> tuple[PartRow, ...]:
    fields = form.fields if form else ()
    by_key = {field.key: field for field in fields}
    found = list(form_places.parts_of(schema)) if isinstance(schema, Mapping) else []
    places = {place for place, _ in found}
    return tuple(_row(place, one, places, by_key) for place, one in found)


def _row(place: Place, component: Any, places: set[Place], by_key: Mapping[str, Field]) -> PartRow:
    holder = component if isinstance(component, Mapping) else {}
    settings = form_settings.settings_of(holder)
    field = by_key.get(settings["key"])
    name = settings["label"] or settings["words"] or form_places.called(component)
    return PartRow(
        place=form_places.written_place(place),
        depth=len(place) - 1,
        name=name if len(name) <= 160 else f"{name[:159].rstrip()}…",
        kind=form_settings.KINDS.get(settings["kind"], ""),
        key=settings["key"],
        is_required=settings["required"],
        when=form_shown_when.in_words(field.hidden_when, list(by_key.values())) if field else "",
        is_first=place[-1] == 0,
        is_last=(*place[:-1], place[-1] + 1) not in places,
    )


def _findings(viewer: Viewer, draft: Draft, asking: set[str]) -> tuple[Finding, ...]:
    """What the checks find at the steps that ask a form, and at what reads their answers."""
    reading = form_uses.reads_from(draft.bundle, asking)
    return tuple(
        finding
        for place in checking.of_draft(viewer, draft).places
        for finding in place.findings
        if (finding.rule in OF_FORMS and place.element in asking)
        or (finding.rule in OF_READERS and place.element in reading)
    )
