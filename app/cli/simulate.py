"""`simulate`: a what-if on the real engine and a simulated clock, as JSON or as a story that a practitioner reads."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

from app.cli.context import moment, print_json, shipped_profile
from app.domain.durations import after
from app.domain.errors import BadInput
from app.domain.moments import day_in_words, moment_in_words
from app.services import definitions, simulated_answers, simulation
from app.services.simulated_people import WAYS
from app.services.workbench import scenarios

DEFAULT_SPAN = "P90D"
WORDS = {
    "instance_started": "Pathway starts",
    "instance_ended": "Pathway ends",
    "task_created": "To do",
    "task_completed": "Done",
    "task_cancelled": "Not needed",
    "timer_fired": "Time comes",
    "message_sent": "Passed on",
    "notification_queued": "Told",
    "duty_overdue": "OVERDUE",
    "escalated": "ESCALATED",
    "incident": "INCIDENT",
}


@click.command()
@click.argument("pathway")
@click.option("--profile", default="default", show_default=True, help="Whose protocol.")
@click.option("--scenario", "named", help="A shipped scenario by its name: shows whether it is green.")
@click.option("--start", help="When it begins, as 2026-12-24T17:40 (London time).")
@click.option(
    "--answers", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="YAML: what is answered."
)
@click.option("--complete", type=click.Choice(WAYS), default="on-time", show_default=True)
@click.option("--until", default=DEFAULT_SPAN, show_default=True, help="An ISO moment or length of time.")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on stdout.")
def simulate(
    pathway: str,
    profile: str,
    named: str | None,
    start: str | None,
    answers: Path | None,
    complete: str,
    until: str,
    as_json: bool,
) -> None:
    """What happens on PATHWAY to a child whose pathway begins at --start."""
    if named is not None:
        _run_scenario(pathway, named)
        return
    if start is None:
        raise BadInput("Say when it begins: --start 2026-12-24T17:40, or --scenario NAME.")
    begins = moment(start)
    ends = after(begins, until)
    scenario = read_scenario(answers)
    names = [str(message["name"]) for message in scenario.messages]
    for sentence in simulated_answers.unused(scenario.tasks, names):
        click.echo(sentence, err=True)
    story = simulation.run(
        pathway,
        profile=shipped_profile(profile),
        start=begins,
        complete=complete,
        until=ends,
        scenario=scenario,
    )
    if as_json:
        print_json(story)
    else:
        click.echo("\n".join(told(story)))


def _run_scenario(pathway: str, named: str) -> None:
    """One shipped scenario on what ships; exits 1 when it is red."""
    wanted = [one for one in scenarios.shipped(pathway) if one.name == named]
    if not wanted:
        names = ", ".join(one.name for one in scenarios.shipped(pathway)) or "none"
        raise BadInput(f"{pathway} has no scenario called {named}. There are: {names}.")
    (result,) = scenarios.results(wanted, definitions.shipped())
    for sentence in result.failures:
        click.echo(sentence)
    click.echo(f"{pathway}.{named} is {'green' if result.is_green else 'red'}.")
    if not result.is_green:
        sys.exit(1)


def read_scenario(path: Path | None) -> simulation.Scenario:
    """The answers file: `{variables, tasks, messages}`. Raises BadInput with a sentence."""
    if path is None:
        return simulation.Scenario()
    try:
        content = yaml.safe_load(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not readable YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(content, dict) or set(content) - {"variables", "tasks", "messages"}:
        raise BadInput(f"{path} may hold variables, tasks and messages, and nothing else.")
    variables, tasks, messages = content.get("variables"), content.get("tasks"), content.get("messages")
    if not all(isinstance(part, dict | None) for part in (variables, tasks)) or not isinstance(
        messages, list | None
    ):
        raise BadInput(f"In {path}, variables and tasks are mappings and messages is a list.")
    if not all(isinstance(given, dict) for given in (tasks or {}).values()):
        raise BadInput(f"In {path}, each task has a mapping of its answers.")
    for message in messages or []:
        if not isinstance(message, dict) or not {"at", "name"} <= set(message):
            raise BadInput(f"In {path}, each message has “at” and “name”.")
        if not isinstance(message.get("payload"), dict | None):
            raise BadInput(f"In {path}, the payload of a message is a mapping.")
    return simulation.Scenario(
        {name: plain(value) for name, value in (variables or {}).items()},
        tasks or {},
        tuple({**message, "at": plain(message["at"])} for message in messages or []),
    )


def plain(value: Any) -> Any:
    """YAML reads dates as dates; the pathways speak ISO text."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def told(story: dict[str, Any]) -> list[str]:
    """The story by day, with the weekday: what happens, who does it, when it is due."""
    begins = datetime.fromisoformat(story["start"])
    lines = [
        f"{story['pathway']} with the profile {story['profile']}, "
        f"from {moment_in_words(begins)} until {moment_in_words(datetime.fromisoformat(story['until']))}"
    ]
    day: date | None = None
    for event in story["events"]:
        at = datetime.fromisoformat(event["at"])
        if at.date() != day:
            day = at.date()
            lines += ["", f"{day_in_words(day)}{_day_number(day - begins.date())}"]
        lines.append(_line(at, event))
    if not story["events"]:
        lines.append("Nothing happens.")
    return lines


def _day_number(passed: timedelta) -> str:
    return f"  (day {passed.days})" if passed.days else ""


def _line(at: datetime, event: dict[str, Any]) -> str:
    what = event["name"] or event["definition"] or ""
    if event["kind"] == "notification_queued":
        what = event["detail"]
    who = f" - {event['lane']}" if event["lane"] and event["kind"].startswith("task") else ""
    due = ""
    if event["due_at"] and event["kind"] in ("task_created", "duty_overdue", "escalated"):
        due_at = datetime.fromisoformat(event["due_at"])
        clock = "" if due_at.strftime("%H:%M:%S") == "23:59:59" else f" at {due_at:%H:%M}"
        due = f" (due {day_in_words(due_at.date())}{clock})"
    if event["kind"] == "incident":
        what = f"{what}: {event['detail']}"
    duty = f" [{', '.join(event['duty'])}]" if event["duty"] and event["kind"] == "task_created" else ""
    return f"  {at:%H:%M}  {WORDS[event['kind']]:<14} {what}{who}{due}{duty}"
