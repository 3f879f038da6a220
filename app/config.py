"""Settings: the only place that reads the environment.

Every setting has one name. In the environment it carries the prefix THROUGHCARE_; in a mapping handed to
`create_app`, and in `app.config`, it does not.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from app.domain.errors import BadInput

PREFIX = "THROUGHCARE_"
COUNTERS = "PROMETHEUS_MULTIPROC_DIR"
PROJECT = Path(__file__).resolve().parent.parent
SECRET_BYTES = 32
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NOTIFY_KEY = re.compile(f".*{_UUID}-{_UUID}", re.IGNORECASE)
OF_EVERYBODY = re.compile(
    r"//login\.microsoftonline\.[a-z]+/(common|organizations|consumers)\b", re.IGNORECASE
)
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
    audit_anchor: str
    log_json: bool
    api_rate: str
    api_rate_storage: str
    proxies: int
    document_keys: tuple[str, ...]
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] | None
    local_accounts: bool
    second_factor: bool
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None
    oidc_roles_file: str | None
    oidc_scopes: str
    oidc_roles_claim: str
    oidc_name_claim: str
    oidc_email_claim: str
    oidc_called: str

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
        audit_anchor=_audit_anchor(given("AUDIT_ANCHOR"), instance_path),
        log_json=_yes_or_no(given, "LOG_JSON", default=production),
        api_rate=_rate(given("API_RATE") or "600 per minute"),
        api_rate_storage=str(given("API_RATE_STORAGE") or "memory://"),
        document_keys=_document_keys(given("DOCUMENT_KEYS") or ""),
        proxies=_proxies(given("PROXIES") or 0),
        webhook_networks=_networks(given("WEBHOOK_NETWORKS") or "") if production else None,
        local_accounts=_yes_or_no(given, "LOCAL_ACCOUNTS", default=not production),
        second_factor=_yes_or_no(given, "SECOND_FACTOR", default=production),
        oidc_issuer=_issuer(given, production),
        oidc_client_id=given("OIDC_CLIENT_ID") or None,
        oidc_client_secret=given("OIDC_CLIENT_SECRET") or None,
        oidc_roles_file=given("OIDC_ROLES_FILE") or None,
        oidc_scopes=str(given("OIDC_SCOPES") or "openid profile email"),
        oidc_roles_claim=str(given("OIDC_ROLES_CLAIM") or "roles"),
        oidc_name_claim=str(given("OIDC_NAME_CLAIM") or "name"),
        oidc_email_claim=str(given("OIDC_EMAIL_CLAIM") or "email"),
        oidc_called=str(given("OIDC_CALLED") or "your work account").strip(),
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


def _document_keys(value: str) -> tuple[str, ...]:
    """The newest first, each 32 bytes in URL-safe base64 (44 characters), parted by commas."""
    keys = tuple(one.strip() for one in value.split(",") if one.strip())
    if not all(re.fullmatch("[A-Za-z0-9_-]{43}=", key) for key in keys):
        raise BadInput(f"{PREFIX}DOCUMENT_KEYS must be keys as docs/install.md makes them, parted by commas.")
    return keys


def _proxies(value: Any) -> int:
    if not re.fullmatch("[0-9]", str(value)):
        raise BadInput(f"{PREFIX}PROXIES must be how many proxies stand in front, 0 to 9, not “{value}”.")
    return int(value)


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks of our own that webhooks may lead into, such as 10.20.0.0/16, parted by commas."""
    try:
        return tuple(ip_network(one.strip()) for one in value.split(",") if one.strip())
    except ValueError as error:
        example = "such as 10.20.0.0/16, parted by commas"
        raise BadInput(f"{PREFIX}WEBHOOK_NETWORKS must be networks {example}: {error}.") from error


def _audit_anchor(value: str | None, instance_path: Path) -> str:
    """Where checkpoints of the audit go: `log`, `mailto:` an address, or a file, whose path is made absolute."""
    if value and value.startswith("mailto:") and "@" not in value:
        raise BadInput(f"{PREFIX}AUDIT_ANCHOR must be a file, log, or mailto: with an address.")
    if value and (value == "log" or value.startswith("mailto:")):
        return value
    return str(Path(value).resolve() if value else instance_path / "audit-checkpoints.txt")


def _rate(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,6} per (second|minute|hour)", value.strip()):
        raise BadInput(f"{PREFIX}API_RATE must be such as “600 per minute”, not “{value}”.")
    return value.strip()


def _issuer(given: Callable[[str], Any], production: bool) -> str | None:
    """The provider of work accounts, as its own documents name it: whoever answers for that name is believed."""
    needed = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ROLES_FILE")
    missing = [PREFIX + name for name in needed if not given(name)]
    if len(missing) == len(needed):
        return None
    if missing:
        raise BadInput(f"Signing in with work accounts needs {' and '.join(missing)} too.")
    issuer = str(given("OIDC_ISSUER")).strip()
    if not issuer.startswith("https://") and (production or not issuer.startswith("http://")):
        raise BadInput(f"{PREFIX}OIDC_ISSUER must start with https://.")
    if OF_EVERYBODY.search(issuer):
        raise BadInput(
            f"{PREFIX}OIDC_ISSUER must name your own directory: this one lets people of every organisation in."
        )
    return issuer


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


def share_counters() -> None:
    """Let the processes that follow count their requests in one folder (prometheus_client's own variable)."""
    os.environ.setdefault(COUNTERS, tempfile.mkdtemp(prefix="throughcare-metrics-"))


def counters_are_shared() -> bool:
    """Whether other processes of this host count in the same folder."""
    return COUNTERS in os.environ
