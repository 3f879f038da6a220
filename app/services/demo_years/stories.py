"""What happens to invented children: which pathway, from when, what the courts do, how people work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.domain.clock import LONDON

NAMES = ("Alex", "Ashby", "Bobbin", "Charlie", "Devon", "Ember", "Frankie", "Gale", "Harper", "Indigo")
FAMILY_NAMES = (
    "Invented",
    "Madeup",
    "Fictional",
    "Placeholder",
    "Pretend",
    "Imaginary",
    "Samplechild",
    "Demo",
)
"""Together a name that nobody bears."""
WEEKS_ON_REMAND = 26
AMOUNTS = {
    "nightly_rate": (650, 900),
    "budget_balance": (100_000, 250_000),
    "weekly_cost": (3000, 6500),
    "cost": (40, 400),
}
"""Pounds that people record: question -> least, most. Other numbers are between 1 and 61."""


@dataclass(frozen=True)
class Story:
    """One child's. `messages` are (when, name, payload): what the court or the secure estate says, in order."""

    number: int
    pathway: str
    starts_at: datetime
    answers: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[tuple[datetime, str, Mapping[str, Any]], ...] = ()

    @property
    def chance(self) -> Random:
        """The story's own chance: the same story is lived in the same way each time."""
        return Random(self.number)  # noqa: S311 - for variety, not for secrets


def told(number: int, since: datetime, until: datetime) -> list[Story]:
    """So many stories, each begun between the two moments, on the pathways in the proportions of a youth justice team.

    Told again with the same arguments, they are the same.
    """
    chance = Random(f"{number} {since} {until}")  # noqa: S311
    span = (until - since) / max(number, 1)
    return [_story(one, since + span * (one + chance.random()), chance) for one in range(number)]


def _story(number: int, about: datetime, chance: Random) -> Story:
    at = about.astimezone(LONDON).replace(
        hour=chance.randint(10, 18), minute=chance.choice((0, 20, 40)), second=0, microsecond=0
    )
    tell = chance.choices((_remand, _sentence, _rilaa, _requirement, _referral), weights=(50, 15, 12, 8, 15))[
        0
    ]
    return tell(number, at, chance)


def _remand(number: int, at: datetime, chance: Random) -> Story:
    ends_at = at + timedelta(days=chance.randint(4, 7 * WEEKS_ON_REMAND), hours=chance.randint(-3, 3))
    reason = chance.choice(("bail", "bail", "custody", "rilaa", "yro", "acquitted"))
    answers = {
        "establishment": chance.choice(("Example Secure Home", "Placeholder STC", "Invented YOI")),
        "looked_after_before": chance.random() < 0.4,
        "has_social_worker": chance.random() < 0.5,
        "known_to_csc": chance.random() < 0.7,
        "safety_concern": chance.random() < 0.2,
    }
    hearing_at = at + timedelta(days=chance.randint(7, 28))
    messages = []
    if hearing_at < ends_at:
        messages.append(
            (at + timedelta(days=2), "hearing_date_set", {"kind": "hearing", "held_on": hearing_at})
        )
    messages.append((ends_at, "remand_ended", {"reason": reason, "ended_at": ends_at}))
    return Story(number, "remand_yda", at, answers, tuple(messages))


def _sentence(number: int, at: datetime, chance: Random) -> Story:
    ends_at, release_at = (
        at + timedelta(days=chance.randint(200, 700)),
        at + timedelta(days=chance.randint(60, 300)),
    )
    answers = {
        "looked_after_before": chance.random() < 0.5,
        "sentence_type": chance.choice(("dto", "section_250", "dto")),
        "sentence_ends_on": max(ends_at, release_at).date().isoformat(),
        "release_on": release_at.date().isoformat(),
    }
    return Story(number, "custodial_sentence", at, answers)


def _rilaa(number: int, at: datetime, chance: Random) -> Story:
    ends_at = at + timedelta(days=chance.randint(10, 120))
    return Story(
        number,
        "rilaa",
        at,
        messages=(
            (
                ends_at,
                "rilaa_ended",
                {"reason": chance.choice(("bail", "yro", "acquitted")), "ended_at": ends_at},
            ),
        ),
    )


def _requirement(number: int, at: datetime, chance: Random) -> Story:
    return Story(number, "yro_laa", at)


def _referral(number: int, at: datetime, chance: Random) -> Story:
    return Story(number, chance.choice(("joint_working", "social_care_referral", "placement_change")), at)
