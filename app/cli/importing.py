"""`throughcare import`: a foreign BPMN file in, our pathways and the list of every change out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.cli.context import print_json
from app.domain.errors import BadInput
from app.services.workbench import importing
from app.services.workbench.importing import Report


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to write the pathways: processes/ and forms/."
)
def bring_in(file: Path, as_json: bool, out: Path | None) -> None:
    """Bring a BPMN 2.0 FILE of another modeller in, and say everything that was changed."""
    if not file.is_file():
        raise BadInput(f"There is no file called {file}.")
    report = importing.read(file.name, file.read_bytes())
    written = _write(report, out) if out else []
    if as_json:
        texts = {path: text for one in report.pathways for path, text in one.bundle.files.items()}
        forms = {key: form for one in report.pathways for key, form in one.bundle.forms.items()}
        print_json({**report.plain(), "files": texts, "forms": forms, "written": written})
        return
    _print(report, written)


def _print(report: Report, written: list[str]) -> None:
    number = len(report.changes)
    click.echo(
        f"{report.file}: {len(report.pathways)} pathways, {number} changes, {report.lost} things lost."
    )
    for change in report.changes:
        lost = "lost: " if change.loses else ""
        click.echo(f"  {lost}{change.element} ({change.rule}): {change.sentence}")
    for one in report.pathways:
        click.echo(f"{one.key} ({one.name}): {len(one.left_to_do)} left to do before it can be published.")
        for left in one.left_to_do:
            click.echo(f"  {left.element} ({left.rule}): {left.sentence}")
    for path in written:
        click.echo(f"Written: {path}")


def _write(report: Report, out: Path) -> list[str]:
    """The files of every pathway as this project keeps them; what is there already is not written over."""
    wanted: dict[Path, str] = {}
    for one in report.pathways:
        wanted |= {out / "processes" / path: text for path, text in one.bundle.files.items()}
        wanted |= {
            out / "forms" / f"{key}.json": json.dumps(form, indent=2, ensure_ascii=False) + "\n"
            for key, form in one.bundle.forms.items()
        }
    there = [path for path in wanted if path.exists()]
    if there:
        raise BadInput(f"{there[0]} is there already. Name another folder.")
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in wanted]
