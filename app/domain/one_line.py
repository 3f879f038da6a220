"""What somebody else wrote (a file's name, a tool's complaint), so that it can stand in a sentence."""

from __future__ import annotations


def on_one_line(text: str) -> str:
    """The text with single spaces for everything that cannot be printed, line ends among it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
