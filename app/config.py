"""Settings: the only place that reads the environment.

Every setting has one name. In the environment it carries the prefix THROUGHCARE_; in a mapping handed to
`create_app`, and in `app.config`, it does not.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import BadInput

PREFIX = "THROUGHCARE_"
PROJECT = Path(__file__).resolve().parent.parent
SECRET_BYTES = 32
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NOTIFY_KEY = re.compile(f".*{_UUID}-{_UUID}", re.IGNORECASE)
UNSAFE_SECRETS = frozenset({"secret", "changeme", "change-me", "dev", "development", "test", "password"})


@dataclass(frozen=True)
class Settings:
    """What one running copy of Throughcare needs to know. Paths are absolute; URLs carry no trailing slash.

    `production` is true for the network edition (PostgreSQL) unless said otherwise: a secret must then be given,
    because one that each machine makes for itself would sign people out as they move between machines.
    """

    instance_path: Path
    database_url: str
    secret_key: str
    production: bool
    demo: bool
    testing: bool
    base_url: str
    council_name: str
    help_contact: str
    brand_colour: str | None
    link_colour: str | None
    smtp_url: str | None
    notify_api_key: str | None
    notify_template_id: str | None
    mail_from: str
    scan_command: str | None
    log_json: bool

    def for_flask(self) -> dict[str, Any]:
        """The same settings under the upper-case names that `app.config` holds."""
        named: dict[str, Any] = {name.upper(): value for name, value in vars(self).items()}
        named["SQLALCHEMY_DATABASE_URI"] = self.database_url
        return named


def read_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the environment; what `overrides` names (upper case, no prefix) wins.

    Raises BadInput with a sentence when a setting cannot be used. The embedded edition keeps a secret of its own
    in its instance folder, readable by its owner alone.
    """
    given = _given(overrides or {})
    instance_path = Path(given("INSTANCE_PATH") or PROJECT / "instance").resolve()
    database_url = _database_url(given("DATABASE_URL"), instance_path)
    production = _yes_or_no(given, "PRODUCTION", default=not database_url.startswith("sqlite"))
    return Settings(
        instance_path=instance_path,
        database_url=database_url,
        secret_key=_secret(given("SECRET_KEY"), production, instance_path),
        production=production,
        demo=_yes_or_no(given, "DEMO", default=False),
        testing=_yes_or_no(given, "TESTING", default=False),
        base_url=str(given("BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
        council_name=str(given("COUNCIL_NAME") or "Throughcare"),
        help_contact=str(given("HELP_CONTACT") or "your Throughcare administrator").strip().rstrip("."),
        brand_colour=given("BRAND_COLOUR"),
        link_colour=given("LINK_COLOUR"),
        smtp_url=_smtp_url(given("SMTP_URL")),
        notify_api_key=_notify_api_key(given),
        notify_template_id=given("NOTIFY_TEMPLATE_ID") or None,
        mail_from=str(given("MAIL_FROM") or "throughcare@localhost"),
        scan_command=given("SCAN_COMMAND") or None,
        log_json=_yes_or_no(given, "LOG_JSON", default=production),
    )


def _given(overrides: Mapping[str, Any]) -> Callable[[str], Any]:
    def value(name: str) -> Any:
        return overrides[name] if name in overrides else os.environ.get(PREFIX + name)

    return value


def _yes_or_no(given: Callable[[str], Any], name: str, *, default: bool) -> bool:
    value = given(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return value
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(value).lower() not in words:
        raise BadInput(f"{PREFIX}{name} must be yes or no, not “{value}”.")
    return words[str(value).lower()]


def _database_url(value: str | None, instance_path: Path) -> str:
    """Our one driver for each database; a bare `postgres://`, as hosting companies hand it out, is understood."""
    if not value:
        return f"sqlite:///{instance_path / 'throughcare.db'}"
    scheme, separator, rest = value.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and separator:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and separator:
        return value
    raise BadInput(f"{PREFIX}DATABASE_URL must start with sqlite:// or postgresql://.")


def _smtp_url(value: str | None) -> str | None:
    if not value:
        return None
    if not value.startswith(("smtp://", "smtps://")):
        raise BadInput(f"{PREFIX}SMTP_URL must start with smtp:// or smtps://.")
    return value


def _notify_api_key(given: Callable[[str], Any]) -> str | None:
    """Notify's key: the name somebody gave it, the id of the service and the secret, joined by hyphens."""
    key = given("NOTIFY_API_KEY") or None
    if bool(key) != bool(given("NOTIFY_TEMPLATE_ID")):
        raise BadInput(f"Set {PREFIX}NOTIFY_API_KEY and {PREFIX}NOTIFY_TEMPLATE_ID together.")
    if key and given("SMTP_URL"):
        raise BadInput(f"Letters go one way: set {PREFIX}SMTP_URL or {PREFIX}NOTIFY_API_KEY, not both.")
    if key and not NOTIFY_KEY.fullmatch(str(key)):
        raise BadInput(f"{PREFIX}NOTIFY_API_KEY is not whole: copy it again from GOV.UK Notify.")
    return key


def _secret(value: str | None, production: bool, instance_path: Path) -> str:
    if value:
        if production and (len(value) < SECRET_BYTES or value.lower() in UNSAFE_SECRETS):
            raise BadInput(
                f"{PREFIX}SECRET_KEY must be at least {SECRET_BYTES} characters that nobody could guess."
            )
        return value
    if production:
        raise BadInput(f"Set {PREFIX}SECRET_KEY: in production the secret is given, never made up.")
    return _own_secret(instance_path / "secret_key")


def _own_secret(path: Path) -> str:
    """The secret kept in `path`, made on first use. Two processes that start together agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
