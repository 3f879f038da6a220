"""The record as files: an index, the JSON with a description of its shape, the paper, plans and documents.

Documents are in their original bytes; one whose bytes are not what they were when it was added stops the bundle.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.clock import LONDON
from app.domain.errors import BadInput, Conflict
from app.domain.moments import moment_in_words
from app.services.records import printing, shape
from app.services.records.contents import CaseRecord
from app.store.documents import DocumentContent
from app.store.plans import ChildPlan


@dataclass(frozen=True)
class File:
    """A file of a bundle: where it lies, what it is, its bytes."""

    path: str
    what: str
    content: bytes


def files(session: Session, authority_id: str, made: CaseRecord) -> Iterator[File]:
    """Every file of the bundle, the index last, one at a time. Raises Conflict for a document that was damaged."""
    listed: list[File] = []
    for one in _inside(session, authority_id, made):
        listed.append(File(one.path, one.what, hashlib.sha256(one.content).hexdigest().encode()))
        yield one
    yield File("index.txt", "This list", _index(made, listed).encode())


def _inside(session: Session, authority_id: str, made: CaseRecord) -> Iterator[File]:
    text = json.dumps(shape.as_json(made), ensure_ascii=False, indent=1)
    yield File("record.pdf", "The whole record, to be read", printing.render(made))
    yield File("record.json", "The same for other systems", text.encode())
    yield File("shape.txt", "What each part of record.json means", shape.described().encode())
    for plan in made.record.plans:
        paper = session.scalar(
            select(ChildPlan.paper).where(
                ChildPlan.authority_id == authority_id,
                ChildPlan.child_id == made.record.about.id,
                ChildPlan.kind == plan.kind,
                ChildPlan.number == plan.number,
            )
        )
        yield File(plan.file, f"Plan, version {plan.number}", _whole(paper, plan.sha256, plan.file))
    for document in made.record.documents:
        if document.file is not None:
            content = session.scalar(
                select(DocumentContent.content).where(
                    DocumentContent.authority_id == authority_id, DocumentContent.document_id == document.id
                )
            )
            yield File(document.file, document.title, _whole(content, document.sha256, document.title))


def _whole(content: bytes | None, sha256: str, title: str) -> bytes:
    if content is None or hashlib.sha256(content).hexdigest() != sha256:
        raise Conflict(
            f"“{title}” is not as it was when it was added, so the record is not complete. Tell your administrator."
        )
    return content


def _index(made: CaseRecord, listed: Iterable[File]) -> str:
    taken = made.taken
    lines = [
        printing.MARKING,
        "",
        f"Case record, reference {made.record.about.reference}",
        f"As it stood on {moment_in_words(taken.as_at)}",
        f"Taken by {taken.taken_by} on {moment_in_words(taken.taken_at)} for {taken.for_whom}",
        f"Reason: {taken.reason}",
        *taken.left_out,
        "",
        "Each file with its SHA-256:",
        "",
    ]
    lines += [f"{one.path}\n    {one.what}\n    {one.content.decode()}" for one in listed]
    gone = [one for one in made.record.documents if one.file is None]
    if gone:
        lines += ["", "Not in this bundle:", *(f"    {one.title}: {one.why_not}" for one in gone)]
    return "\n".join(lines) + "\n"


def zipped(found: Iterable[File], at: datetime) -> bytes:
    """The bundle as one file; the same record gives the same bytes."""
    buffer = BytesIO()
    local = at.astimezone(LONDON)
    stamp = (local.year, local.month, local.day, local.hour, local.minute, local.second)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for one in found:
            info = zipfile.ZipInfo(one.path, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            bundle.writestr(info, one.content)
    return buffer.getvalue()


def refuse_folder(folder: Path) -> None:
    """Raises BadInput where a folder holds something already: two records must never be mixed."""
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file. Name a folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise BadInput(f"The folder {folder} is not empty. Name a new one, so that no two records are mixed.")


def write(found: Iterable[File], folder: Path) -> list[str]:
    """The bundle as files in a folder, all of it or nothing; their paths.

    The folder is made where it is missing; it and what is in it can be read by its owner alone. Raises BadInput where
    it is not empty.
    """
    refuse_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # its owner's alone
    try:
        paths = [_put(half, one) for one in found]
        half.replace(folder)  # an empty folder gives way
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return paths


def _put(folder: Path, one: File) -> str:
    path = folder / one.path
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(one.content)
    return one.path
