"""Everything can be taken out in open formats, and what was taken out is everything."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput
from app.services.records import whole
from app.store.audit import GENESIS
from app.store.db import Base, reading
from app.store.definitions import DefinitionVersion
from tests.things import one_of_everything


def test_what_was_exported_is_read_back_and_counted(
    clock: SimulatedClock, filled_app: Flask, tmp_path: Path
) -> None:
    things = one_of_everything()
    folder = tmp_path / "all"

    whole.export(folder, reason="The contract ends", for_whom="The council")

    # every file is the one that the manifest names, and no other is there
    manifest = json.loads((folder / "manifest.json").read_text())
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert found.keys() == manifest["files"].keys() | {"manifest.json"}
    for name, sha256 in manifest["files"].items():
        assert hashlib.sha256(found[name].read_bytes()).hexdigest() == sha256
    assert {stat.S_IMODE(path.stat().st_mode) for path in found.values()} == {0o600}
    # every table is there, with each of its rows and columns
    read = {name: lines(found[f"tables/{name}.jsonl"]) for name in manifest["tables"]}
    assert read.keys() | whole.LEFT_OUT.keys() == Base.metadata.tables.keys()
    with reading() as session:
        for name, rows in read.items():
            table = Base.metadata.tables[name]
            there = session.scalar(select(func.count()).select_from(table))
            assert len(rows) == manifest["tables"][name]["rows"] == there, name
            columns = {column.name for column in table.columns} - whole.SECRETS.get(name, frozenset())
            assert all(row.keys() == columns for row in rows), name
        versions = session.scalar(select(func.count()).select_from(DefinitionVersion))
    # what refers to something finds it
    for name, described in manifest["tables"].items():
        for reference in described["refers_to"]:
            keys = {tuple(row[key] for key in reference["to"]) for row in read[reference["table"]]}
            used = {tuple(row[column] for column in reference["columns"]) for row in read[name]}
            assert {one for one in used if None not in one} <= keys, (name, reference)
    # the files are what was put in, and the audit can be followed from its table alone
    document = next(row for row in read["document_contents"] if row["document_id"] == things["document_id"])
    assert found[document["content"]["file"]].read_bytes() == b"%PDF-1.7 made up"
    assert (
        len(
            {
                path.split("/")[1:3] and tuple(path.split("/")[1:3])
                for path in found
                if path.startswith("pathways/")
            }
        )
        == versions
    )
    assert_the_audit_holds(read["audit"])


def assert_the_audit_holds(rows: list[dict[str, Any]]) -> None:
    ends: dict[tuple[str, str], str] = {}
    for row in sorted(rows, key=lambda row: (row["authority_id"], row["stream"], row["seq"])):
        stream = (row["authority_id"], row["stream"])
        content = json.dumps({name: value for name, value in row.items() if name != "hash"}, sort_keys=True)
        ends[stream] = hashlib.sha256(f"{ends.get(stream, GENESIS)}{content}".encode()).hexdigest()
        assert row["hash"] == ends[stream]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_folder_with_something_in_it_is_refused_and_secrets_stay(sqlite_app: Flask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="not empty"):
        whole.export(tmp_path, reason="Why", for_whom="Whom")
    with pytest.raises(BadInput, match="Say why"):
        whole.export(tmp_path / "new", reason=" ", for_whom="Whom")
    unlisted = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(word in column.name for word in ("password", "secret", "token_hash", "totp"))
        and table.name not in whole.LEFT_OUT
        and column.name not in whole.SECRETS.get(table.name, ())
    }
    assert unlisted == set()
