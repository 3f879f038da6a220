"""The provider of work accounts: Authlib's client, with what we insist on.

Authorization code with PKCE (S256), a state and a nonce for each sign-in, and an ID token of our issuer, for us alone,
signed with a key of the provider. The client knows the provider from its own description at the issuer's address, read
when somebody first signs in. Authlib is read in only where there is a provider: it is a tenth of a process's start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
import yaml
from flask import Flask, current_app

from app.domain.claims import Claimed, Grant, read_grants
from app.domain.errors import BadInput, Busy, NotSignedIn
from app.services import reference

log = structlog.get_logger("throughcare.sign_in")
Result = TypeVar("Result")
KEY = "work_accounts"
SIGNED_BY = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Algorithms with a key of the provider's own: never “none”, never a secret that we hold too."""
SECONDS, LEEWAY = 10, 60
AWAY = "The sign-in of your organisation does not answer at the moment. Wait a few minutes, then try again."
NOT_PROVED = (
    "Your work account could not be checked. Start again; if it happens twice, tell your administrator."
)


@dataclass(frozen=True)
class Departure:
    """On the way to the provider: the address, and what has to be known when the person comes back."""

    url: str
    state: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Arrival:
    """What the provider has proved, and its token that says so."""

    claimed: Claimed
    id_token: str


class Provider:
    """The provider of this copy of the service, and what its words stand for here."""

    def __init__(self, client: Any, config: Mapping[str, Any], grants: Mapping[str, Grant]) -> None:
        self._client = client
        self._issuer: str = config["OIDC_ISSUER"]
        self._claims = {name: config[f"OIDC_{name.upper()}_CLAIM"] for name in ("roles", "name", "email")}
        self.grants = grants

    def depart(self, back_to: str, *, another: bool = False) -> Departure:
        """Where to send a browser; `another` asks the provider for the password again. Raises Busy."""
        wishes = {"prompt": "login"} if another else {}
        begun = self._asked(lambda: self._client.create_authorization_url(back_to, **wishes))
        facts = {"nonce": begun["nonce"], "verifier": begun["code_verifier"]}
        return Departure(begun["url"], begun["state"], facts)

    def arrive(self, code: str, back_to: str, facts: Mapping[str, str]) -> Arrival:
        """What the provider proves for a code. Raises NotSignedIn when it proves nothing, Busy."""
        from authlib.integrations.base_client import OAuthError
        from joserfc.errors import JoseError

        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client.client_id},
        }

        def exchange() -> tuple[dict[str, Any], Any]:
            token = self._client.fetch_access_token(
                code=code, code_verifier=facts["verifier"], redirect_uri=back_to
            )
            told = self._client.parse_id_token(
                token, nonce=facts["nonce"], claims_options=options, leeway=LEEWAY
            )
            return token, told

        try:
            token, told = self._asked(exchange)
            if not told:
                raise NotSignedIn(NOT_PROVED)
            return Arrival(self._claimed(token, dict(told)), token["id_token"])
        except (OAuthError, JoseError, ValueError) as error:
            log.warning(
                "work_account_not_proved", error=f"{type(error).__name__} {getattr(error, 'error', '')}"
            )
            raise NotSignedIn(NOT_PROVED) from error

    def way_out(self, id_token: str, back_to: str) -> str | None:
        """Where the provider signs the person out too; None where it has no such page, or does not answer."""
        try:
            known = self._asked(lambda: self._client.server_metadata)
            if not known.get("end_session_endpoint"):
                return None
            made = self._client.create_logout_url(
                post_logout_redirect_uri=back_to, id_token_hint=id_token, client_id=self._client.client_id
            )
        except Busy:
            return None
        return str(made["url"])

    def _claimed(self, token: Mapping[str, Any], told: dict[str, Any]) -> Claimed:
        """The claims of the ID token; what it leaves out is asked for at the provider's own address for them."""
        missing = [name for name in self._claims.values() if name not in told]
        if missing and self._client.server_metadata.get("userinfo_endpoint"):
            more = self._asked(lambda: self._client.userinfo(token=token))
            if more.get("sub") != told["sub"]:
                raise NotSignedIn(NOT_PROVED)
            told = {**more, **told}
        words = told.get(self._claims["roles"]) or ()
        return Claimed(
            issuer=str(told["iss"]),
            subject=str(told["sub"]),
            name=str(told.get(self._claims["name"]) or "").strip(),
            email=str(told.get(self._claims["email"]) or "").strip(),
            words=(words,) if isinstance(words, str) else tuple(str(word) for word in words),
        )

    def _asked(self, ask: Callable[[], Result]) -> Result:
        """Ask the provider, whose description has to be that of our issuer. Raises Busy when it does not answer."""
        try:
            described = self._client.load_server_metadata()
            if described.get("issuer") != self._issuer:
                log.error("another_issuer", error=str(described.get("issuer")))
                raise Busy(AWAY)
            offered = described.get("id_token_signing_alg_values_supported", ["RS256"])
            described["id_token_signing_alg_values_supported"] = sorted(SIGNED_BY.intersection(offered))
            return ask()
        except OSError as error:  # requests' own errors are such
            log.warning("provider_does_not_answer", error=type(error).__name__)
            raise Busy(AWAY) from error


def install(app: Flask) -> None:
    """Make the provider of the settings; none without them. Raises BadInput when its file of roles cannot be used."""
    issuer = app.config["OIDC_ISSUER"]
    app.extensions[KEY] = None
    if issuer is None:
        return
    from authlib.integrations.flask_client import OAuth

    client = OAuth(app).register(
        name=KEY,
        client_id=app.config["OIDC_CLIENT_ID"],
        client_secret=app.config["OIDC_CLIENT_SECRET"],
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": app.config["OIDC_SCOPES"],
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
    app.extensions[KEY] = Provider(client, app.config, _grants(app.config["OIDC_ROLES_FILE"]))


def current() -> Provider | None:
    """The provider of work accounts, if this copy of the service has one."""
    found: Provider | None = current_app.extensions[KEY]
    return found


def _grants(path: str) -> dict[str, Grant]:
    named = "THROUGHCARE_OIDC_ROLES_FILE"
    try:
        grants = read_grants(yaml.safe_load(Path(path).read_text(encoding="utf-8")))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise BadInput(f"{named} cannot be read: {path} is not there, or no YAML.") from error
    except BadInput as error:
        raise BadInput(f"{named} ({path}) cannot be used. {error.sentence}") from error
    known = reference.roles()
    for word, grant in grants.items():
        for role in sorted(grant.roles):
            if role not in known:
                raise BadInput(f"{named} ({path}) cannot be used. “{word}” has an unknown role, “{role}”.")
    return grants
