"""What a token of the API may be used for. A scope only ever narrows what its person may do anyway."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.domain.errors import BadInput

SCOPES: Mapping[str, str] = {
    "children:read": "Find children and read their records",
    "children:write": "Make and change records of children",
    "pathways:read": "Read the published pathways and the register of duties",
    "instances:read": "Read the pathways of children",
    "instances:write": "Start and cancel pathways of children",
    "tasks:read": "Read tasks with their forms and answers",
    "tasks:write": "Claim, release, assign, draft and complete tasks",
    "messages:write": "Tell the pathways of a child what has happened",
    "reports:read": "Read reports",
    "events:read": "Read the feed of what happened",
    "webhooks:write": "Look after the webhooks of the authority",
}
"""Each scope, and what it lets a token do."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "read": tuple(scope for scope in SCOPES if scope.endswith(":read")),
    "write": tuple(SCOPES),
}
"""Short words for many scopes: `read` is all reading, `write` is everything."""


def read_scopes(words: Iterable[str]) -> list[str]:
    """The scopes that these words name (commas and spaces part them; GROUPS stand for many), each once, in order.

    Raises BadInput naming what there is when a word is none of them, or when there is none at all.
    """
    asked = [word for given in words for word in given.replace(",", " ").split()]
    unknown = [word for word in asked if word not in SCOPES and word not in GROUPS]
    if unknown or not asked:
        known = ", ".join((*GROUPS, *SCOPES))
        begin = f"“{unknown[0]}” is no scope." if unknown else "Say what the token is for."
        sentence = f"{begin} Choose from {known}."
        raise BadInput(sentence, {"scope": [sentence]})
    named = {scope for word in asked for scope in GROUPS.get(word, (word,))}
    return [scope for scope in SCOPES if scope in named]


def covers(scopes: Collection[str], needed: str) -> bool:
    """Whether a token with `scopes` may be used for what needs `needed`."""
    return needed in scopes
