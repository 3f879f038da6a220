"""Help inside the app: a guide for each kind of user, and the glossary. For everybody, signed in or not."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from app.domain.errors import NotFound
from app.services import glossary
from app.web.guard import open_to_all
from app.web.help_topics import GUIDES

pages = Blueprint("help", __name__)


@pages.get("/help/<guide>")
@open_to_all
def guide(guide: str) -> str:
    """The guide for one kind of user. Raises NotFound."""
    if guide not in GUIDES:
        raise NotFound()
    return render_template(f"help/{guide}.html", page_name=GUIDES[guide], guides=GUIDES, this=guide)


@pages.get("/help/glossary")
@open_to_all
def words() -> str:
    """The words of the protocols, and what the viewer's area calls things."""
    viewer = g.get("viewer")
    return render_template(
        "help/glossary.html",
        page_name="Glossary",
        words=glossary.words(),
        own=glossary.own_words(viewer.profile) if viewer else (),
    )
