"""The table of roles."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import BadInput
from app.domain.roles import RoleTable
from app.services import reference


def test_the_table_has_every_role_of_the_register_and_the_ladder() -> None:
    table = reference.roles()

    named = {role for duty in reference.register() for role in (*duty.actor, *duty.participants)}
    assert named <= set(table.by_key)
    assert {f"ladder_{level}" for level in (1, 2, 3, 4)} <= set(table.by_key)


def test_a_role_is_found_by_the_name_of_its_lane() -> None:
    table = reference.roles()

    found = table.by_name("  yjs   duty manager ")

    assert found
    assert (found.key, found.agency) == ("yjs_duty_manager", "yjs")
    assert table.by_name("Wizard") is None


def test_plain_names_are_short_and_free_of_codes() -> None:
    assert all(len(role.name) <= 40 and "_" not in role.name for role in reference.roles())


def test_a_role_that_is_unknown_still_has_a_name_to_show() -> None:
    assert reference.roles().name_of("social_worker") == "Social worker"
    assert reference.roles().name_of("night_porter") == "Night porter"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"iro": {"name": "Reviewing officer"}}, "The role iro: agency: Missing data"),
        ({"iro": {"name": "", "agency": "csc"}}, "The role iro: name:"),
        ({"iro": {"name": "Officer", "agency": "army"}}, "The role iro: agency: Must be one of"),
        ({"iro": {"name": "Officer", "agency": "csc", "desk": 4}}, "The role iro: desk: Unknown field"),
        ({"iro": "Officer"}, "The role iro: _schema: Invalid input type"),
        (
            {"a": {"name": "Officer", "agency": "csc"}, "b": {"name": "officer", "agency": "yjs"}},
            "The roles a and b have the same name, officer",
        ),
    ],
)
def test_a_table_that_is_wrong_is_told_why(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        RoleTable.build(raw)
