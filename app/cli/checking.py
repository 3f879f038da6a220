"""`pathways check` and `pathways diff`: what is wrong with BPMN files, and what has changed between two versions."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.cli.context import application, print_json
from app.domain.errors import BadInput, PathwayRefused
from app.engine import catalogue
from app.engine.contracts import Bundle, Finding
from app.engine.difference import Difference
from app.services import checks, definitions
from app.services.workbench import comparing, scenarios, versions
from app.store.db import reading


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
@click.option("--scenarios", "with_scenarios", is_flag=True, help="Run the shipped scenarios too.")
def check(paths: tuple[Path, ...], as_json: bool, with_scenarios: bool) -> None:
    """Find what is wrong with BPMN files; exits 1 when there is an error that is not waived, or a red scenario."""
    files = bpmn_files(paths)
    found = [(path, finding) for path in files for finding in _findings(path)]
    stopping = sum(finding.stops for _, finding in found)
    if with_scenarios:
        stopping += _red({path.stem for path in files}, quietly=as_json)
    if as_json:
        print_json([{"file": str(path), **asdict(finding)} for path, finding in found])
    else:
        for path, finding in found:
            click.echo(f"{path}: {_line(finding)}")
        waived = sum(bool(finding.waived) for _, finding in found)
        warnings = len(found) - stopping - waived
        also = f", {waived} waived" if waived else ""
        click.echo(f"{stopping} errors, {warnings} warnings{also} in {len(files)} files.")
    sys.exit(1 if stopping else 0)


def _red(keys: set[str], *, quietly: bool) -> int:
    """How many scenarios of these pathways are red, told on the terminal (or stderr, beside JSON)."""
    wanted = [one for one in scenarios.shipped() if one.key in keys]
    found = scenarios.results(wanted, definitions.shipped())
    for scenario, result in zip(wanted, found, strict=True):
        colour = "green" if result.is_green else f"RED: {' '.join(result.failures)}"
        click.echo(f"scenario {scenario.key}.{scenario.name}: {colour}", err=quietly)
    return sum(not result.is_green for result in found)


def _line(finding: Finding) -> str:
    kind = f"waived {finding.severity}" if finding.waived else finding.severity
    reason = f" Waived: {finding.waived}" if finding.waived else ""
    return f"{kind}: {finding.element} ({finding.rule}): {finding.sentence}{reason}"


def bpmn_files(paths: tuple[Path, ...]) -> list[Path]:
    """The files named, and the BPMN files below the folders named. Raises BadInput for what is not there."""
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise BadInput(f"There is no file called {path}.")
        there = sorted(path.rglob("*.bpmn")) if path.is_dir() else [path]
        if not there:
            raise BadInput(f"There is no BPMN file in {path}.")
        files += there
    return files


def _findings(path: Path) -> list[Finding]:
    """A file of this release is checked as a part of its pathway, any other on its own beside this release."""
    try:
        shipped = definitions.shipped()
    except PathwayRefused:
        shipped = {}  # one of the files of this release cannot be read: each is checked on its own
    name = f"{path.parent.name}/{path.name}"
    try:
        if path.stem in shipped and path.resolve().parent.parent == definitions.PROCESSES:
            return checks.findings_by_file(shipped[path.stem], checks.around(shipped.values()))[name]
        return _on_its_own(path, name, shipped)
    except PathwayRefused as refused:
        return list(refused.findings) or [Finding("", "file", "error", refused.sentence)]


def _on_its_own(path: Path, name: str, shipped: dict[str, Bundle]) -> list[Finding]:
    xml = path.read_bytes()
    forms = {
        f"{form.parent.name}/{form.stem}": json.loads(form.read_bytes())
        for form in definitions.FORMS.glob("*/*.json")
    }
    bundles = [bundle for key, bundle in shipped.items() if key != path.stem]
    others = checks.around([*bundles, Bundle(path.stem, {name: xml.decode("utf-8", "surrogateescape")})])
    return checks.findings_in(xml, set(forms), others, name=name, shown=forms)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--profile", default="default", show_default=True, help="Whose words and deadlines.")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def diff(old: str, new: str, profile: str, as_json: bool) -> None:
    """What has changed from OLD to NEW: files, folders, a pathway of this release (KEY) or a version (KEY@NUMBER)."""
    before, after = _bundles(old), _bundles(new)
    if len(before) == len(after) == 1:
        (key,), (other,) = before, after
        if key != other:
            raise BadInput(f"{key} and {other} are two pathways. Name two versions of one.")
    found = {
        key: comparing.between(*_alike(before[key], after[key]), profile)
        for key in sorted(before.keys() & after.keys())
    }
    if as_json:
        print_json(_as_json(before, after, found))
        return
    for key in sorted(after.keys() - before.keys()):
        click.echo(f"{key}: this pathway is new.")
    for key in sorted(before.keys() - after.keys()):
        click.echo(f"{key}: this pathway is gone.")
    for key, difference in found.items():
        _print(key, difference)
    if before.keys() == after.keys() and all(one.is_empty and not one.moved for one in found.values()):
        click.echo("Nothing has changed.")


def _print(key: str, found: Difference) -> None:
    if found.is_empty and not found.moved:
        return
    number = len(found.changes)
    moved = f", {len(found.moved)} moved in the drawing only" if found.moved else ""
    click.echo(f"{key}: {number} {'change' if number == 1 else 'changes'}{moved}.")
    for group, changes in found.by_group():
        click.echo(f"  {group}")
        for change in changes:
            click.echo(f"    {change.sentence}")


def _as_json(
    before: Mapping[str, Bundle], after: Mapping[str, Bundle], found: Mapping[str, Difference]
) -> Any:
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "pathways": {
            key: {
                "changes": [{**asdict(change), "sentence": change.sentence} for change in one.changes],
                "moved": list(one.moved),
            }
            for key, one in found.items()
            if one.changes or one.moved or len(found) == 1
        },
    }


def _bundles(named: str) -> dict[str, Bundle]:
    """The pathways that an argument names, by key. Raises BadInput when it names none."""
    path = Path(named)
    if path.is_dir() and (path / "processes").is_dir():
        return catalogue.read_bundles(path / "processes", path / "forms")
    if path.exists():
        return {bundle.key: bundle for bundle in map(_bare, bpmn_files((path,)))}
    key, _, number = named.partition("@")
    if number.isdecimal():
        with application(), reading() as session:
            return {key: definitions.bundle_of(session, versions.version_id_of(session, key, int(number)))}
    shipped = definitions.shipped()
    if key not in shipped or number:
        raise BadInput(f"There is no file, no pathway and no version called {named}.")
    return {key: shipped[key]}


def _bare(path: Path) -> Bundle:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    processes = catalogue.drawn(text).processes
    key = processes[0].id if len(processes) == 1 else path.stem
    return Bundle(key, {f"{path.parent.name}/{key}.bpmn": text})


def _alike(old: Bundle, new: Bundle) -> tuple[Bundle, Bundle]:
    """A file that comes alone has the forms and called pathways of the other side: it says nothing about them."""
    sides = []
    for own, other in ((old, new), (new, old)):
        if own.forms or len(own.files) > 1:
            sides.append(own)
            continue
        lent = {path: text for path, text in other.files.items() if path != other.main_path}
        sides.append(Bundle(own.key, {**own.files, **lent}, other.forms))
    return sides[0], sides[1]
