"""Every kind of entry that anybody writes is told in the chronology of a child, or listed with the reason why not."""

from __future__ import annotations

import ast

from app.services.chronology import GROUPS, NOT_TOLD, TOLD
from tests.house.sources import modules

OF_NO_CHILD = {
    "absence_changed",
    "absence_ended",
    "absence_recorded",
    "address_failed",
    "address_tried_again",
    "calendar_address_made",
    "calendar_address_revoked",
    "children_searched",
    "foreign_file_looked_at",
    "letter_sent_again",
    "migration_begun",
    "migration_taken_back",
    "letters_chosen",
    "password_set",
    "pathway_published",
    "person_added",
    "person_disabled",
    "profile_changed",
    "report_exported",
    "signed_in",
    "simulation_begun",
    "signed_out",
}
"""Kinds of entries about people and the service, which carry no child."""


def kinds_written() -> set[str]:
    """The literal `kind=` of every Entry(...) in the services, and the kinds that are handed to a function for it."""
    found = set()
    for module in modules():
        if not module.path.startswith("app/services/"):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Entry":
                found |= {
                    word.value.value
                    for word in node.keywords
                    if word.arg == "kind"
                    and isinstance(word.value, ast.Constant)
                    and isinstance(word.value.value, str)
                }
    return found


def test_every_kind_of_entry_is_told_or_has_a_reason_not_to_be() -> None:
    assert kinds_written() - set(TOLD) - set(NOT_TOLD) - OF_NO_CHILD == set()


def test_no_kind_is_both_told_and_not() -> None:
    assert not set(TOLD) & set(NOT_TOLD)


def test_every_kind_that_is_told_is_in_one_group() -> None:
    grouped = [kind for _, kinds in GROUPS.values() for kind in kinds]

    assert sorted(grouped) == sorted(TOLD)
