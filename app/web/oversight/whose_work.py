"""Whose work a manager's page is about: the filter by team, role and pathway, read from the address and drawn."""

from __future__ import annotations

from typing import Any

from flask import g, request

from app.services import lists, pathway_view, reference
from app.services.oversight.scope import Scope, scope, team_choices
from app.web.addresses import chosen_filters, here
from app.web.local_words import local


def asked_scope() -> Scope:
    """What the address asks for; where it asks for none, what `scope` begins with. Raises NotFound."""
    asked = request.args
    return scope(g.viewer, asked.get("team", ""), asked.get("role"), asked.get("pathway"))


def scope_choices(chosen: Scope) -> dict[str, Any]:
    """What oversight/_filters.html draws: what the filter offers, and what is chosen."""
    table = reference.roles()
    named = {
        "team": ("Team", team_choices(g.viewer, chosen.offered)),
        "role": (
            "Role",
            dict(
                sorted(
                    ((role, local(table.name_of(role))) for role in lists.roles_of(g.viewer, chosen.teams)),
                    key=lambda one: one[1],
                )
            ),
        ),
        "pathway": ("Pathway", pathway_view.names(g.viewer)),
    }
    return {
        "scope": chosen,
        "named": named,
        "chosen": chosen_filters(named),
        "address": here,
        "kept": {name: value for name, value in request.args.items() if name in named and value},
    }
