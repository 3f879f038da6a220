"""The area's own words on its pages, for what comes from diagrams, forms and roles; never for what people typed."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from flask import Flask, g, has_app_context

from app.domain.vocabulary import say
from app.services import glossary, reference

_NAME = re.compile(r'(?<=\sname=")[^"]*(?=")')


def install(app: Flask) -> None:
    """Give templates the filter `local`, and `explained`: the abbreviations of texts that the glossary has."""
    app.jinja_env.filters["local"] = local
    app.jinja_env.globals["explained"] = glossary.explained


def local(text: Any) -> str:
    """A plain text in the words of the viewer's area; nothing for None."""
    plain = "" if text is None else str(text)
    viewer = g.get("viewer") if has_app_context() else None
    return say(plain, reference.profile(viewer.profile).words) if viewer else plain


def local_diagram(xml: str) -> str:
    """A drawing with the names that people read in the words of the viewer's area."""
    return _NAME.sub(lambda name: escape(local(unescape(name[0]))), xml)
