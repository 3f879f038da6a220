"""Every kind of entry that anybody writes is told in the chronology of a child, or listed with the reason why not."""

from __future__ import annotations

import ast
import re

from app.domain.audit_classes import CLASS_OF, CLASSES, NO_RECORD
from app.services.chronology import GROUPS, NOT_TOLD, TOLD
from tests.house.sources import modules

OF_NO_CHILD = {
    "absence_changed",
    "absence_ended",
    "absence_recorded",
    "address_failed",
    "address_tried_again",
    "calendar_address_made",
    "emergency_found_nobody",
    "calendar_address_revoked",
    "cover_changed",
    "children_searched",
    "everything_exported",
    "foreign_file_looked_at",
    "letter_sent_again",
    "letters_chosen",
    "migration_begun",
    "migration_taken_back",
    "password_set",
    "pathway_draft_begun",
    "pathway_draft_discarded",
    "pathway_draft_saved",
    "pathway_published",
    "pathway_put_in_force",
    "pathway_rolled_back",
    "person_added",
    "person_disabled",
    "profile_changed",
    "publication_approved",
    "publication_asked",
    "record_erased",
    "report_exported",
    "scenario_kept",
    "scenario_withdrawn",
    "recovery_code_used",
    "recovery_codes_renewed",
    "rights_changed",
    "second_factor_refused",
    "second_factor_removed",
    "second_factor_set_up",
    "sessions_ended",
    "sign_in_refused",
    "signed_in",
    "signed_out",
    "simulation_begun",
    "authority_added",
    "team_added",
    "token_created",
    "token_revoked",
    "webhook_added",
    "webhook_removed",
    "webhook_replayed",
    "view_discarded",
    "view_kept",
    "view_renamed",
}
"""Kinds of entries about people and the service, which carry no child."""


KIND = re.compile(r"[a-z]+(_[a-z]+)+")


def kinds_written() -> set[str]:
    """The kinds of every Entry(...) in the services: literal ones, and those handed to the function that writes it."""
    trees = [module.tree for module in modules() if module.path.startswith("app/services/")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    writers = {
        function.name: [argument.arg for argument in function.args.args + function.args.kwonlyargs]
        for tree in trees
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and any(_names_its_kind(node) for node in ast.walk(function))
    }
    found = {word.value for call in calls if _is_entry(call) for word in call.keywords if word.arg == "kind"}
    for call in calls:
        names = writers.get(_called(call), [])
        if "kind" in names:
            found |= set(call.args[names.index("kind") : names.index("kind") + 1])
            found |= {word.value for word in call.keywords if word.arg == "kind"}
    literal = {node.value for value in found for node in ast.walk(value) if isinstance(node, ast.Constant)}
    return {kind for kind in literal if isinstance(kind, str) and KIND.fullmatch(kind)}


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _is_entry(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called(node) == "Entry"


def _names_its_kind(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and _is_entry(node)
        and any(word.arg == "kind" and not isinstance(word.value, ast.Constant) for word in node.keywords)
    )


HANDED_ON = {
    "action_agreed",
    "action_done",
    "action_withdrawn",
    "contribution_asked",
    "contribution_given",
    "contribution_withdrawn",
    "publication_returned",
    "publication_withdrawn",
}
"""Kinds that reach their entry by a table or through two functions, where reading the code does not find them."""


def test_every_kind_of_entry_has_its_class_in_law_or_holds_no_record() -> None:
    written = kinds_written() | set(TOLD) | set(NOT_TOLD) | OF_NO_CHILD | HANDED_ON

    assert written - set(CLASS_OF) - set(NO_RECORD) == set()
    assert set(CLASS_OF) & set(NO_RECORD) == set()
    assert (set(CLASS_OF) | set(NO_RECORD)) - written == set()
    assert set(CLASS_OF.values()) <= set(CLASSES)


def test_every_kind_of_entry_is_told_or_has_a_reason_not_to_be() -> None:
    assert kinds_written() - set(TOLD) - set(NOT_TOLD) - OF_NO_CHILD == set()


def test_no_kind_is_both_told_and_not() -> None:
    assert not set(TOLD) & set(NOT_TOLD)


def test_every_kind_that_is_told_is_in_one_group() -> None:
    grouped = [kind for _, kinds in GROUPS.values() for kind in kinds]

    assert sorted(grouped) == sorted(TOLD)
