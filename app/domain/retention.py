"""How long the record of a child is kept, why, and on which day somebody decides whether it is kept on.

Sources: Care Planning, Placement and Case Review (England) Regulations 2010, regulation 50: the case record of a looked
after child until the seventy-fifth anniversary of birth, or fifteen years from a death before eighteen. For work of the
youth justice service alone there is no such rule: the local schedule is the twenty-fifth birthday or six years after
the last pathway ended, whichever is later. Written from knowledge, to be confirmed by the authority's records manager.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.moments import birthday, day_in_words

LOOKED_AFTER, YOUTH_JUSTICE, TRANSFERRED, UNKNOWN = "looked_after", "youth_justice", "transferred", "unknown"
NAMES = {
    LOOKED_AFTER: "Looked after child",
    YOUTH_JUSTICE: "Youth justice, never looked after",
    TRANSFERRED: "Held in the record system",
    UNKNOWN: "Date of birth not known",
}
LOOKED_AFTER_AGE, FROM_DEATH, ADULT = 75, 15, 18
YOUTH_JUSTICE_AGE, FROM_CLOSING = 25, 6
AFTER_TRANSFER = 1


@dataclass(frozen=True)
class Life:
    """What the class of a record hangs on. `closed_on` is when the last pathway ended, or the record was made."""

    born_on: date | None
    died_on: date | None
    is_looked_after: bool
    closed_on: date
    transferred_on: date | None


@dataclass(frozen=True)
class Retention:
    """The class of a record, the day from which it is to be disposed of or kept on with a reason, and why."""

    kind: str
    review_on: date
    reason: str

    @property
    def name(self) -> str:
        """The class in words."""
        return NAMES[self.kind]


def retention_of(life: Life) -> Retention:
    """How long a record is kept. Once the record system has it, a year after both: the transfer and the last work."""
    if life.transferred_on is not None:
        last = max(life.transferred_on, life.closed_on)
        return Retention(
            TRANSFERRED,
            birthday(last, AFTER_TRANSFER),
            f"The record system has the whole record since {day_in_words(life.transferred_on)}; this copy is kept "
            f"for a year after that, or after the last pathway ended ({day_in_words(life.closed_on)})",
        )
    if life.is_looked_after and life.died_on is not None and _died_young(life):
        return Retention(
            LOOKED_AFTER,
            birthday(life.died_on, FROM_DEATH),
            f"Fifteen years from the death on {day_in_words(life.died_on)}, before the age of eighteen "
            "(Care Planning Regulations 2010, regulation 50)",
        )
    if life.born_on is None:
        return Retention(
            UNKNOWN,
            birthday(life.closed_on, 1),
            "No date can be worked out without the date of birth; a year after the last work it has to be found",
        )
    if life.is_looked_after:
        return Retention(
            LOOKED_AFTER,
            birthday(life.born_on, LOOKED_AFTER_AGE),
            "Until the seventy-fifth anniversary of birth (Care Planning Regulations 2010, regulation 50); "
            "a child who is remanded is looked after",
        )
    last_day = max(birthday(life.born_on, YOUTH_JUSTICE_AGE), birthday(life.closed_on, FROM_CLOSING))
    return Retention(
        YOUTH_JUSTICE,
        last_day,
        f"The later of the twenty-fifth birthday and six years after the last pathway ended "
        f"({day_in_words(life.closed_on)}), by the local schedule",
    )


def _died_young(life: Life) -> bool:
    assert life.died_on is not None
    return life.born_on is None or life.died_on < birthday(life.born_on, ADULT)
