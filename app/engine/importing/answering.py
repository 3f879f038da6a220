"""The whole of what an import does to a file, in one call without side effects, so that it can run under limits.

What comes in and goes out is JSON: the service asks from outside (`app.services.workbench.importing`).
"""

from __future__ import annotations

import resource
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.domain.errors import PathwayRefused
from app.domain.roles import RoleTable
from app.engine import check_messages, gate, packing
from app.engine.check_bundle import check_bundle
from app.engine.check_elements import Known
from app.engine.contracts import Bundle, Finding
from app.engine.importing import bring_in
from app.engine.importing.report import Imported

MEMORY = 300 * 1024 * 1024
SECONDS = 5
MOST_TEXT = 8 * 1024 * 1024
TOO_MUCH = "The file needs more memory than an import may take. Split it, and try again."


def limit() -> None:
    """Let this process take no more than an import may, whatever the file says."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def answer(asked: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    """`asked` has `stem`, `roles`, `known` (sets as lists) and `told`; the answer has what was found, or `refused`."""
    table = RoleTable.build(asked["roles"])
    try:
        found = _read(content, str(asked["stem"]), table)
        left = _left_to_do(found.bundles, table, asked)
    except PathwayRefused as refused:
        return {"refused": refused.sentence}
    except (MemoryError, RecursionError):
        return {"refused": TOO_MUCH}
    return {
        "bundles": [
            {"key": one.key, "files": dict(one.files), "forms": dict(one.forms)} for one in found.bundles
        ],
        "names": dict(found.names),
        "changes": [asdict(change) for change in found.changes],
        "undrawn": list(found.undrawn),
        "left_to_do": {key: [asdict(one) for one in findings] for key, findings in left.items()},
    }


def _read(content: bytes, stem: str, table: RoleTable) -> Imported:
    if content.startswith(packing.MARK):
        bundle = packing.unpack(content)
        return Imported((bundle,), {bundle.key: _name_of(bundle)}, (), ())
    found = bring_in(content, stem, table)
    if sum(len(text) for one in found.bundles for text in one.files.values()) > MOST_TEXT:
        raise gate.refusal(
            "size", "The file holds too many processes that call one another. Split it, and try again."
        )
    for text in {text for one in found.bundles for text in one.files.values()}:
        gate.read(text)  # with what was added it may be more than can be drawn on
    return found


def _name_of(bundle: Bundle) -> str:
    root = gate.read(bundle.main)
    return next((one.get("name", "") for one in root.iter("{*}process")), "") or bundle.key


def _left_to_do(
    bundles: Sequence[Bundle], table: RoleTable, asked: Mapping[str, Any]
) -> dict[str, list[Finding]]:
    """What stops each pathway from being published, as the checks say it."""
    around = check_messages.around(bundles, asked["told"])
    known = asked["known"]
    left = {}
    for one in bundles:
        its = Known(
            roles=table,
            forms=set(one.forms),
            rules=set(known["rules"]),
            duties=set(known["duties"]),
            processes=None,
            named={name: set(words) for name, words in known["named"].items()},
            timed=set(known["timed"]),
        )
        found = check_bundle(one, its, around)
        left[one.key] = [finding for path in found for finding in found[path] if finding.stops]
    return left
