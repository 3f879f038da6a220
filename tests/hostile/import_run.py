"""Brings files in under an import's own limits, and measures each: `python -m tests.hostile.import_run` for all 500.

Each file is read twice. Once in a fork of this process, which is the importer as the service runs it but for the start
of Python, and which the kernel tells the seconds of the processor and the memory of: a busy machine changes neither.
Once through the service's own door, with its subprocess and the layout, by the clock on the wall.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from app.domain.errors import BadInput
from app.engine import gate
from app.engine.importing import answering
from app.services.workbench import importing
from tests.hostile.foreign_files import Foreign, files

SECONDS = 5.0
MEGABYTES = 300.0
PATIENCE = 60.0
"""Seconds by the clock after which a fork hangs that the kernel has not stopped for its use of the processor."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `sentence` says why it was refused, or how many pathways and changes there are."""

    kind: str
    name: str
    is_read: bool
    sentence: str
    seconds: float
    megabytes: float
    fault: str = ""


def in_a_fork(file: Foreign, asked: dict[str, Any]) -> Outcome:
    """Read a file in a child of this process; `fault` says what is wrong with the importer, if anything is."""
    reading, writing = os.pipe()
    ends_at = time.monotonic() + PATIENCE
    child = os.fork()
    if child == 0:
        os.close(reading)
        os._exit(_read_here(file, asked, writing))
    os.close(writing)
    said = _until(reading, ends_at)
    if said is None:
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    _, status, used = os.wait4(child, 0)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return Outcome(file.kind, file.name, False, "It takes too long.", seconds, megabytes)
    if said is None:
        return Outcome(file.kind, file.name, False, "", PATIENCE, megabytes, "it hangs")
    if status:
        fault = f"the importer ended with {status}: {said.decode()[-500:]}"
        return Outcome(file.kind, file.name, False, "", seconds, megabytes, fault)
    return _judged(file, json.loads(said), seconds, megabytes)


def _read_here(file: Foreign, asked: dict[str, Any], writing: int) -> int:
    """What the child does; its status."""
    status = 0
    answering.limit()
    whole = int(importing.SECONDS)  # the service stops it by the clock
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))
    try:
        said = json.dumps(answering.answer({**asked, "stem": file.name}, file.content)).encode()
    except MemoryError:
        said = json.dumps({"refused": answering.TOO_MUCH}).encode()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
        said, status = f"{type(error).__name__}: {error}".encode("utf-8", "replace"), 1
    with os.fdopen(writing, "wb") as out:
        out.write(said)
    return status


def _until(reading: int, ends_at: float) -> bytes | None:
    """All that the child says; None when it is still at it by then."""
    pieces = []
    while select.select([reading], [], [], max(0.0, ends_at - time.monotonic()))[0]:
        piece = os.read(reading, 1 << 20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
    return None


def _judged(file: Foreign, said: dict[str, Any], seconds: float, megabytes: float) -> Outcome:
    if "refused" in said:
        sentence = str(said["refused"])
        is_one = 10 < len(sentence) < 400 and "\n" not in sentence and "Traceback" not in sentence
        fault = "" if is_one else f"that is no sentence: {sentence!r}"
        return Outcome(file.kind, file.name, False, sentence, seconds, megabytes, fault)
    texts = {text for one in said["bundles"] for text in one["files"].values()}
    for text in texts:
        gate.read(text)  # a draft of it can be kept
    silent = [change for change in said["changes"] if not change["sentence"].strip()]
    fault = f"a change without a sentence: {silent[0]}" if silent else "" if texts else "nothing came of it"
    sentence = f"{len(said['bundles'])} pathways, {len(said['changes'])} changes."
    return Outcome(file.kind, file.name, True, sentence, seconds, megabytes, fault)


def through_the_door(file: Foreign) -> Outcome:
    """Read a file as the service does. The memory is that of its largest process; 0 where an earlier file took more."""
    importing.asked("")  # a service that has been running for a minute knows its profiles and roles
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    began = time.monotonic()
    try:
        report = importing.read(file.name, file.content)
    except BadInput as refused:
        is_read, sentence = False, refused.sentence
    else:
        is_read, sentence = True, f"{len(report.pathways)} pathways, {len(report.changes)} changes."
    seconds = time.monotonic() - began
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    used = most / 1024 if most > before else 0.0
    fault = sentence if sentence == importing.BROKEN else ""
    return Outcome(file.kind, file.name, is_read, sentence, seconds, used, fault)


def forked(chosen: Iterable[Foreign]) -> Iterator[Outcome]:
    """Each file in a fork of its own, one after the other."""
    asked = importing.asked("")
    for file in chosen:
        yield in_a_fork(file, asked)


def _doors(chosen: Sequence[Foreign]) -> Iterator[Outcome]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield from pool.map(through_the_door, chosen)


def _print(outcomes: Sequence[Outcome], doors: Sequence[Outcome]) -> None:
    print(
        "| kind | files | read | refused | worst seconds of the processor | worst MB | worst seconds with the service |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind in [*dict.fromkeys(one.kind for one in outcomes), "all"]:
        its = [one for one in outcomes if kind in (one.kind, "all")]
        door = [one for one in doors if kind in (one.kind, "all")]
        read = sum(one.is_read for one in its)
        seconds, megabytes = max(one.seconds for one in its), max(one.megabytes for one in [*its, *door])
        print(
            f"| {kind} | {len(its)} | {read} | {len(its) - read} | {seconds:.2f} | {megabytes:.0f} "
            f"| {max(one.seconds for one in door):.2f} |"
        )


def main(words: Sequence[str]) -> int:
    """All 500 in both ways, or with --short a few of each kind in a fork, as a table; the faults below it."""
    chosen = list(_few() if "--short" in words else files())
    outcomes = list(forked(chosen))
    doors = outcomes if "--short" in words else list(_doors(chosen))
    _print(outcomes, doors)
    wrong = [f"{one.name}: {one.fault}" for one in [*outcomes, *doors] if one.fault]
    wrong += [f"{one.name}: {one.seconds:.1f} s" for one in [*outcomes, *doors] if one.seconds > SECONDS]
    wrong += [
        f"{one.name}: {one.megabytes:.0f} MB" for one in [*outcomes, *doors] if one.megabytes > MEGABYTES
    ]
    print("", f"{len(chosen)} files; {len(wrong)} faults.", *wrong, sep="\n")
    return 1 if wrong else 0


def _few() -> Iterator[Foreign]:
    """Two of each kind, from its beginning and its middle."""
    of_kind: dict[str, list[Foreign]] = {}
    for file in files():
        of_kind.setdefault(file.kind, []).append(file)
    for its in of_kind.values():
        yield from (its[0], its[len(its) // 2])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
