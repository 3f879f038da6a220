"""Everything that is in the database, in open formats: a line of JSON for each row, files for what is a file.

It is read in one snapshot. Secrets are left out: whoever reads the export cannot sign in, or send as this service.
`manifest.json` says what there is, how many rows and the SHA-256 of each file; `README.txt` says it to a person.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from app.domain import reasons
from app.domain.clock import now
from app.domain.errors import BadInput
from app.domain.ids import new_id
from app.services import reference
from app.services.records import bundling
from app.store import audit, schema, whole
from app.store.audit import Entry
from app.store.db import transaction
from app.store.definitions import DefinitionVersion
from app.store.people import Authority

FORMAT = "throughcare-whole/1"
LONGEST = 500
LEFT_OUT: Mapping[str, str] = {
    "login_sessions": "who is signed in just now",
    "recovery_codes": "of second factors, which are set up again",
    "second_factors": "secrets, which are set up again",
    "sign_in_flows": "who is signing in just now",
    "sign_in_attempts": "hashes of names and addresses, for some minutes",
    "standing_clock": "of simulations, and empty",
}
"""Tables that are not exported, with the reason."""
SECRETS: Mapping[str, frozenset[str]] = {
    "people": frozenset({"password_hash"}),
    "api_tokens": frozenset({"token_hash"}),
    "calendar_addresses": frozenset({"token_hash"}),
    "webhooks": frozenset({"secret"}),
}
"""Columns that are left out of their tables: whoever has them could act as somebody."""
README = """Throughcare: everything, as of {taken_at}
OFFICIAL-SENSITIVE. For: {for_whom}. Why: {reason}.

tables/NAME.jsonl    a table: one JSON object a line, UTF-8. Moments are ISO 8601 with offset, days ISO 8601.
files/               the bytes of documents and plans; the column that held them says where
pathways/KEY/N/      version N of a pathway: BPMN 2.0 files and form-js forms, exactly as they run
protocols/           profiles, duties, roles and words of this release, YAML
manifest.json        every file with its SHA-256, every table with its columns, keys and number of rows

authority_id comes first in every key that belongs to one authority; a column that ends in _id names a row of another
table, as the manifest says. The audit can be followed from its table alone: the hash of an entry is the SHA-256 of the
hash before it in its stream (64 zeros at first) and of the JSON of its other columns, keys sorted.
Left out: {left_out}.
Columns left out, because whoever has them could act as somebody: {secrets}.
"""
Watch = Callable[[str], None]


@dataclass
class _Folder:
    """Files being written, each with its hash."""

    root: Path
    watch: Watch
    sha256: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, content: Iterator[bytes]) -> None:
        """Write one file, readable by its owner alone."""
        self.watch(path)
        target = self.root / path
        if not target.resolve().is_relative_to(self.root.resolve()):
            raise BadInput(f"{path} leads out of the folder.")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for part in content:
                digest.update(part)
                file.write(part)
        self.sha256[path] = digest.hexdigest()


def export(folder: Path, *, reason: str, for_whom: str, watch: Watch = lambda _: None) -> dict[str, int]:
    """Write everything into a folder that is new or empty; how many rows each table has. All of it or nothing.

    The audit of every authority notes it as a disclosure first. Raises BadInput.
    """
    folder = folder.resolve()
    bundling.refuse_folder(folder)
    for words, missing in ((reason, "Say why it is exported"), (for_whom, "Say for whom it is")):
        if problem := reasons.problem(words, most=LONGEST, missing=missing):
            raise BadInput(problem)
    _note(reason.strip(), for_whom.strip())
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # its owner's alone
    try:
        counted = _write(_Folder(half, watch), reason.strip(), for_whom.strip())
        half.replace(folder)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return counted


def _note(reason: str, for_whom: str) -> None:
    export_id = new_id()
    with transaction() as session:
        for authority_id in session.scalars(select(Authority.id).order_by(Authority.id)).all():
            entry = Entry(kind="everything_exported", facts={"reason": reason, "for_whom": for_whom})
            audit.note(session, entry, authority_id=authority_id, stream=f"export:{export_id}")


def _write(folder: _Folder, reason: str, for_whom: str) -> dict[str, int]:
    taken_at = now().isoformat()
    counted: dict[str, int] = {}
    with whole.snapshot() as connection:
        for table in whole.tables():
            if table.name not in LEFT_OUT:
                lines = _lines(folder, connection, table, counted)
                folder.put(f"tables/{table.name}.jsonl", lines)
        _pathways(folder, connection)
    for path in sorted(reference.PROCESSES.rglob("*.yaml")):
        folder.put(f"protocols/{path.relative_to(reference.PROCESSES)}", iter([path.read_bytes()]))
    words = {
        "taken_at": taken_at,
        "reason": reason,
        "for_whom": for_whom,
        "left_out": ", ".join(f"{name} ({why})" for name, why in LEFT_OUT.items()),
        "secrets": ", ".join(f"{table}.{one}" for table, names in SECRETS.items() for one in sorted(names)),
    }
    folder.put("README.txt", iter([README.format(**words).encode()]))
    manifest = {
        "format": FORMAT,
        "release": version("throughcare"),
        "schema": schema.newest_version(),
        "taken_at": taken_at,
        "reason": reason,
        "for_whom": for_whom,
        "tables": {table.name: _described(table, counted[table.name]) for table in _exported()},
        "left_out": dict(LEFT_OUT),
        "files": dict(sorted(folder.sha256.items())),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    folder.put("manifest.json", iter([text.encode()]))
    return counted


def _exported() -> list[Table]:
    return [table for table in whole.tables() if table.name not in LEFT_OUT]


def _described(table: Table, rows: int) -> dict[str, Any]:
    kept = [column for column in table.columns if column.name not in SECRETS.get(table.name, ())]
    return {
        "rows": rows,
        "columns": {column.name: str(column.type) for column in kept},
        "key": [column.name for column in table.primary_key if column in kept],
        "refers_to": [
            {
                "columns": [one.parent.name for one in key.elements],
                "table": key.referred_table.name,
                "to": [one.column.name for one in key.elements],
            }
            for key in sorted(table.foreign_key_constraints, key=lambda key: sorted(key.column_keys))
        ],
    }


def _lines(folder: _Folder, connection: Connection, table: Table, counted: dict[str, int]) -> Iterator[bytes]:
    """The rows of a table; bytes become files of their own, which are written on the way."""
    secret = SECRETS.get(table.name, frozenset())
    counted[table.name] = 0
    for row in whole.rows(connection, table):
        said = {name: value for name, value in row.items() if name not in secret}
        for name, value in said.items():
            if isinstance(value, bytes):
                key = "-".join(str(row[column.name]) for column in table.primary_key)
                path = f"files/{table.name}/{key}"
                folder.put(path, iter([value]))
                said[name] = {"file": path}
        counted[table.name] += 1
        yield json.dumps(said, ensure_ascii=False, default=_plain).encode() + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be exported")


def _pathways(folder: _Folder, connection: Connection) -> None:
    query = select(DefinitionVersion.key, DefinitionVersion.number, DefinitionVersion.bundle)
    for row in connection.execute(query.order_by(DefinitionVersion.key, DefinitionVersion.number)):
        said = json.loads(row.bundle)
        for kind in ("files", "forms"):
            for path, content in sorted(said[kind].items()):
                text = (
                    content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
                )
                name = path if kind == "files" else f"forms/{path}.json"
                folder.put(f"pathways/{row.key}/{row.number}/{name}", iter([text.encode()]))
