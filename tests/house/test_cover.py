"""Whoever does something to a task may be covering for somebody: no audit entry about a task leaves that open."""

from __future__ import annotations

import ast

from tests.house.sources import dotted, everywhere


def test_every_entry_of_a_person_about_a_task_says_for_whom() -> None:
    silent = [
        str(place)
        for place in everywhere()
        if isinstance(place.node, ast.Call)
        and dotted(place.node.func).split(".")[-1] == "Entry"
        and {"person_id", "task_id"} <= {keyword.arg for keyword in place.node.keywords}
        and "for_id" not in {keyword.arg for keyword in place.node.keywords}
    ]

    assert not silent, silent
