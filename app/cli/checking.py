"""`pathways check`: what is wrong with BPMN files, and which findings somebody accepts."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from app.cli.context import print_json
from app.domain.errors import BadInput, PathwayRefused
from app.engine.contracts import Bundle, Finding
from app.services import checks, definitions


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Find what is wrong with BPMN files; exits 1 when there is an error that is not waived."""
    files = bpmn_files(paths)
    found = [(path, finding) for path in files for finding in _findings(path)]
    stopping = sum(finding.stops for _, finding in found)
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
        files += sorted(path.rglob("*.bpmn")) if path.is_dir() else [path]
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
