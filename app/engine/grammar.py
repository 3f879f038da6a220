"""Which Python may be written in a diagram: an allow-list over the syntax tree, with limits on length and depth.

Nothing is ever given to eval or exec: a text that passes here is walked by app.engine.evaluator.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock

from app.domain.errors import ExpressionRefused

MAX_CHARACTERS = 4000
MAX_NODES = 400
MAX_DEPTH = 40
MAX_INTEGER_BITS = 256

_EXPRESSIONS: tuple[type[ast.AST], ...] = (
    ast.Expression,
    ast.Constant,
    ast.Name,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.IfExp,
    ast.Subscript,
    ast.Attribute,
    ast.Call,
    ast.keyword,
    ast.Load,
    ast.And,
    ast.Or,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Is,
    ast.IsNot,
)
_STATEMENTS: tuple[type[ast.AST], ...] = (*_EXPRESSIONS, ast.Module, ast.Assign, ast.AugAssign, ast.Store)
_PLAIN = (str, int, float, bool, type(None))
_parsing = Lock()


@lru_cache(maxsize=4096)
def expression(text: str) -> ast.expr:
    """The syntax tree of an expression. Raises ExpressionRefused for anything that is not allowed."""
    tree = _parse(text, "eval")
    assert isinstance(tree, ast.Expression)
    return tree.body


@lru_cache(maxsize=1024)
def assignments(text: str) -> tuple[tuple[str, ast.expr], ...]:
    """The assignments of a script, in order, as (name, value). Raises ExpressionRefused for any other statement."""
    tree = _parse(text, "exec")
    assert isinstance(tree, ast.Module)
    return tuple(_assignment(statement) for statement in tree.body)


def names(tree: ast.AST) -> Iterator[tuple[str, str | None]]:
    """Each name that the expression reads, with the attribute asked of it (or None)."""
    asked = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in called:
            yield node.id, asked.get(id(node))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Each call in the expression."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@lru_cache(maxsize=4096)
def facts_in(text: str) -> frozenset[str]:
    """The facts of the child that an expression asks for by name; none of a text that is no expression."""
    try:
        asked = list(calls(expression(text))) if text else []
    except ExpressionRefused:
        return frozenset()
    called = [(call.func.id, call.args) for call in asked if isinstance(call.func, ast.Name)]
    named = {
        str(args[0].value)
        for name, args in called
        if name == "fact" and args and isinstance(args[0], ast.Constant)
    }
    return frozenset(named | ({"date_of_birth"} if any(name == "birthday" for name, _ in called) else set()))


def rules_in(text: str) -> tuple[str, ...]:
    """The rule keys that an expression asks a profile for, in the order written; none where it cannot be read."""
    try:
        tree = expression(text)
    except ExpressionRefused:
        return ()
    return tuple(
        str(call.args[0].value)
        for call in calls(tree)
        if isinstance(call.func, ast.Name)
        and call.func.id == "deadline"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    )


def _assignment(statement: ast.stmt) -> tuple[str, ast.expr]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AugAssign):
        target, value = statement.target, statement.value
    else:
        raise ExpressionRefused("A script may only hold assignments, such as visits = 0.")
    if not isinstance(target, ast.Name):
        raise ExpressionRefused("A script may only assign to a plain name, such as visits = 0.")
    if isinstance(statement, ast.AugAssign):
        value = ast.BinOp(ast.Name(target.id, ast.Load()), statement.op, value)
    return target.id, value


def _parse(text: str, mode: str) -> ast.AST:
    if len(text) > MAX_CHARACTERS:
        raise ExpressionRefused(f"The expression is longer than {MAX_CHARACTERS} characters.")
    if "\\" in text:
        raise ExpressionRefused("The expression has a backslash, which is not allowed.")
    try:
        with _parsing, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode=mode)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError, OverflowError) as error:
        raise ExpressionRefused(f"The expression cannot be read: {_reason(error)}.") from error
    _check(tree, _EXPRESSIONS if mode == "eval" else _STATEMENTS)
    return tree


def _check(tree: ast.AST, allowed: tuple[type[ast.AST], ...]) -> None:
    count = 0
    pending = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise ExpressionRefused(
                "The expression is too long or too deep. Split it, or use fewer brackets."
            )
        if type(node) not in allowed:
            raise ExpressionRefused(
                f"The expression uses {_WORDS.get(type(node).__name__, type(node).__name__)}, "
                "which is not allowed."
            )
        _check_node(node)
        pending.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _check_node(node: ast.AST) -> None:
    if isinstance(node, ast.Constant):
        if type(node.value) not in _PLAIN:
            raise ExpressionRefused(
                "The expression holds a value that is not text, a number, True, False or None."
            )
        if type(node.value) is int and node.value.bit_length() > MAX_INTEGER_BITS:
            raise ExpressionRefused("The expression holds a number that is too large.")
    elif isinstance(node, ast.Name) and node.id.startswith("_"):
        raise ExpressionRefused(f"The name {node.id} is not allowed: names do not start with an underscore.")
    elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        raise ExpressionRefused(
            f"The name {node.attr} is not allowed: names do not start with an underscore."
        )
    elif (isinstance(node, ast.Dict) and None in node.keys) or (
        isinstance(node, ast.keyword) and node.arg is None
    ):
        raise ExpressionRefused("The expression uses **, which is not allowed.")
    elif isinstance(node, ast.Call) and not isinstance(node.func, ast.Name | ast.Attribute):
        raise ExpressionRefused("Only the functions of the pathway language can be called.")


def _reason(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.msg:
        return error.msg.rstrip(".")[:120]
    return "it is too deep or holds characters that cannot be used"


_WORDS = {
    "Lambda": "a lambda",
    "ListComp": "a comprehension",
    "SetComp": "a comprehension",
    "DictComp": "a comprehension",
    "GeneratorExp": "a comprehension",
    "JoinedStr": "an f-string",
    "NamedExpr": "an assignment inside an expression",
    "Pow": "a power (**)",
    "LShift": "a shift",
    "RShift": "a shift",
    "Import": "an import",
    "ImportFrom": "an import",
    "FunctionDef": "a function definition",
    "ClassDef": "a class",
    "For": "a loop",
    "While": "a loop",
    "If": "an if statement (draw a gateway instead)",
    "Try": "a try statement",
    "With": "a with statement",
    "Delete": "a del statement",
    "Starred": "a star",
    "Slice": "a slice",
    "Await": "an await",
    "Expr": "a statement that assigns nothing",
}
