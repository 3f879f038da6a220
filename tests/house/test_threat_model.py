"""The threat model names the test of each promise; none of them may have gone."""

from __future__ import annotations

import re

from tests.house.sources import PROJECT, text_of

NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text_of("docs/threat-model.md"))


def test_every_test_that_the_threat_model_names_is_there() -> None:
    gone = [
        f"{path}::{name}"
        for path, name in NAMED
        if not (PROJECT / path).exists() or (name and f"def {name}(" not in text_of(path))
    ]

    assert gone == []
    assert len(NAMED) > 30


def test_every_attack_has_a_number_and_a_test() -> None:
    rows = re.findall(r"^\| (\d.*) \|$", text_of("docs/threat-model.md"), re.MULTILINE)

    assert [row for row in rows if not re.match(r"\d+\.\d+\.\d+", row) or "`tests/" not in row] == []
