"""Whatever is sent to a form, the answer is a JSON value or a sentence."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import BadInput
from app.domain.forms import check_form, read_form, validate

KINDS: tuple[dict[str, Any], ...] = (
    {"type": "textfield"},
    {"type": "textarea", "validate": {"minLength": 2}},
    {"type": "number", "decimalDigits": 2},
    {"type": "select", "values": [{"label": "A", "value": "a"}]},
    {"type": "radio", "values": [{"label": "A", "value": "a"}]},
    {"type": "checkbox"},
    {"type": "checklist", "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]},
    {"type": "datetime", "subtype": "date"},
    {"type": "datetime", "subtype": "time"},
    {"type": "datetime", "subtype": "datetime"},
)
FORM = read_form(
    "fuzz/every_kind",
    {
        "type": "default",
        "components": [{**kind, "key": f"q{n}", "label": f"Question {n}"} for n, kind in enumerate(KINDS)],
    },
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.sampled_from(
        ["a", "2026-02-30", "2026-01-01T25:00", "24:00", "12.60pm", "٣", "1e999", "9" * 5000, "\ud800"]
    )
    | st.dates().map(str)
    | st.datetimes().map(lambda moment: moment.isoformat())
)
parts = st.sampled_from(["day", "month", "year", "time", "x"])
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(parts | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=8,
)
names = st.sampled_from([field.key for field in FORM.fields]) | st.text(max_size=5)


@settings(max_examples=500, deadline=None)
@given(answers=st.dictionaries(names, anything, max_size=12) | anything)
def test_any_answers_are_accepted_as_json_or_refused_with_sentences(answers: Any) -> None:
    FORM.shown(answers if isinstance(answers, dict) else {})
    refusals, checked = outcome(answers)

    assert (checked is None) == bool(refusals)
    assert all(sentence for sentences in refusals.values() for sentence in sentences)
    text = json.dumps([checked, refusals], allow_nan=False, ensure_ascii=False)
    assert "\x00" not in text
    text.encode("utf-8")
    if checked is not None:
        assert validate(FORM, checked) == checked


def outcome(answers: Any) -> tuple[dict[str, list[str]], dict[str, Any] | None]:
    """The sentences, or the checked answers."""
    try:
        return {}, validate(FORM, answers)
    except BadInput as refused:
        return refused.errors, None


@settings(max_examples=200, deadline=None)
@given(
    components=st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(["textfield", "number", "radio", "group", "datetime", "text"])
                | anything
            },
            optional={
                "key": st.text(max_size=8) | anything,
                "label": anything,
                "values": anything,
                "validate": st.dictionaries(
                    st.sampled_from(["min", "max", "maxLength", "required"]), anything
                ),
                "conditional": st.dictionaries(st.just("hide"), anything | st.just('=a = "b" and a = 1')),
                "properties": st.dictionaries(st.sampled_from(["fact", "width", "when"]), anything),
                "components": anything,
                "defaultValue": anything,
            },
        )
        | anything,
        max_size=4,
    )
)
def test_any_form_file_is_read_or_refused_with_sentences(components: list[Any]) -> None:
    file = {"type": "default", "components": components}

    findings = check_form(file)

    "".join(findings).encode("utf-8")
    if not findings:
        form = read_form("fuzz/any", file)
        form.shown({})
