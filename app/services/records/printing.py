"""The record of a child on paper: PDF/UA with a contents list, numbered pages and its protective marking on each."""

from __future__ import annotations

from itertools import groupby

from app.domain.clock import LONDON
from app.domain.moments import day_in_words, moment_in_words
from app.services import paper
from app.services.records import sentences
from app.services.records.contents import CaseRecord, Happening
from app.services.records.work_contents import Task

MARKING = "OFFICIAL-SENSITIVE"


def render(made: CaseRecord) -> bytes:
    """The PDF. The same record gives the same bytes."""
    record, taken = made.record, made.taken
    by_pathway: dict[str, list[Task]] = {}
    for task in record.tasks:
        by_pathway.setdefault(task.pathway_id, []).append(task)
    return paper.render_page(
        "record",
        title=f"Case record {record.about.reference}",
        marking=MARKING,
        taken=taken,
        record=record,
        name=f"{record.about.given_name} {record.about.family_name}",
        say=sentences,
        moment=moment_in_words,
        day=day_in_words,
        open_tasks=[task for task in record.tasks if task.state == "open"],
        names={pathway.id: pathway.name for pathway in record.pathways},
        by_pathway=by_pathway,
        by_day=_by_day(record.chronology),
    )


def _by_day(chronology: tuple[Happening, ...]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The chronology by day: the day in words, and for each line the hour, the words and whose doing it was."""
    return [
        (
            day_in_words(on),
            [(f"{one.at.astimezone(LONDON):%H:%M}", one.words, one.by or "the service") for one in lines],
        )
        for on, lines in groupby(chronology, key=lambda one: one.at.astimezone(LONDON).date())
    ]
