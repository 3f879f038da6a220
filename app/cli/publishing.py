"""`pathways publish` and `pathways migrate`: a version comes into force, and what runs is moved to it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.cli.checking import bpmn_files
from app.cli.context import application, print_json
from app.domain.access import Viewer
from app.domain.errors import BadInput, PathwayRefused
from app.domain.json_text import read_json
from app.engine import catalogue
from app.engine.contracts import Bundle
from app.engine.migration import Choice, Moves
from app.services import accounts, definitions
from app.services.workbench import dry_run, migrating, migration_progress
from app.services.workbench.dry_run import DryRun, Route
from app.services.workbench.migration_progress import Progress

WAIT_SECONDS = 60.0
KEEP: Choice = "keep"
RESTART: Choice = "restart"


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--note", required=True, help="What is new, for those who work with the pathway.")
@click.option("--by", "username", help="The user name of whoever publishes.")
def publish(paths: tuple[Path, ...], note: str, username: str | None) -> None:
    """Make BPMN files the current versions of their pathways; running instances stay on theirs.

    A called pathway or a form is taken from beside the file (processes/KEY/*.bpmn with forms/, or the same folder),
    else from the version in force, else from this release.
    """
    if not note.strip():
        raise BadInput("Say what is new, for those who work with the pathway.")
    with application():
        person = accounts.viewer_named(username) if username else None
        by = (person.person_id, person.name) if person else accounts.OPERATOR
        for bundle in [_bundle(path) for path in bpmn_files(paths)]:
            published = definitions.publish(bundle, note=note, by=by)
            click.echo(f"{published.key}: version {published.number} is now in force.")


def _bundle(path: Path) -> Bundle:
    """A file with the pathways that it calls and the forms that it uses; what else lies there need not be readable.

    Raises BadInput, PathwayRefused.
    """
    folder = path.resolve().parent
    try:
        shipped = definitions.shipped()
    except (PathwayRefused, ValueError):
        shipped = {}  # a file of the release is being drawn: this one may be whole all the same
    if path.stem in shipped and folder.parent == definitions.PROCESSES:
        return shipped[path.stem]
    key, text = _one(path)
    known = {**shipped, **definitions.in_force_bundles()}
    there = {name: (bundle.main_path, bundle.main) for name, bundle in known.items()}
    unreadable: dict[str, BadInput | PathwayRefused] = {}
    for other in sorted(folder.glob("*.bpmn")):
        try:
            name, beside = _one(other)
        except (BadInput, PathwayRefused) as error:
            unreadable[other.stem] = error
        else:
            there[name] = (known[name].main_path if name in known else f"{folder.name}/{name}.bpmn", beside)
    there[key] = (known[key].main_path if key in known else f"{folder.name}/{key}.bpmn", text)
    for name in _needed(key, there):
        if name != key and name in unreadable:
            raise unreadable[name]
    forms = {name: form for bundle in known.values() for name, form in bundle.forms.items()}
    return catalogue.one_bundle(key, there, _Forms(forms, _forms_beside(folder, key)))


def _needed(key: str, there: Mapping[str, tuple[str, str]]) -> list[str]:
    """The process and all that it calls, also what is not there."""
    found = [key]
    for name in found:
        scopes = catalogue.drawn(there[name][1]).processes if name in there else []
        found += [one for scope in scopes for one in catalogue.called(scope) if one not in found]
    return found


def _one(path: Path) -> tuple[str, str]:
    """The one process of a file, and its text. Raises PathwayRefused, BadInput."""
    try:
        text = path.read_text(encoding="utf-8")
        processes = catalogue.drawn(text).processes
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not text in UTF-8.") from error
    except PathwayRefused as refused:
        raise PathwayRefused(f"{path}: {refused.sentence}", refused.findings) from refused
    if len(processes) != 1:
        raise PathwayRefused(f"{path} must hold one process. It holds {len(processes)}.")
    return processes[0].id, text


def _forms_beside(folder: Path, key: str) -> dict[str, Path]:
    """Forms by key: in a folder forms/ (beside the file, or beside processes/), or in the file's own folder."""
    found: dict[str, Path] = {}
    for forms in (folder.parent.parent / "forms", folder.parent / "forms", folder / "forms"):
        found |= {f"{path.parent.name}/{path.stem}": path for path in sorted(forms.glob("*/*.json"))}
    return found | {f"{key}/{path.stem}": path for path in sorted(folder.glob("*.json"))}


class _Forms(Mapping[str, dict[str, Any]]):
    """Forms that are known, and before those the ones in files, each read when it is asked for."""

    def __init__(self, known: Mapping[str, dict[str, Any]], files: Mapping[str, Path]) -> None:
        self._known, self._files = known, files

    def __getitem__(self, name: str) -> dict[str, Any]:
        """Raises BadInput for a file that is no JSON."""
        return _form(self._files[name]) if name in self._files else self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._known, **self._files})

    def __len__(self) -> int:
        return len({**self._known, **self._files})


def _form(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = read_json(path.read_bytes())
    except ValueError as error:
        raise BadInput(f"{path} is no JSON.") from error
    return found


@click.command()
@click.argument("key")
@click.option("--to", "to_number", required=True, type=int, help="The number of the version to move to.")
@click.option(
    "--from", "from_numbers", multiple=True, type=int, help="From this version only; may be repeated."
)
@click.option(
    "--by", "username", help="Whose user name stands for it; only their authority. Default: every authority."
)
@click.option("--reason", default="", help="Why; it stands in the record of each child.")
@click.option("--keep", multiple=True, help="An element whose date stays; may be repeated.")
@click.option(
    "--restart", multiple=True, help="An element whose date starts again from now; may be repeated."
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Only say what would happen to each.")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def migrate(
    key: str,
    to_number: int,
    from_numbers: tuple[int, ...],
    username: str | None,
    reason: str,
    keep: tuple[str, ...],
    restart: tuple[str, ...],
    is_dry: bool,
    as_json: bool,
) -> None:
    """Move what runs of pathway KEY to another version, as the workbench does; exits 1 when one stays behind."""
    choices: dict[str, Choice] = {**dict.fromkeys(keep, KEEP), **dict.fromkeys(restart, RESTART)}
    if not is_dry and not reason.strip():
        raise BadInput("Say why they are moved: --reason TEXT. It stands in the record of each child.")
    told: list[Any] = []
    stays = 0
    with application():
        for viewer in [accounts.viewer_named(username)] if username else accounts.operators():
            numbers = from_numbers or dry_run.left_behind(viewer, key, to_number)
            route = Route(key, numbers, to_number, Moves(choices))
            if not numbers:
                continue
            if is_dry:
                preview = dry_run.dry_run(viewer, route)
                stays += preview.blocked
                told.append(_of_preview(viewer.authority_id, preview))
            else:
                progress = _move(viewer, route, reason)
                stays += sum(progress.counts.get(state, 0) for state in ("blocked", "fault"))
                told.append(_of_progress(viewer.authority_id, progress))
    if as_json:
        print_json(told)
    else:
        _print(told, is_dry=is_dry)
    sys.exit(1 if stays else 0)


def _move(viewer: Viewer, route: Route, reason: str) -> Progress:
    """Go on until everybody has had their turn; one that somebody holds is tried again for a minute."""
    moving_id = migrating.begin(viewer, route, reason)
    until = time.monotonic() + WAIT_SECONDS
    while not (progress := migration_progress.show(viewer, moving_id)).is_finished:
        if migrating.go_on():
            until = time.monotonic() + WAIT_SECONDS
        elif time.monotonic() > until:
            break
        if sys.stderr.isatty():
            click.echo(f"\r{progress.total - progress.to_do} of {progress.total}", nl=False, err=True)
    return progress


def _of_preview(authority_id: str, found: DryRun) -> dict[str, Any]:
    return {
        "authority": authority_id,
        "running": found.total,
        "movable": found.movable,
        "blocked": found.blocked,
        "dates_move": found.with_moved_dates,
        "become_late": found.late,
        "instances": [
            {
                "instance": line.instance_id,
                "child": line.reference,
                "from": line.number,
                "state": "blocked" if line.blocks else "movable",
                "sentences": list(line.blocks),
                "dates": [
                    {"name": one.name, "was": _iso(one.was), "is": _iso(one.becomes), "late": one.is_late}
                    for one in line.moved_dates
                ],
            }
            for line in found.lines
        ],
    }


def _of_progress(authority_id: str, found: Progress) -> dict[str, Any]:
    return {
        "authority": authority_id,
        "migration": found.id,
        "finished": found.is_finished,
        "counts": dict(found.counts),
        "instances": [
            {
                "instance": line.instance_id,
                "child": line.reference,
                "from": line.number,
                "state": line.state,
                "sentences": [line.sentence] if line.sentence else [],
                "dates": [
                    {"name": one["name"], "was": one["was"], "is": one["is"], "late": one["is_late"]}
                    for one in line.dates
                ],
            }
            for line in found.lines
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _print(told: list[Any], *, is_dry: bool) -> None:
    if not told:
        click.echo("Nothing runs on another version, so there is nothing to move.")
    for one in told:
        if is_dry:
            click.echo(
                f"{one['authority']}: {one['running']} running: {one['movable']} can be moved, "
                f"{one['blocked']} cannot. "
                f"Dates move for {one['dates_move']}, {one['become_late']} become overdue. Nothing was moved."
            )
        else:
            counts = ", ".join(f"{number} {state}" for state, number in sorted(one["counts"].items()))
            rest = "" if one["finished"] else " The scheduler goes on with the rest."
            click.echo(f"{one['authority']}: {counts}.{rest}")
        for line in one["instances"]:
            click.echo(
                f"  {line['child']}, version {line['from']}: {' '.join([line['state'], *line['sentences']])}"
            )
            for date in line["dates"]:
                late = ", overdue at once" if date["late"] else ""
                click.echo(
                    f"    {date['name']}: {date['was'] or 'no date'} -> {date['is'] or 'no date'}{late}"
                )
