"""The project's own files, as the house rules read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file of the application: its path from the project's root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class Place:
    """Where something was found; `function` is the innermost function's name, or "" at the top of a module."""

    module: Module
    line: int
    function: str
    node: ast.AST

    def __str__(self) -> str:
        return f"{self.module.path}:{self.line}"


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file under app/."""
    return tuple(
        Module(str(path.relative_to(PROJECT)), text, ast.parse(text))
        for path in sorted((PROJECT / "app").rglob("*.py"))
        for text in [path.read_text(encoding="utf-8")]
    )


def walk(module: Module) -> Iterator[Place]:
    """Every node of a module with the function it stands in."""

    def step(node: ast.AST, function: str) -> Iterator[Place]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        yield Place(module, getattr(node, "lineno", 0), function, node)
        for child in ast.iter_child_nodes(node):
            yield from step(child, function)

    return step(module.tree, "")


def everywhere() -> Iterator[Place]:
    """Every node of every module."""
    for module in modules():
        yield from walk(module)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, else ""."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return ""


def imported(place: Place) -> list[str]:
    """The modules that an import statement names."""
    node = place.node
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


@cache
def kept_files() -> tuple[str, ...]:
    """Every file that git keeps, from the project's root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True, timeout=30
    )
    return tuple(name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file())


def text_of(path: str) -> str:
    """What a kept file says; "" for a picture or another file that is not text."""
    try:
        return (PROJECT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
