"""The built styles and scripts: a name such as `site.css` becomes the address of the file with its hash.

`npm run build` (tools/build/assets.mjs) writes them and `manifest.json`; because a changed file has another
name, a browser may keep what it has for a year.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, current_app, url_for


def install(app: Flask) -> None:
    """Give templates `asset(name)`; the manifest is read again when a build has changed it."""
    app.extensions["assets"] = {"changed": None, "files": {}}
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a built file by its plain name. Raises RuntimeError when it was never built."""
    files = _manifest()
    if name not in files:
        raise RuntimeError(f"{name} has not been built: run npm ci and npm run build.")
    return url_for("static", filename=files[name])


def _manifest() -> dict[str, str]:
    kept = current_app.extensions["assets"]
    path = Path(current_app.static_folder or "") / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    if kept["changed"] != changed:
        kept["files"] = json.loads(path.read_text(encoding="utf-8"))
        kept["changed"] = changed
    files: dict[str, str] = kept["files"]
    return files
