"""Expressions from anybody: only what is allowed is evaluated, and only ExpressionRefused ever comes out."""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.errors import ExpressionRefused
from app.domain.profiles import Profile
from app.domain.workdays import WorkingCalendar
from app.engine import evaluator, functions, grammar
from app.engine.contracts import EngineContext

PROFILE = Profile(
    key="test",
    name="Test",
    extends=None,
    area=None,
    aliases=(),
    division="england",
    words=MappingProxyType({}),
    deadlines=MappingProxyType({}),
    switches=MappingProxyType({}),
    settings=MappingProxyType({}),
    contacts=MappingProxyType({}),
    recipients=MappingProxyType({}),
    money=MappingProxyType({}),
    ladder=(),
)
FUNCTIONS = functions.table(
    EngineContext(datetime(2026, 12, 24, tzinfo=UTC), PROFILE, WorkingCalendar({}), {})
)
NAMES = {
    "n": 3,
    "text": "word",
    "listed": [1, 2],
    "visit": {"seen_on": "2026-12-24", "get": "x"},
    "nothing": None,
}

ATTACKS = [
    "__import__('os').system('id')",
    "import os",
    "().__class__.__base__.__subclasses__()",
    "''.__class__",
    "n.__class__",
    "visit.__class__",
    "visit['__class__'].__mro__",
    "getattr(n, '__class__')",
    "'{0.__class__}'.format(n)",
    "text.format(n)",
    "'%s' % n",
    "f'{n}'",
    "f'{().__class__}'",
    "lambda: 1",
    "(lambda: 1)()",
    "[x for x in listed]",
    "{x for x in listed}",
    "{x: x for x in listed}",
    "(x for x in listed)",
    "9**9**9",
    "n ** n",
    "1 << 9999",
    "(m := 5)",
    "'a' * 10**9",
    "'a' * 999999999",
    "[0] * 999999999",
    "listed * listed",
    "open('/etc/passwd')",
    "exec('1')",
    "eval('1')",
    "compile('1', '', 'eval')",
    "globals()",
    "vars()",
    "dir()",
    "type(n)",
    "print(n)",
    "input()",
    "breakpoint()",
    "yield n",
    "await n",
    "...",
    "b'bytes'",
    "1j",
    "*listed",
    "len(*listed)",
    "len(**visit)",
    "{**visit}",
    "listed[0:1]",
    "text[::2]",
    "days.__globals__",
    "deadline.__self__",
    "today().__class__",
    "today().replace(year=1)",
    "now().astimezone",
    "listed.append(1)",
    "visit.pop('seen_on')",
    "text.encode()",
    "text.join(listed)",
    "_hidden",
    "n; n",
    "n\nn",
    "n = 1",
    "del n",
    "'\\x41'",
    "x" * 5000,
    "(" * 500 + "1" + ")" * 500,
    "-" * 3000 + "1",
    "not " * 900 + "n",
    "[" * 90 + "]" * 90,
    "1" * 5000,
    "1 + " * 900 + "1",
    "n" + ".a" * 900,
    "9" * 200 + " * " + "9" * 200,
    "1.0 / 0",
    "n / 0",
    "n % 0",
    "listed[9]",
    "listed['a']",
    "visit['a']",
    "visit.missing",
    "missing",
    "n()",
    "n.real",
    "text.upper.lower",
    "text + n",
    "listed < n",
    "-text",
    "today() < n",
    "date('soon')",
    "date(nothing)",
    "working_days(10**9)",
    "working_days(99999999)",
    "working_days(1, '9999-12-31')",
    "days(10**12)",
    "days('1')",
    "now() + days(36500) + days(36500) * 99999",
    "hours(True)",
    "int('9' * 1)" + "0" * 0 + " + int('x')",
    "int('" + "9" * 3000 + "')",
    "float('nan') + text",
    "round(text)",
    "min()",
    "max(1)",
    "len()",
    "len(n)",
    "abs(text)",
    "fact()",
    "fact(listed)",
    "switch('x')",
    "money('x')",
    "word('x')",
    "deadline('x', now())",
    "deadline(listed, now())",
    "deadline('x', '2026-01-01T09:00')",
    "recipients(listed)",
    "age('2030')",
    "time(1)",
    "\x00",
    "n\x00",
    "\ud800",
    "",
    "   ",
    "#",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_with_a_sentence(attack):
    with pytest.raises(ExpressionRefused) as refused:
        evaluator.evaluate(attack, NAMES, FUNCTIONS)

    assert len(refused.value.sentence) < 400
    assert refused.value.sentence.endswith((".", ")"))


SCRIPTS = [
    *["import os", "def f(): pass", "class A: pass", "while True: n = 1", "for x in y: n = 1", "if n: m = 1"],
    *["n", "n[0] = 1", "n.a = 1", "a, b = 1, 2", "a = b = 1", "_n = 1", "global n", "assert n", "raise n"],
    *["del n", "n: int = 1", "with n: m = 1", "try:\n n = 1\nfinally:\n m = 1", "n = (lambda: 1)", "pass"],
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_holds_assignments_and_nothing_else(script):
    with pytest.raises(ExpressionRefused):
        grammar.assignments(script)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - 4 // 2", 5),
        ("n > 2 and text == 'word' or nothing", True),
        ("not nothing", True),
        ("'seen' if n else 'not'", "seen"),
        ("visit.seen_on < today()", False),
        ("visit.seen_on == today()", True),
        ("today() == visit['seen_on']", True),
        ("date('2026-12-31') - today() == days(7)", True),
        ("now() + hours(1) > '2026-12-24T00:30:00+00:00'", True),
        ("n in [1, 2, 3]", True),
        ("text.upper().startswith('W')", True),
        ("visit.get('other', 'none')", "none"),
        ("len(nothing) + len(listed)", 2),
        ("max(n, 7) + min(1, 2)", 8),
        ("weekday(visit.seen_on)", 4),
        ("year('2026-12-24') * 100 + month('2026-12-24')", 202612),
        ("age('2010-12-25')", 15),
        ("age('2010-12-24')", 16),
        ("fact('unknown', 'default')", "default"),
        ("{'a': [n, text]}", {"a": [3, "word"]}),
        ("(date('2026-12-31') - today()).days", 7),
        ("1 < n < 5", True),
        ("nothing is None", True),
    ],
)
def test_the_language_says(text, value):
    assert evaluator.evaluate(text, NAMES, FUNCTIONS) == value


SIGNS = "( ) [ ] { } , . : = == + - * ** / // % < > not and or in is if else lambda for await None True 1 0"
ODD = [
    "10**9",
    "'a'",
    '"',
    "'",
    "f'",
    "__class__",
    "@",
    "~",
    "|",
    "&",
    ">>",
    ":=",
    " ",
    "\n",
    "\\",
    "#",
    "1e400",
    "é",
]
PIECES = st.sampled_from([*NAMES, *functions.NAMES, *SIGNS.split(), *ODD])
TEXTS = st.one_of(
    st.lists(PIECES, max_size=25).map(" ".join), st.text(max_size=200), st.text(string.printable)
)


def refused(read: Callable[[str], object], text: str) -> ExpressionRefused | None:
    """The refusal of `text`, or None if it was read; any other error comes through."""
    try:
        read(text)
    except ExpressionRefused as refusal:
        return refusal
    return None


@settings(max_examples=500, deadline=None)
@given(text=TEXTS)
@example("days(1)[")
@example("1e400 * 0")
@example("'\ud800'")
def test_no_text_makes_anything_but_a_value_or_a_refusal(text):
    refusal = refused(lambda expression: evaluator.evaluate(expression, NAMES, FUNCTIONS), text)

    assert refusal is None or refusal.sentence


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_no_text_makes_anything_but_assignments_or_a_refusal(text):
    refusal = refused(grammar.assignments, text)

    assert refusal is None or refusal.sentence


def test_the_values_that_an_expression_reads_are_never_changed():
    before = repr(NAMES)

    for text in ("visit", "listed + [3]", "{'a': visit}", "visit.get('seen_on')"):
        evaluator.evaluate(text, NAMES, FUNCTIONS)

    assert repr(NAMES) == before
