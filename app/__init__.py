"""Throughcare: joint-working protocols between youth justice and children's social care, run as pathways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import app.garbage

if TYPE_CHECKING:  # `throughcare web` hands over to gunicorn, and needs no Flask for that
    from flask import Flask


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The web application over one database.

    `config` names settings in upper case without a prefix (DATABASE_URL, INSTANCE_PATH, ...) and wins over the
    environment; app/config.py lists them. Raises BadInput when a setting cannot be used.
    """
    with app.garbage.collecting_nothing():
        return _assembled(config)


def serve(config: Mapping[str, Any] | None = None) -> Flask:
    """The app of a web process, which is started once and stays. `config` is as for `create_app`."""
    with app.garbage.collecting_nothing():  # or all of it is looked through once before it is set aside
        web = create_app(config)
        app.garbage.for_good()
    return web


def _assembled(config: Mapping[str, Any] | None) -> Flask:
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    import app.api
    import app.logs
    import app.store.db
    import app.web
    from app.config import read_settings

    settings = read_settings(config)
    settings.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    flask_app = Flask(
        "app",
        instance_path=str(settings.instance_path),
        static_folder="web/static",
        static_url_path="/static",
        template_folder="web/templates",
    )
    flask_app.config.update(settings.for_flask())
    flask_app.config.update(config or {})
    app.logs.configure(as_json=settings.log_json)
    app.store.db.init(flask_app)
    app.logs.watch_requests(flask_app)
    app.web.register(flask_app)
    app.api.register(flask_app)
    # no page or hook here is a coroutine: Flask would look at each at each request
    flask_app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    if settings.proxies:  # whose word is taken for where people are, and nobody else's
        flask_app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            flask_app.wsgi_app, x_for=settings.proxies, x_proto=1, x_host=0
        )
    return flask_app
