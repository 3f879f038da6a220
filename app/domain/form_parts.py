"""What a form consists of: questions, words between them, and the conditions that hide them. Plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "text", "long_text", "number", "select", "radio", "checkbox", "checklist", "date", "time", "datetime"
]
Operator = Literal["=", "!=", "contains", "lacks"]
CHOICES: frozenset[Kind] = frozenset({"select", "radio", "checklist"})


@dataclass(frozen=True)
class Option:
    """One answer to choose: `value` is stored, `label` is read."""

    value: str
    label: str


@dataclass(frozen=True)
class Comparison:
    """One test of another question's answer; `value` is text, a number, a boolean or None (not answered)."""

    field: str
    operator: Operator
    value: str | int | float | bool | None

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether the test is true of these (checked) answers."""
        answer = answers.get(self.field)
        if self.operator in {"contains", "lacks"}:
            chosen = answer if isinstance(answer, list | tuple) else ()
            return (self.value in chosen) == (self.operator == "contains")
        same = answer == self.value and isinstance(answer, bool) == isinstance(self.value, bool)
        return same == (self.operator == "=")


@dataclass(frozen=True)
class Condition:
    """When something is hidden: all (`and`) or any (`or`) of the comparisons hold."""

    comparisons: tuple[Comparison, ...]
    joined: Literal["and", "or"] = "and"

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether the condition is true of these (checked) answers."""
        results = (comparison.holds(answers) for comparison in self.comparisons)
        return all(results) if self.joined == "and" else any(results)


@dataclass(frozen=True)
class Field:
    """One question.

    `called` names it inside a sentence ("the date of the visit"). `fact` is the child's fact that the answer is
    prefilled from and stored to. `hidden_when` are the conditions of the question and of the groups around it:
    any of them hides it. `day` says whether a date must lie in the past (today counts), the future (today
    counts) or neither. `minimum` and `maximum` are a number's limits, `decimals` its places after the point.
    A `boolean` question is answered True or False; its options are "true" and "false" in the file's order.
    `values_key` names a list that the services offer (`people:social_worker`) where the file has no options;
    until they do, any short text is accepted. `allocates` is the role that the chosen person takes on for the child.
    `simulated` is how far ahead a date lies in a simulation that does not say. `carries` names the question of an
    earlier step ("element.question") whose answer this one starts with. `works_out` says which day of a sentence
    it is (domain.release_dates), so that it can be worked out from the answers before it.
    """

    key: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    fact: str | None = None
    called: str = ""
    hidden_when: tuple[Condition, ...] = ()
    default: Any = None
    min_length: int = 0
    max_length: int = 200
    pattern: Literal["", "email", "phone"] = ""
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    day: Literal["", "past", "future"] = ""
    boolean: bool = False
    values_key: str = ""
    allocates: str = ""
    simulated: str = ""
    carries: str = ""
    works_out: str = ""
    inputmode: str = ""
    width: str = ""
    autocomplete: str = ""
    prefix: str = ""
    suffix: str = ""

    def is_hidden(self, answers: Mapping[str, Any]) -> bool:
        """Whether the question is not asked, given the answers before it."""
        return any(condition.holds(answers) for condition in self.hidden_when)

    def option_label(self, value: Any) -> str:
        """The words of a chosen value."""
        chosen = option_value(value)
        return next((option.label for option in self.options if option.value == chosen), str(value))


def option_value(answer: Any) -> Any:
    """The option that an answer is: “true” for True, the answer itself for everything else."""
    return str(answer).lower() if isinstance(answer, bool) else answer


@dataclass(frozen=True)
class Words:
    """Paragraphs between questions: plain text, a blank line between two paragraphs."""

    paragraphs: tuple[str, ...]
    hidden_when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line that parts two sections."""

    hidden_when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Group:
    """Questions under one heading."""

    label: str
    parts: tuple[Part, ...]
    hidden_when: tuple[Condition, ...] = ()


Part = Field | Words | Line | Group


def fields_in(parts: tuple[Part, ...]) -> Iterator[Field]:
    """Every question, in the order in which it is asked."""
    for part in parts:
        if isinstance(part, Field):
            yield part
        elif isinstance(part, Group):
            yield from fields_in(part.parts)
