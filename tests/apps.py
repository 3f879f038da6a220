"""Apps for tests: built once, and pointed at the database of one test after the other.

Compiling some hundred and seventy routes, and the templates of the first pages, takes longer than most tests. What an
app remembers of its own (settings, hooks, connections) is put back to what it was when it was built; an app with
settings of its own, or one that a test has added to, is not used again. The SQL of a statement is written out once
for all databases of a kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Dialect

import app.logs
import app.store.db
from app import create_app
from app.config import read_settings
from app.store.db import db
from tests.databases import settings_for

MOST_STATEMENTS = 5000
HOOKS = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "error_handler_spec",
    "view_functions",
    "blueprints",
)


@dataclass(frozen=True)
class AsBuilt:
    """What an app was before its first test."""

    config: dict[str, Any]
    extensions: dict[str, Any]
    globals: dict[str, Any]
    teardowns: list[Any]
    shape: tuple[object, ...]


class Apps:
    """Those that no test is using at the moment."""

    def __init__(self) -> None:
        self._idle: list[Flask] = []
        self._as_built: dict[int, AsBuilt] = {}
        self._written_out: dict[str, tuple[Dialect, Any]] = {}

    def take(self, database_url: str, instance_path: Path, settings: Mapping[str, object]) -> Flask:
        """An app on a database, with `settings` besides those of every test; closed by `give_back`."""
        taken = self._take(database_url, instance_path, settings)
        with taken.app_context():
            engine = db.engine
        engine.dialect, engine._compiled_cache = self._written_out.get(
            engine.dialect.name, (engine.dialect, engine._compiled_cache)
        )
        return taken

    def _take(self, database_url: str, instance_path: Path, settings: Mapping[str, object]) -> Flask:
        usual = settings_for(database_url, instance_path)
        if settings:
            return create_app({**usual, **settings})
        if self._idle:
            found = self._idle.pop()
            self._point(found, usual)
            return found
        built = create_app(usual)
        self._as_built[id(built)] = AsBuilt(
            config={key: kept for key, kept in built.config.items() if not key.startswith("SQLALCHEMY_")},
            extensions={name: copy(kept) for name, kept in built.extensions.items() if name != "sqlalchemy"},
            globals=dict(built.jinja_env.globals),
            teardowns=built.teardown_appcontext_funcs[
                :-1
            ],  # the last is the database's, put there by each `init`
            shape=_shape(built),
        )
        return built

    def give_back(self, used: Flask) -> None:
        """Close its connections, so that its database can be dropped, and keep it for another test."""
        with used.app_context():
            engine = db.engine
        if engine.dialect.name not in self._written_out and hasattr(engine.dialect, "server_version_info"):
            engine._compiled_cache.capacity = MOST_STATEMENTS
            self._written_out[engine.dialect.name] = engine.dialect, engine._compiled_cache
        close(used)
        as_built = self._as_built.get(id(used))
        if as_built is not None and as_built.shape == _shape(used):
            self._idle.append(used)

    def _point(self, found: Flask, settings: dict[str, Any]) -> None:
        as_built = self._as_built[id(found)]
        read = read_settings(settings)
        read.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found.instance_path = str(read.instance_path)
        found.config.clear()
        found.config.update(as_built.config)
        found.config.update(read.for_flask())
        found.config.update(settings)
        found.extensions = {name: copy(kept) for name, kept in as_built.extensions.items()}
        found.jinja_env.globals.clear()
        found.jinja_env.globals.update(as_built.globals)
        found.teardown_appcontext_funcs[:] = as_built.teardowns
        found._got_first_request = False  # or Flask would refuse the database's hook
        app.logs.configure(as_json=read.log_json)
        app.store.db.init(found)


APPS = Apps()
"""Those of this process."""


def close(used: Flask) -> None:
    """Give back an app's connections, so that its database can be dropped."""
    with used.app_context():
        db.session.remove()
        db.engine.dispose()


def _shape(one: Flask) -> tuple[object, ...]:
    """What a test would have changed that added a page or a hook."""
    hooks = [{scope: _plain(kept) for scope, kept in getattr(one, name).items()} for name in HOOKS]
    return (len(list(one.url_map.iter_rules())), hooks, set(one.jinja_env.filters))


def _plain(kept: Any) -> Any:
    return list(kept) if isinstance(kept, list) else dict(kept) if isinstance(kept, dict) else kept
