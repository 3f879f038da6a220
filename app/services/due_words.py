"""A due time of a drawing in words: how long after what, by whose rule, and which of several counts.

The words never calculate: they say what the expression means for any child, in an area's own limits.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.deadlines import DeadlineRule
from app.domain.durations import is_duration
from app.domain.errors import BadInput, ExpressionRefused
from app.domain.explanations import UNIT_WORDS, rule_in_words, source_in_words
from app.domain.limits import Rule
from app.domain.profiles import Profile
from app.engine import grammar

Said = Callable[[str], str | None]
"""What a name stands for ("release_on" or "hold_meeting.held_at"), in words; None where nobody says."""
WORKED_OUT = "a time that the pathway works out"


@dataclass(frozen=True)
class RuleWords:
    """A time limit as an area has it: the protocol's side and the statutory one, each with its source.

    `counted_from` is the event as the rule names it; `is_used` is False where the area has switched it off.
    """

    key: str
    title: str
    counted_from: str
    local: str
    local_source: str
    statutory: str
    statutory_source: str
    is_used: bool

    @property
    def sentence(self) -> str:
        """Both sides in one sentence, and which counts."""
        sides = []
        if self.local:
            sides.append(f"{self.local} in this area ({self.local_source})")
        if self.statutory:
            sides.append(f"{self.statutory} by statute ({self.statutory_source})")
        said = "; ".join(sides)
        return said[:1].upper() + said[1:] + ("; whichever ends first counts." if len(sides) == 2 else ".")


@dataclass(frozen=True)
class DueWords:
    """When something is due, and the rules that the words rest on; `cases` where it depends, one phrase each."""

    how: str
    rules: tuple[RuleWords, ...]
    cases: tuple[str, ...] = ()


def due_in_words(text: str, profile: Profile, said: Said, called: Callable[[str], str]) -> DueWords:
    """The words of a due time or a timer. `called` says what a fact of the child is called. Never raises."""
    reader = _Reader(profile, said, called)
    plain = text.strip().strip("\"'")
    if is_duration(plain):
        return DueWords(f"{_length(plain)} after this point is reached", ())
    try:
        how, cases = reader.whole(grammar.expression(text))
    except ExpressionRefused:
        how, cases = WORKED_OUT, ()
    return DueWords(how, tuple(reader.rules.values()), cases)


def due_in_one_line(text: str, profile: Profile, said: Said, called: Callable[[str], str]) -> str:
    """`due_in_words` with the cases behind it, for where there is one line; empty for an empty text. Never raises."""
    if not text:
        return ""
    due = due_in_words(text, profile, said, called)
    return f"{due.how}: {'; '.join(due.cases)}" if due.cases else due.how


def nothing_said(name: str) -> None:
    """A `said` for where no drawing is at hand: names stand as they are written."""


def condition_in_words(text: str, profile: Profile, said: Said, called: Callable[[str], str]) -> str:
    """The words of a condition. Never raises."""
    try:
        return _Reader(profile, said, called).condition(grammar.expression(text))
    except ExpressionRefused:
        return "what the drawing asks for holds"


class _Reader:
    """Reads one expression; keeps the rules that it names, in order."""

    def __init__(self, profile: Profile, said: Said, called: Callable[[str], str]) -> None:
        self.profile, self.said, self.called = profile, said, called
        self.rules: dict[str, RuleWords] = {}

    def whole(self, tree: ast.expr) -> tuple[str, tuple[str, ...]]:
        """The phrase of a whole expression; or what decides between several, and those."""
        if isinstance(tree, ast.IfExp):
            return "it depends", tuple(self._ways(tree))
        if isinstance(tree, ast.Call) and _called(tree) in ("min", "max") and len(tree.args) > 1:
            cases = tuple(dict.fromkeys(self.time(one) for one in tree.args))
            if len(cases) > 1:
                return f"the {_which(_called(tree), len(cases))} of these", cases
        return self.time(tree), ()

    def _ways(self, tree: ast.expr) -> list[str]:
        if not isinstance(tree, ast.IfExp):
            return [f"otherwise: {self.time(tree)}"]
        return [f"if {self.condition(tree.test)}: {self.time(tree.body)}", *self._ways(tree.orelse)]

    def time(self, tree: ast.expr) -> str:
        """A time as something may be counted from it: "the release date", "5 working days after the remand"."""
        if isinstance(tree, ast.IfExp):
            return (
                f"({self.time(tree.body)} if {self.condition(tree.test)}, otherwise {self.time(tree.orelse)})"
            )
        if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or):
            return f"{', or where that is not known '.join(self.time(one) for one in tree.values)}"
        if isinstance(tree, ast.BinOp):
            return self._shifted(tree)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self._call(tree.func.id, tree.args)
        return self._name(tree)

    def _name(self, tree: ast.expr) -> str:
        key = _dotted(tree)
        if not key:
            return WORKED_OUT
        return self.said(key) or f"“{_plain(key.rpartition('.')[2])}”"

    def _call(self, name: str, args: list[ast.expr]) -> str:
        if name == "deadline" and len(args) == 2 and isinstance(args[0], ast.Constant):
            return self._limit(str(args[0].value), args[1])
        if name in ("min", "max") and len(args) > 1:
            several = list(dict.fromkeys(self.time(one) for one in args))
            if len(several) == 1:
                return several[0]
            return f"the {_which(name, len(several))} of ({'; '.join(several)})"
        if name == "fact" and args and isinstance(args[0], ast.Constant):
            words = self.called(str(args[0].value))
            return words[:1].lower() + words[1:]
        if name == "birthday" and args and isinstance(args[0], ast.Constant):
            return f"the child’s {_ordinal(args[0].value)} birthday"
        if name in ("str", "time", "date") and args:
            return self.time(args[0])
        if name in ("now", "today"):
            return "the moment at which this point is reached"
        if name == "working_days" and len(args) == 2:
            return f"{_value(args[0])} working days after {self.time(args[1])}"
        return WORKED_OUT

    def _limit(self, key: str, start: ast.expr) -> str:
        try:
            rule = self.profile.deadline(key)
        except BadInput:
            return f"a time limit that {self.profile.name} does not have ({key})"
        named = _dotted(start)
        begin = self._start(start) if not named or self.said(named) else f"“{rule.counted_from}”"
        self.rules[key] = RuleWords(
            key=key,
            title=rule.title,
            counted_from=rule.counted_from,
            local=rule_in_words(rule.local) if rule.local else "",
            local_source=source_in_words(rule.local) if rule.local else "",
            statutory=rule_in_words(rule.statutory) if rule.statutory else "",
            statutory_source=source_in_words(rule.statutory) if rule.statutory else "",
            is_used=self.profile.applies(rule),
        )
        if begin.startswith("when "):
            begin = f"the moment {begin}"
        return f"{_both(rule)} {begin}"

    def _start(self, tree: ast.expr) -> str:
        """What a limit is counted from; of another limit its name too, or the two would run into each other."""
        if (
            isinstance(tree, ast.Call)
            and _called(tree) == "deadline"
            and isinstance(tree.args[0], ast.Constant)
        ):
            inner = self.time(tree)
            rule = self.rules.get(str(tree.args[0].value))
            return f"the day of “{rule.title}”, which is {inner}" if rule else inner
        return self.time(tree)

    def _shifted(self, tree: ast.BinOp) -> str:
        length = tree.right
        if isinstance(length, ast.Call) and isinstance(length.func, ast.Name) and length.args:
            unit, count = length.func.id, _value(length.args[0])
            if unit == "days" and count == "1" and isinstance(tree.op, ast.Add):
                return f"the end of the day of {self.time(tree.left)}"
            if unit in ("days", "weeks", "hours") and count:
                word = unit.removesuffix("s") if count == "1" else unit
                side = "after" if isinstance(tree.op, ast.Add) else "before"
                return f"{count} {word} {side} {self.time(tree.left)}"
        return WORKED_OUT

    def condition(self, tree: ast.expr) -> str:
        """A condition as it follows “if”."""
        if isinstance(tree, ast.BoolOp):
            joined = " and " if isinstance(tree.op, ast.And) else " or "
            return joined.join(self.condition(one) for one in tree.values)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return f"it is not so that {self.condition(tree.operand)}"
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
            return self._comparison(tree.left, tree.ops[0], tree.comparators[0])
        return self._truth(self._thing(tree), "is known")

    @staticmethod
    def _truth(subject: str, otherwise: str, *, holds: bool = True) -> str:
        """ "whether it is an emergency" becomes "it is an emergency"."""
        if subject.startswith("whether "):
            plain = subject.removeprefix("whether ")
            return plain if holds else f"it is not so that {plain}"
        return f"{subject} {otherwise}"

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
        subject = self._thing(left)
        is_same = isinstance(operator, ast.Eq | ast.Is)
        if isinstance(right, ast.Constant) and right.value is None:
            return f"{subject} is {'not known' if is_same else 'known'}"
        if isinstance(right, ast.Constant) and isinstance(right.value, bool):
            holds = is_same == right.value
            return self._truth(subject, "is true" if holds else "is not true", holds=holds)
        words = {ast.Eq: "is", ast.NotEq: "is not", ast.Lt: "is before", ast.LtE: "is not after",
                 ast.Gt: "is after", ast.GtE: "is not before", ast.In: "is one of"}  # fmt: skip
        return f"{subject} {words.get(type(operator), 'fits')} {self._thing(right)}"

    def _thing(self, tree: ast.expr) -> str:
        if isinstance(tree, ast.Constant):
            return f"“{_plain(str(tree.value))}”"
        key = _dotted(tree)
        if key:
            return self.said(key) or f"“{_plain(key.rpartition('.')[2])}”"
        return self.time(tree) if isinstance(tree, ast.Call) else "what was recorded"


def _both(rule: DeadlineRule) -> str:
    """How long, and on which side of the event: "5 working days after", "1 week or 5 working days (…) after"."""
    amounts: dict[tuple[str, str], None] = {}
    for side in (rule.local, rule.statutory):
        if side is not None:
            amounts[_amount(side)] = None
    words = list(amounts)
    sides = {side for _, side in words}
    if len(words) == 2 and len(sides) == 1:
        return f"{words[0][0]} or {words[1][0]} (whichever ends first) {words[0][1]}"
    joined = " or ".join(f"{amount} {side}".strip() for amount, side in words)
    return f"{joined} (whichever ends first)" if len(words) == 2 else joined


def _amount(rule: Rule) -> tuple[str, str]:
    if rule.amount == 0:
        return ("at once", "after") if rule.is_in_hours else ("", "on the day of")
    unit = UNIT_WORDS[rule.unit]
    count = f"1 {unit}" if rule.amount == 1 else f"{rule.amount} {unit}s"
    return f"{count} of working days" if rule.unit == "working_day_hours" else count, rule.direction


def _which(name: str, count: int) -> str:
    return {"min": ("earlier", "earliest"), "max": ("later", "latest")}[name][count > 2]


def _called(tree: ast.Call) -> str:
    return tree.func.id if isinstance(tree.func, ast.Name) else ""


def _dotted(tree: ast.expr) -> str:
    """A name, or a name with one attribute, as it is written; empty for anything else."""
    if isinstance(tree, ast.Name):
        return tree.id
    if isinstance(tree, ast.Attribute) and isinstance(tree.value, ast.Name):
        return f"{tree.value.id}.{tree.attr}"
    return ""


def _plain(name: str) -> str:
    return name.removesuffix("_on").removesuffix("_at").replace("_", " ")


def _value(tree: ast.expr) -> str:
    return str(tree.value) if isinstance(tree, ast.Constant) else ""


def _ordinal(number: object) -> str:
    text = str(number)
    ending = (
        "th" if text[-2:] in ("11", "12", "13") else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1:], "th")
    )
    return f"{text}{ending}"


_LENGTHS: Mapping[str, str] = {"Y": "year", "W": "week", "D": "day", "H": "hour", "S": "second"}


def _length(duration: str) -> str:
    """An ISO duration in words: P14D is 14 days."""
    parts, number, is_time = [], "", False
    for letter in duration[1:]:
        if letter.isdigit():
            number += letter
        elif letter == "T":
            is_time = True
        else:
            unit = _LENGTHS.get(letter, "minute" if is_time else "month")
            parts.append(f"{number} {unit}{'' if number == '1' else 's'}")
            number = ""
    return " and ".join(parts)
