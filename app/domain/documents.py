"""A document as people read it on paper: a title, marked or not, and sections of sentences, answers and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

BlockKind = Literal["text", "answer", "unknown", "row"]
Print = Literal["normal", "large", "larger"]
PRINTS: Mapping[Print, str] = {"normal": "14 point", "large": "18 point", "larger": "24 point"}
"""The sizes in which a document for a child is printed."""


@dataclass(frozen=True)
class Block:
    """A paragraph: our words, somebody’s answer, that something is not known; or a row with its label."""

    kind: BlockKind
    text: str
    label: str = ""


@dataclass(frozen=True)
class Section:
    """What stands under one heading, or under the title alone. `level` is the heading's: 2 at least, the title is 1."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
    level: int = 2


@dataclass(frozen=True)
class Document:
    """The whole of it. `marking` is the protective marking of what is not for the child; `footer` ends each page."""

    title: str
    sections: tuple[Section, ...]
    opening: tuple[str, ...] = ()
    marking: str = ""
    footer: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "title": self.title,
            "opening": list(self.opening),
            "marking": self.marking,
            "footer": self.footer,
            "sections": [
                {
                    "key": section.key,
                    "heading": section.heading,
                    "level": section.level,
                    "blocks": [
                        {"kind": block.kind, "text": block.text, "label": block.label}
                        for block in section.blocks
                    ],
                }
                for section in self.sections
            ],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Document:
        """As it was kept."""
        return cls(
            title=kept["title"],
            opening=tuple(kept["opening"]),
            marking=kept["marking"],
            footer=kept["footer"],
            sections=tuple(
                Section(
                    one["key"],
                    one["heading"],
                    tuple(Block(block["kind"], block["text"], block["label"]) for block in one["blocks"]),
                    one["level"],
                )
                for one in kept["sections"]
            ),
        )
