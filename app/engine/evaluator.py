"""Walks the syntax tree of an allowed expression. There is no eval and no exec, and no attribute of a Python object
is ever reached: a dot reads a key of a record, or one of a few parts of a date."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from app.domain.errors import ExpressionRefused, ThroughcareError
from app.engine import grammar
from app.engine.moments import as_date, as_moment

MAX_STEPS = 5000
MAX_ITEMS = 2000
MAX_TEXT = 20_000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}
_DATE_PARTS = ("year", "month", "day")
_TIME_PARTS = ("hour", "minute")
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset({"lower", "upper", "strip", "startswith", "endswith"}),
    dict: frozenset({"get"}),
    date: frozenset({"isoformat", "weekday"}),
    datetime: frozenset({"isoformat", "weekday", "date"}),
}
Functions = Mapping[str, Callable[..., Any]]


def evaluate(text: str, names: Mapping[str, Any], functions: Functions) -> Any:
    """The value of the expression `text`.

    `names` are the records and variables it may read, `functions` all it may call.
    Raises ExpressionRefused, and nothing else, for whatever goes wrong, with a sentence that a person can act on.
    """
    return value_of(grammar.expression(text), names, functions, text)


def value_of(tree: ast.expr, names: Mapping[str, Any], functions: Functions, text: str) -> Any:
    """The value of a tree that app.engine.grammar let through."""
    try:
        return _Walk(names, functions).value(tree)
    except ThroughcareError as error:
        raise ExpressionRefused(f"{error.sentence} (in: {_short(text)})") from error
    except Exception as error:
        raise ExpressionRefused(f"{_sentence(error)} (in: {_short(text)})") from error


class _Walk:
    def __init__(self, names: Mapping[str, Any], functions: Functions) -> None:
        self.names = names
        self.functions = functions
        self.steps = 0

    def value(self, node: ast.expr) -> Any:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise ExpressionRefused("The expression takes too many steps.")
        method = _VISITORS.get(type(node))
        if method is None:
            raise ExpressionRefused(f"The expression uses {type(node).__name__}, which is not allowed.")
        return _within_limits(method(self, node))

    def constant(self, node: ast.Constant) -> Any:
        return node.value

    def name(self, node: ast.Name) -> Any:
        try:
            return self.names[node.id]
        except KeyError:
            raise ExpressionRefused(f"There is nothing called {node.id} here.") from None

    def sequence(self, node: ast.List | ast.Tuple) -> Any:
        return [self.value(item) for item in node.elts]

    def dict(self, node: ast.Dict) -> Any:
        keys = [self.value(key) for key in node.keys if key is not None]
        if not all(isinstance(key, str) for key in keys):
            raise ExpressionRefused("The keys of a record must be text.")
        return dict(zip(keys, (self.value(value) for value in node.values), strict=True))

    def boolean(self, node: ast.BoolOp) -> Any:
        stop_at = isinstance(node.op, ast.Or)
        result: Any = None
        for part in node.values:
            result = self.value(part)
            if bool(result) is stop_at:
                break
        return result

    def unary(self, node: ast.UnaryOp) -> Any:
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not operand
        return -operand if isinstance(node.op, ast.USub) else +operand

    def binary(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        repeated = isinstance(left, str | list) or isinstance(right, str | list)
        if repeated and not isinstance(node.op, ast.Add):
            raise ExpressionRefused("Text and lists can be joined with + and nothing else.")
        if isinstance(left, date | datetime) or isinstance(right, date | datetime):
            left, right = _alike(left, right)
        return _BINARY[type(node.op)](left, right)

    def compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        for comparison, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part)
            if not isinstance(comparison, ast.In | ast.NotIn | ast.Is | ast.IsNot):
                first, second = _alike(left, right)
            else:
                first, second = left, right
            if not _COMPARE[type(comparison)](first, second):
                return False
            left = right
        return True

    def choice(self, node: ast.IfExp) -> Any:
        return self.value(node.body) if self.value(node.test) else self.value(node.orelse)

    def subscript(self, node: ast.Subscript) -> Any:
        holder = self.value(node.value)
        if not isinstance(holder, dict | list | str):
            raise ExpressionRefused("Square brackets can only follow a record, a list or text.")
        return holder[self.value(node.slice)]

    def attribute(self, node: ast.Attribute) -> Any:
        holder = self.value(node.value)
        if isinstance(holder, dict):
            if node.attr in holder:
                return holder[node.attr]
            raise ExpressionRefused(f"There is no {node.attr} in {_short(ast.unparse(node.value))}.")
        if isinstance(holder, date | datetime) and node.attr in _DATE_PARTS:
            return getattr(holder, node.attr)
        if isinstance(holder, datetime) and node.attr in _TIME_PARTS:
            return getattr(holder, node.attr)
        if isinstance(holder, timedelta) and node.attr == "days":
            return holder.days
        raise ExpressionRefused(f"There is no {node.attr} in {_short(ast.unparse(node.value))}.")

    def call(self, node: ast.Call) -> Any:
        arguments = [self.value(argument) for argument in node.args]
        named = {word.arg: self.value(word.value) for word in node.keywords if word.arg is not None}
        if isinstance(node.func, ast.Name):
            function = self.functions.get(node.func.id)
            if function is None:
                raise ExpressionRefused(f"There is no function called {node.func.id}.")
            return function(*arguments, **named)
        if isinstance(node.func, ast.Attribute):
            holder = self.value(node.func.value)
            kind = str if isinstance(holder, str) else type(holder)
            if node.func.attr in _METHODS.get(kind, frozenset()):
                return getattr(holder, node.func.attr)(*arguments, **named)
        raise ExpressionRefused(f"{_short(ast.unparse(node.func))} cannot be called.")


_VISITORS: dict[type[ast.expr], Callable[[_Walk, Any], Any]] = {
    ast.Constant: _Walk.constant,
    ast.Name: _Walk.name,
    ast.List: _Walk.sequence,
    ast.Tuple: _Walk.sequence,
    ast.Dict: _Walk.dict,
    ast.BoolOp: _Walk.boolean,
    ast.UnaryOp: _Walk.unary,
    ast.BinOp: _Walk.binary,
    ast.Compare: _Walk.compare,
    ast.IfExp: _Walk.choice,
    ast.Subscript: _Walk.subscript,
    ast.Attribute: _Walk.attribute,
    ast.Call: _Walk.call,
}


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    # Task data holds ISO text; functions give dates. Comparing the two means the same moment or the same day.
    pair = (left, right)
    if any(isinstance(side, datetime) for side in pair) and all(
        isinstance(side, datetime | str) for side in pair
    ):
        return as_moment(left), as_moment(right)
    if any(isinstance(side, date) for side in pair) and all(isinstance(side, date | str) for side in pair):
        return as_date(left), as_date(right)
    return pair


def _within_limits(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and value.bit_length() > grammar.MAX_INTEGER_BITS:
        raise ExpressionRefused("A number became too large.")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ExpressionRefused("A text became too long.")
    if isinstance(value, list | dict) and len(value) > MAX_ITEMS:
        raise ExpressionRefused("A list became too long.")
    return value


def _sentence(error: Exception) -> str:
    if isinstance(error, TypeError):
        return "The expression puts together values that do not go together."
    if isinstance(error, ZeroDivisionError):
        return "The expression divides by nothing."
    if isinstance(error, KeyError | IndexError):
        return "The expression asks for something that is not there."
    if isinstance(error, OverflowError):
        return "A number or a date became too large."
    return "The expression cannot be worked out."


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
