"""What people type to find a child, and the keys under which a child is found.

A key is a kind and a value. Some say who it is (`#` a number of that kind, `!` the full name with the date of birth),
the others who it may be: `=` a name, `~` how a name sounds, three letters of a name, `@` the date of birth. They are
worked out anew whenever a name, a date of birth or a number is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.names import forms_of, sound, tokens
from app.domain.typed_times import Mistyped, read_day

NUMBERS: Mapping[str, str] = {
    "mosaic": "Mosaic number",
    "core_plus": "Core+ number",
    "liquidlogic": "Liquidlogic number",
    "prison_number": "Prison number",
    "nhs_number": "NHS number",
}
"""The numbers that other systems know a child by: facts of the child, and what each is called."""
REFERENCE = "reference"
MOST_TOKENS = 6
SHORTEST_NUMBER = 4
_MONTH_WORD = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAYS = re.compile(
    rf"\b(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}"
    rf"|\d{{1,2}}\s*[./-]\s*\d{{1,2}}\s*[./-]\s*(?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?[\s-]*{_MONTH_WORD}[\s,-]*(?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}\s\d{{1,2}}\s(?:\d{{4}}|\d{{2}})"
    rf"|\d{{8}}|\d{{6}})\b",
    re.ASCII | re.IGNORECASE,
)
_LETTERS_AND_FIGURES = re.compile(
    r"(?=.*[A-Za-z])(?=.*[0-9])"
)  # M-100200: a number, though 10 02 00 is a day


@dataclass(frozen=True)
class Sought:
    """What was typed, read: names (folded, in order), days of birth that it may mean, numbers as they are compared.

    `written` are the names as they were typed.
    """

    names: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    numbers: tuple[str, ...] = ()
    written: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What was looked for, without the words: for the audit."""
        figures = [number for number in self.numbers if any(character.isdigit() for character in number)]
        named = (("name", self.names), ("date_of_birth", self.days), ("number", figures))
        return tuple(kind for kind, words in named if words)


def read_words(words: str) -> Sought:
    """The names, dates and numbers in what somebody typed into one box."""
    days: list[date] = []
    rest, numbers = [], []
    end = 0
    for found in _DAYS.finditer(words):
        day = _day(found[0])
        if day is None:
            continue
        days.append(day)
        rest.append(words[end : found.start()])
        end = found.end()
        if found[0].isdigit():
            numbers.append(found[0])  # six or eight figures in a row may be a number as well
    rest.append(words[end:])
    left = " ".join(rest)
    parts = left.split()
    numbers += [plain_number(part) for part in parts]
    numbers += [plain_number(part) for part in words.split() if end and _LETTERS_AND_FIGURES.search(part)]
    if any(character.isdigit() for character in left):
        numbers.append(plain_number(left))  # 943 476 5919
    figures = [number for number in dict.fromkeys(numbers) if len(number) >= SHORTEST_NUMBER]
    named = " ".join(part for part in parts if not any(character.isdigit() for character in part))
    return Sought(
        tokens(named)[:MOST_TOKENS],
        tuple(dict.fromkeys(days)),
        tuple(figures[:MOST_TOKENS]),
        named.strip(" ,;"),
    )


def plain_number(number: str) -> str:
    """A number as it is compared: capitals and figures, nothing between."""
    return "".join(character for character in number.upper() if character.isalnum())


def keys_of(
    given_name: str, family_name: str, born: date | None, numbers: Mapping[str, str]
) -> frozenset[str]:
    """Every key under which the child is found; `numbers` by kind, the reference among them."""
    given, family = tokens(given_name), tokens(family_name)
    names = {*given, *family}
    if len(family) > 1:
        names.add("".join(family))
    found = {key for name in names for key in _keys_of_name(name)}
    found |= {f"#{kind}:{plain_number(number)}" for kind, number in numbers.items() if plain_number(number)}
    if born is not None:
        found |= {f"@{born}", full_key(given_name, family_name, born)}
    return frozenset(found)


def full_key(given_name: str, family_name: str, born: date) -> str:
    """The key of a full name, in any order, with a date of birth."""
    return _full(tokens(f"{given_name} {family_name}"), born)


def sure_keys(sought: Sought) -> frozenset[str]:
    """The keys that say who it is: a whole number of any kind, the full name with the date of birth."""
    found = {f"#{kind}:{number}" for kind in (REFERENCE, *NUMBERS) for number in sought.numbers}
    if len(sought.names) > 1:
        found |= {_full(sought.names, day) for day in sought.days}
    return frozenset(found)


def likely_keys(sought: Sought) -> frozenset[str]:
    """The keys of children who may be meant by the names: spelt so, sounding so, known by a short form."""
    found = {key for name in sought.names for key in _keys_of_name(name)}
    for name in sought.names:
        found |= {f"={other}" for other in forms_of(name)}
    return frozenset(found)


def day_keys(sought: Sought) -> frozenset[str]:
    """The keys of the days of birth that may be meant, with day and month the other way round too."""
    days = {*sought.days, *(turned for day in sought.days if (turned := _turned(day)))}
    return frozenset(f"@{day}" for day in days)


def _keys_of_name(name: str) -> set[str]:
    padded = f" {name} "
    letters = {padded[at : at + 3] for at in range(len(padded) - 2)} if len(name) > 1 else set()
    return {f"={name}", f"~{sound(name)}", *letters}


def _full(names: Iterable[str], born: date) -> str:
    return f"!{' '.join(sorted(names))}|{born}"


def _day(text: str) -> date | None:
    try:
        return read_day({"day": text, "month": "", "year": ""})
    except Mistyped:
        return None


def _turned(day: date) -> date | None:
    return date(day.year, day.day, day.month) if day.day <= 12 and day.day != day.month else None
