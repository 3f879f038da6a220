"""The sentences that say what is wrong with an answer, as the GOV.UK style has them.

A label that reads like a name ("Date of the visit") is worked into the sentence: "Enter the date of the visit".
A label that is a question ("Was the child seen alone?") cannot be, and is quoted.
"""

from __future__ import annotations

from app.domain.form_parts import CHOICES, Field

QUESTION_WORDS = frozenset({
    "are", "can", "could", "did", "do", "does", "had", "has", "have", "how", "if", "is", "may", "must", "should",
    "was", "were", "what", "when", "where", "whether", "which", "who", "whom", "whose", "why", "will", "would",
})  # fmt: skip
DETERMINERS = frozenset(
    {"a", "all", "an", "any", "each", "every", "its", "the", "their", "these", "this", "your"}
)
PROPER_NAMES = frozenset({"AssetPlus", "Core+", "England", "London", "Mosaic", "Scotland", "Wales"})


def name_of(field: Field) -> str:
    """The question inside a sentence: “the date of the visit”; for a question, the answer to it."""
    if field.called:
        return field.called
    label = field.label.strip()
    first, _, _ = label.partition(" ")
    if label.endswith("?") or first.lower() in QUESTION_WORDS:
        return f"the answer to “{label}”"
    keeps_capital = first in PROPER_NAMES or any(letter.isupper() for letter in first[1:])
    name = label if keeps_capital else label[:1].lower() + label[1:]
    return name if first.lower() in DETERMINERS else f"the {name}"


def subject_of(field: Field) -> str:
    """The question at the start of a sentence: “The date of the visit”."""
    name = name_of(field)
    return name[:1].upper() + name[1:]


def missing(field: Field) -> str:
    """What to do about a question that was not answered."""
    if field.kind == "checkbox":
        return f"Confirm “{field.label.strip().rstrip('.')}”"
    verb = "Select" if field.kind in CHOICES else "Enter"
    return f"{verb} {name_of(field)}"


def must(field: Field, rest: str) -> str:
    """“The date of the visit must be a real date”."""
    return f"{subject_of(field)} must {rest}"


def plain_number(value: float) -> str:
    """4000 as “4,000”, 2.5 as “2.5”."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,}"


def printable(value: object) -> str:
    """Something that was sent, inside a sentence: at most 60 characters on one line that any page can show."""
    text = value[:60] if isinstance(value, str) else ascii(value)[:60]
    return "".join(letter if letter.isprintable() else ascii(letter).strip("'") for letter in text)
