"""The checks on one expression while somebody types it: the same as of the element that is going to hold it."""

from __future__ import annotations

from app.engine import check_properties, written
from app.engine.check_elements import Known
from app.engine.contracts import Finding
from app.engine.moments import is_duration, is_moment
from app.engine.shapes import Node, Scope


def typed(kind: str, text: str, known: Known, words: check_properties.Vocabulary) -> list[Finding]:
    """Findings about one expression while it is typed, as `check` would say them of an element that holds it.

    `kind` is "time", "duration", "script", or one of `written.CALLED`, or what `written.expressions` calls it.
    """
    scope = Scope("", "", "", executable=True, parent=None)
    node = Node("", "", "this element", scope, {}, {}, {}, (), None, "", frozenset(), text.strip())
    if not text.strip():
        return []
    if kind in ("time", "duration"):
        return list(
            check_properties.timer(
                node, "timeDuration" if kind == "duration" else "timeDate", text.strip(), known, words
            )
        )
    if kind == "script":
        return list(check_properties.script(node, known, words))
    what = written.CALLED.get(kind, kind)
    if kind == "due" and (is_duration(text.strip()) or is_moment(text.strip())):
        return []
    return list(check_properties.expression(node, what, text.strip(), known, words))
