"""What every page stands in: the templates' vocabulary, the headers, the theme, error and standing pages.

`install(app)` is called once by app.web.register. Pages hand the shell nothing; the guard leaves in `flask.g`
  g.viewer            the Viewer who is signed in, or nothing
  g.session_seconds   how long the session lasts without another request, or nothing
and a page template sets what differs: `page_name` (the title and, mostly, the h1), `errors` (an error summary).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import jinja2
from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask.templating import Environment
from flask_wtf.csrf import CSRFProtect

from app.domain import clock
from app.web import errors, headers, help_topics, moments, static_files, theme

shell = Blueprint("shell", __name__)
csrf = CSRFProtect()
"""Every POST carries a token of its session; a door that uses no cookie is let off with `csrf.exempt(blueprint)`."""

NAVIGATION = (
    ("My work", "work.mine"),
    ("Board", "board.show"),
    ("Team queue", "work.team"),
    ("Children", "children.index"),
    ("Shared with me", "sharing.mine"),
    ("Partnership", "partnership.show"),
    ("Pathways", "pathways.index"),
    ("Protocols", "protocols.show"),
    ("Workbench", "workbench.index"),
    ("Cover", "cover.index"),
    ("Records", "retention.index"),
    ("Incidents", "incidents.index"),
    ("Letters", "letters.index"),
    ("Other systems", "other_systems.index"),
    ("Access", "access_lists.show"),
)
"""Words and endpoints of the service navigation; one that does not exist, or that the viewer may not use
(`g.hidden_sections()`, a set of endpoints), is left out."""

STANDING_PAGES = {
    "help": "Help",
    "accessibility-statement": "Accessibility statement",
    "privacy": "Privacy notice",
    "privacy-for-children": "How we look after your information",
    "cookies": "Cookies",
}
PUBLIC_ENDPOINTS = frozenset({"static", "shell.theme_css", "shell.standing", "shell.favicon", "shell.home"})
"""What the guard lets through without a session."""


class Templates(Environment):
    """Jinja as Flask sets it up, with its globals in a plain dict: they are complete before a template is read.

    A page imports macros more than a hundred times, and each time Jinja takes the names of its globals apart;
    through its chain of two dicts that was a tenth of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of one template."""
        return {**self.globals, **(d or {})}


def install(app: Flask) -> None:
    """Give the app its templates, words, headers, error pages and standing pages."""
    loaders = [app.jinja_loader, jinja2.PrefixLoader({"govuk_frontend_jinja": _govuk_loader()})]
    app.jinja_environment = Templates
    app.jinja_loader = jinja2.ChoiceLoader([loader for loader in loaders if loader is not None])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the session, which ends on its own
    csrf.init_app(app)
    app.extensions["theme"] = theme.read_theme(app.config)
    static_files.install(app)
    headers.install(app)
    moments.install(app)
    errors.install(app)
    app.context_processor(_vocabulary)
    app.jinja_env.globals["address_of"] = address_of
    app.register_blueprint(shell)


def _govuk_loader() -> jinja2.BaseLoader:
    return jinja2.PackageLoader("govuk_frontend_jinja")


def address_of(endpoint: str, **values: Any) -> str | None:
    """The address of a page; None for one that the service does not have, or a section that the viewer may not use."""
    hidden = g.get("hidden_sections", frozenset)()
    is_there = endpoint in current_app.view_functions and endpoint not in hidden
    return url_for(endpoint, **values) if is_there else None


def _vocabulary() -> dict[str, Any]:
    viewer = g.get("viewer")
    return {
        "viewer": viewer,
        "theme": current_app.extensions["theme"],
        "demo": bool(current_app.config.get("DEMO")),
        "navigation": _navigation() if viewer else [],
        "session_seconds": g.get("session_seconds"),
        "help_contact": current_app.config["HELP_CONTACT"],
        "page_help": help_topics.address_for(request.endpoint),
        "cspNonce": headers.csp_nonce(),
        "htmlLang": "en-GB",
        "themeColor": current_app.extensions["theme"].brand,
        "right_now": clock.now(),
    }


def _navigation() -> list[dict[str, Any]]:
    """The items of the service navigation. A page says where it belongs with g.section (an endpoint)."""
    section = g.get("section")
    items = []
    for text, endpoint in NAVIGATION:
        href = address_of(endpoint)
        if href:
            items.append({"text": text, "href": href, "active": endpoint == section})
    return items


@shell.get("/")
def home() -> Response:
    """Where a person starts: their work, or what is shared with them where that is all they have."""
    viewer = g.get("viewer")
    start = "sharing.mine" if viewer is not None and viewer.is_guest else "work.mine"
    place = address_of(start) or url_for("shell.standing", page="help")
    return Response(status=302, headers={"Location": place})


@shell.get("/theme-<version>.css")
def theme_css(version: str) -> Response:
    """The council's colours."""
    return Response(current_app.extensions["theme"].css(), mimetype="text/css")


@shell.get("/favicon.ico")
def favicon() -> Response:
    """For whoever asks for the icon by its old name."""
    return Response(status=302, headers={"Location": static_files.asset("favicon.svg")})


@shell.get("/<any(help,'accessibility-statement',privacy,'privacy-for-children',cookies):page>")
def standing(page: str) -> str:
    """A page that is the same for everybody, signed in or not."""
    return render_template(f"standing/{page}.html", page_name=STANDING_PAGES[page])
