"""Where the parts of a form file stand, and changing it: add, change, move, take out.

A place is a tuple of positions from 0: (2,) is the third part of the form, (2, 0) the first part of the group there.
Every change gives a new schema and refuses, by name, what could not be shown afterwards; the one given stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any

from app.domain.errors import BadInput, NotFound
from app.domain.form_components import name_of
from app.domain.form_conditions import NotUnderstood, read_condition
from app.domain.form_shown_when import renamed
from app.domain.forms import check_form

Place = tuple[int, ...]
Schema = Mapping[str, Any]


def parts_of(schema: Schema) -> Iterator[tuple[Place, Any]]:
    """Every component with its place, in the order in which it is shown, those inside groups after their group."""
    return _inside(schema, ())


def component_at(schema: Schema, place: Place) -> Any:
    """What stands at a place. Raises NotFound."""
    return deepcopy(_list_around(schema, place)[place[-1]])


def read_place(text: str) -> Place:
    """The place that an address names: "3" is the third part, "3.1" the first in the group there. Raises NotFound."""
    numbers = text.split(".")
    if not all(one.isascii() and one.isdecimal() and 0 < len(one) < 4 and int(one) > 0 for one in numbers):
        raise NotFound("There is no such question in this form.")
    return tuple(int(one) - 1 for one in numbers)


def written_place(place: Place) -> str:
    """A place as addresses name it."""
    return ".".join(str(number + 1) for number in place)


def added(schema: Schema, component: Mapping[str, Any], place: Place, known: Collection[str] = ()) -> Any:
    """The form with a component at a place; what stood there comes after it. Raises BadInput, NotFound."""

    def how(form: Any) -> None:
        siblings = _list_around(form, place, may_be_behind=True)
        siblings.insert(place[-1], deepcopy(dict(component)))

    return edited(schema, how, known)


def changed(schema: Schema, component: Mapping[str, Any], place: Place, known: Collection[str] = ()) -> Any:
    """The form with another component at a place; conditions on its key follow a new key. Raises BadInput, NotFound."""
    old, new = component_at(schema, place), component
    key = old.get("key") if isinstance(old, Mapping) else None

    def how(form: Any) -> None:
        _list_around(form, place)[place[-1]] = deepcopy(dict(component))
        if isinstance(key, str) and isinstance(new.get("key"), str) and key != new["key"]:
            for _, one in parts_of(form):
                _follow(one, key, new["key"])

    return edited(schema, how, known)


def moved(schema: Schema, place: Place, by: int, known: Collection[str] = ()) -> Any:
    """The form with a part one further up (-1) or down (1) among its neighbours. Raises BadInput, NotFound."""

    def how(form: Any) -> None:
        siblings = _list_around(form, place)
        there = place[-1] + by
        if not 0 <= there < len(siblings):
            raise BadInput(f"It stands {'first' if by < 0 else 'last'} already.")
        siblings.insert(there, siblings.pop(place[-1]))

    return edited(schema, how, known)


def removed(schema: Schema, place: Place, known: Collection[str] = ()) -> Any:
    """The form without what stands at a place, and what stands in it. Raises BadInput, NotFound."""
    return edited(schema, lambda form: _list_around(form, place).pop(place[-1]), known)


def replaced(schema: Schema, other: Schema, known: Collection[str] = ()) -> Any:
    """The other form in the place of this one. Raises BadInput with each fault that was not there before."""

    def how(form: Any) -> None:
        form.clear()
        form.update(deepcopy(dict(other)))

    return edited(schema, how, known)


def edited(schema: Schema, how: Callable[[Any], Any], known: Collection[str] = ()) -> Any:
    """A copy that `how` has changed. Raises BadInput with each thing that could be shown before and cannot be now.

    A form that came broken from elsewhere may be mended one fault at a time. `known` are the names of functions.
    """
    before = deepcopy(dict(schema))
    form = deepcopy(before)
    how(form)
    faults = set(check_form(before, known))
    new = [sentence for sentence in check_form(form, known) if sentence not in faults]
    if new:
        raise BadInput(new[0], {"_form": new})
    return form


def called(component: Any) -> str:
    """What a part is called in a sentence about it."""
    if not isinstance(component, Mapping):
        return "something that cannot be read"
    if component.get("type") == "text":
        return "the words between questions"
    if component.get("type") in ("separator", "spacer"):
        return "the line"
    return name_of(component)


def _inside(holder: Mapping[str, Any], around: Place) -> Iterator[tuple[Place, Any]]:
    components = holder.get("components")
    for number, component in enumerate(components if isinstance(components, list) else ()):
        place = (*around, number)
        yield place, component
        if isinstance(component, Mapping) and component.get("type") == "group":
            yield from _inside(component, place)


def _list_around(schema: Schema, place: Place, *, may_be_behind: bool = False) -> list[Any]:
    """The list that a place is in; `may_be_behind` allows the place behind its last."""
    holder: Any = schema
    for number in place[:-1]:
        components = holder.get("components") if isinstance(holder, Mapping) else None
        if not isinstance(components, list) or not 0 <= number < len(components):
            raise NotFound("There is no such question in this form.")
        holder = components[number]
        if not isinstance(holder, Mapping) or holder.get("type") != "group":
            raise NotFound("There is no such question in this form.")
    found = holder.get("components")
    if not isinstance(found, list) or not place or not 0 <= place[-1] < len(found) + may_be_behind:
        raise NotFound("There is no such question in this form.")
    return found


def _follow(component: Any, old: str, new: str) -> None:
    conditional = component.get("conditional") if isinstance(component, Mapping) else None
    if not isinstance(conditional, dict):
        return
    hide = conditional.get("hide")
    try:
        if any(one.field == old for one in read_condition(hide).comparisons):
            conditional["hide"] = renamed(str(hide), old, new)
    except NotUnderstood:
        return  # said by check_form
