"""The sign-in page: asked for, or shown in the place of a page whose session has ended."""

from __future__ import annotations

from flask import current_app, render_template, request

from app.services import demo
from app.web import provider


def render(errors: list[dict[str, str]] | None = None, *, kept: str = "", another: bool = False) -> str:
    """The form; `kept` is what somebody typed before their session ended, sealed by app.web.kept_forms.

    `another` asks the provider of work accounts for the password again, so that another account can be taken.
    """
    return render_template(
        "accounts/sign_in.html",
        page_name="Sign in",
        errors=errors or [],
        username=request.form.get("username", ""),
        next=request.values.get("next", ""),
        kept=kept,
        another=another,
        has_work_accounts=provider.current() is not None,
        called=current_app.config["OIDC_CALLED"],
        has_local_accounts=current_app.config["LOCAL_ACCOUNTS"],
        people=demo.who_can_sign_in() if current_app.config.get("DEMO") else [],
        demo_password=demo.PASSWORD,
    )
