"""The import as a process of its own, so that a hostile file can take neither time nor memory from the service.

Reads one line of JSON (the file's stem and the table of roles) and then the file from stdin; writes JSON to stdout.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from typing import Any

from app.domain.errors import PathwayRefused
from app.domain.roles import RoleTable
from app.engine.importing import bring_in

MEMORY = 300 * 1024 * 1024
SECONDS = 5


def main() -> None:
    """Bring the file on stdin in. A refusal is an answer too; running out of memory is told apart from it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        answer = _read(content, str(asked["stem"]), RoleTable.build(asked["roles"]))
    except PathwayRefused as refused:
        answer = {"refused": refused.sentence}
    except (MemoryError, RecursionError):
        answer = {"refused": "The file needs more memory than an import may take. Split it, and try again."}
    json.dump(answer, sys.stdout)


def _read(content: bytes, stem: str, roles: RoleTable) -> dict[str, Any]:
    found = bring_in(content, stem, roles)
    return {
        "bundles": [
            {"key": one.key, "files": dict(one.files), "forms": dict(one.forms)} for one in found.bundles
        ],
        "names": dict(found.names),
        "changes": [asdict(change) for change in found.changes],
        "undrawn": list(found.undrawn),
    }


if __name__ == "__main__":
    main()
