"""A council's own name and colours, as three settings; checked for contrast when the service starts.

COUNCIL_NAME    the words in the header
BRAND_COLOUR    the header, the timeline, the edge of a notice: white words stand on it
LINK_COLOUR     links and buttons' text on white
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from app.domain.errors import BadInput

DEFAULT_BRAND = "#1d3c5a"
DEFAULT_LINK = "#1a65a6"
READABLE = 4.5
WHITE = "#ffffff"
BLACK = "#0b0c0c"


@dataclass(frozen=True)
class Theme:
    """What makes the pages look like one council's; colours are #rrggbb."""

    council: str
    brand: str
    link: str

    def css(self) -> str:
        """The rules that hand the colours to the GOV.UK and MoJ components."""
        return (
            f":root{{--govuk-brand-colour:{self.brand};--govuk-link-colour:{self.link};"
            f"--govuk-link-hover-colour:{_mixed(self.link, BLACK, 0.4)};"
            f"--govuk-surface-border-colour:{_mixed(self.brand, WHITE, 0.6)};"
            f"--govuk-surface-background-colour:{_mixed(self.brand, WHITE, 0.95)};"
            f"--govuk-template-background-colour:{_mixed(self.brand, WHITE, 0.95)}}}\n"
        )

    def version(self) -> str:
        """Changes with the colours, so that a browser may keep the file."""
        return hashlib.sha256(self.css().encode()).hexdigest()[:10]


def read_theme(config: Any) -> Theme:
    """The theme from `app.config`. Raises BadInput for a colour that is none, or that cannot be read on white."""
    theme = Theme(
        council=str(config.get("COUNCIL_NAME") or "Throughcare"),
        brand=_colour(config, "BRAND_COLOUR", DEFAULT_BRAND),
        link=_colour(config, "LINK_COLOUR", DEFAULT_LINK),
    )
    for name, colour in (("BRAND_COLOUR", theme.brand), ("LINK_COLOUR", theme.link)):
        ratio = contrast(colour, WHITE)
        if ratio < READABLE:
            raise BadInput(
                f"{name} {colour} is too pale: its contrast with white is {ratio:.1f}, and 4.5 is needed."
            )
    return theme


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (#rrggbb) as WCAG 2.2 measures it: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _colour(config: Any, name: str, default: str) -> str:
    value = str(config.get(name) or default).lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", value):
        raise BadInput(f"{name} must be a colour like #1d3c5a, not “{value}”.")
    return value


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in _channels(colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: str, other: str, share: float) -> str:
    mixed = (
        round(a * (1 - share) + b * share) for a, b in zip(_channels(colour), _channels(other), strict=True)
    )
    return "#" + "".join(f"{value:02x}" for value in mixed)
