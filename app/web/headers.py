"""The headers of every answer: what a browser may load, keep and tell others.

The policy allows our own files and one script with this answer's nonce (the line that says a script can run);
no inline style, no other origin, no frame.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_POLICY = "; ".join(f"{name} {sources}" for name, sources in POLICY.items())
ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
A_YEAR = 365 * 24 * 3600
KEPT_FOR_EVER = f"public, max-age={A_YEAR}, immutable"


def install(app: Flask) -> None:
    """Add the headers to every answer, errors and files too; give templates `csp_nonce()`."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(add_headers)


def csp_nonce() -> str:
    """This request's nonce: 128 bits of chance, the same for the whole answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def content_security_policy() -> str:
    """The policy of this answer, as one header value."""
    return _POLICY.format(nonce=csp_nonce())


def add_headers(response: Response) -> Response:
    """Set what is not yet set; a page is never kept by a browser or a proxy, a hashed file for a year."""
    headers = response.headers
    # once: asked of each header by itself, it is looked for among all of them
    is_set = {name.lower() for name, _ in headers}
    wanted = [("Content-Security-Policy", content_security_policy()), *ALWAYS]
    if request.is_secure or current_app.config.get("PRODUCTION"):
        wanted.append(("Strict-Transport-Security", f"max-age={A_YEAR}; includeSubDomains"))
    for name, value in wanted:
        if name.lower() not in is_set:
            headers.add(name, value)
    headers["Cache-Control"] = _how_long_to_keep(response)
    return response


def _how_long_to_keep(response: Response) -> str:
    built = request.endpoint == "static" and not request.path.endswith("manifest.json")
    themed = request.endpoint == "shell.theme_css"
    if (built or themed) and response.status_code in {200, 304}:
        return KEPT_FOR_EVER
    return "no-store"
