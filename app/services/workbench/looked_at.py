"""Files of other modellers that somebody has looked at: kept for a week as what came of them, and opened as drafts.

What is opened is what was looked at, to the byte; the file need not be chosen, or read, a second time.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import PurePosixPath

from sqlalchemy import delete, insert, select

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput, Conflict, NotFound
from app.domain.ids import new_id
from app.domain.one_line import on_one_line
from app.engine.contracts import Bundle, Finding
from app.engine.importing.report import Change
from app.services.workbench import drafting, importing
from app.services.workbench.drafts import require_design
from app.services.workbench.importing import Pathway, Report
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.workbench import ForeignFile

KEPT = timedelta(days=7)
LONGEST_FILE_NAME = 80


def look(viewer: Viewer, file_name: str, content: bytes) -> str:
    """The id under which a file can be looked at for a week. Raises BadInput with one sentence, and keeps nothing."""
    require_design(viewer)
    if not content:
        raise BadInput("Select a BPMN file.", {"file": ["Select a BPMN file"]})
    report = importing.read(_tidy(file_name), content)
    file_id = new_id()
    with transaction() as session:
        session.execute(
            delete(ForeignFile).where(
                ForeignFile.authority_id == viewer.authority_id, ForeignFile.looked_at < now() - KEPT
            )
        )
        row = {
            "authority_id": viewer.authority_id,
            "id": file_id,
            "name": report.file,
            "report": _to_text(report),
            "looked_at": now(),
            "looked_at_by": viewer.person_id,
        }
        session.execute(insert(ForeignFile).values(**row))
        facts = {"file": report.file, "pathways": len(report.pathways), "changes": len(report.changes)}
        entry = Entry(kind="foreign_file_looked_at", person_id=viewer.person_id, facts=facts)
        note(session, entry, authority_id=viewer.authority_id, stream=f"foreign_file/{file_id}")
    return file_id


def report_on(viewer: Viewer, file_id: str) -> Report:
    """What came of a file that was looked at. Raises NotFound, also where that is more than a week ago."""
    require_design(viewer)
    query = select(ForeignFile.report).where(
        ForeignFile.authority_id == viewer.authority_id,
        ForeignFile.id == file_id,
        ForeignFile.looked_at >= now() - KEPT,
    )
    with reading() as session:
        found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such file. What is looked at is kept for a week: choose the file again.")
    return _from_text(found)


def open_as_draft(viewer: Viewer, file_id: str, key: str) -> str:
    """The id of a new draft of one pathway of a file. Raises BadInput for none, or where it has a draft."""
    report = report_on(viewer, file_id)
    found = next((one for one in report.pathways if one.key == key), None)
    if found is None:
        raise BadInput("Select which pathway to open.", {"key": ["Select which pathway to open"]})
    said = [asdict(change) for change in report.changes]
    try:
        return drafting.from_bundle(viewer, found.bundle, said, what=f"Brought in from {report.file}")
    except Conflict as conflict:
        raise BadInput(conflict.sentence, {"key": [conflict.sentence]}) from conflict


def _tidy(file_name: str) -> str:
    """The name of a file as it can be shown and kept: no folders, nothing that cannot be printed."""
    plain = on_one_line(PurePosixPath(file_name.replace("\\", "/")).name)
    return plain[-LONGEST_FILE_NAME:] or "pathway.bpmn"


def _to_text(report: Report) -> str:
    return json.dumps(
        {
            **report.plain(),
            "bundles": [
                {"key": one.key, "files": dict(one.bundle.files), "forms": dict(one.bundle.forms)}
                for one in report.pathways
            ],
        }
    )


def _from_text(stored: str) -> Report:
    said = json.loads(stored)
    pathways = tuple(
        Pathway(
            one["key"],
            one["name"],
            Bundle(bundle["key"], bundle["files"], bundle["forms"]),
            tuple(Finding(**finding) for finding in one["left_to_do"]),
        )
        for one, bundle in zip(said["pathways"], said["bundles"], strict=True)
    )
    return Report(said["file"], pathways, tuple(Change(**change) for change in said["changes"]))
