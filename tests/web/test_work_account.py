"""What is taken for the proof of a work account, and what is not; the way there and back: tests/e2e."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app.config import read_settings
from app.domain.errors import BadInput, Busy, NotSignedIn
from app.web import provider
from tests.openid.running import CLIENT
from tests.web.browser import Browser

ISSUER = "https://sign-in.council.example"
ROLES = "Throughcare.SocialWorker: {authority: wandsworth, roles: [social_worker], teams: [looked_after]}\n"
FACTS = {"nonce": "the nonce of this sign-in", "verifier": "v" * 48}
KEY = RSAKey.generate_key(2048, {"kid": "of the provider"})
DESCRIBED = {
    "issuer": ISSUER,
    "token_endpoint": f"{ISSUER}/token",
    "authorization_endpoint": f"{ISSUER}/authorize",
    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    "jwks": {"keys": [KEY.as_dict(private=False)]},
    "jwks_uri": "http://127.0.0.1:1/keys",
    "_loaded_at": 1,
}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    roles = tmp_path / "roles.yaml"
    roles.write_text(ROLES, encoding="utf-8")
    return {"OIDC_ISSUER": ISSUER, "OIDC_ROLES_FILE": str(roles), **CLIENT}


@pytest.fixture
def service(sqlite_database: str, make_app: Callable[..., Flask], settings: dict[str, Any]) -> Flask:
    return make_app(sqlite_database, LOCAL_ACCOUNTS=False, **settings)


def proved(
    service: Flask, monkeypatch: pytest.MonkeyPatch, id_token: str, **described: Any
) -> provider.Arrival:
    """What is made of an ID token that a provider has handed over for a code."""
    ours = service.extensions[provider.KEY]
    client = ours._client
    client.server_metadata = {**DESCRIBED, **described}
    monkeypatch.setattr(client, "fetch_access_token", lambda **_: {"id_token": id_token, "access_token": "x"})
    return ours.arrive("a code", "http://127.0.0.1/back", FACTS)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {
        "iss": ISSUER,
        "sub": "kay",
        "aud": CLIENT["OIDC_CLIENT_ID"],
        "iat": now,
        "exp": now + 300,
        "nonce": FACTS["nonce"],
        "name": "Kay Known",
        "email": "kay@council.example",
        "roles": ["Throughcare.SocialWorker"],
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def signed(told: dict[str, Any], key: Any = KEY, alg: str = "RS256") -> str:
    return jwt.encode({"alg": alg, "kid": "of the provider"}, told, key, algorithms=[alg])


def test_a_token_of_the_issuer_for_us_is_taken(service: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    arrival = proved(service, monkeypatch, signed(claims()))

    assert (arrival.claimed.issuer, arrival.claimed.subject) == (ISSUER, "kay")
    assert arrival.claimed.words == ("Throughcare.SocialWorker",)


def test_any_other_token_is_not(service: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS 5: 10.5.1 (nonce), 10.5.3 (issuer), 10.5.4 (audience), 9.1 (signature), 9.2.1 (time)."""
    long_ago = int(time.time()) - 3600
    own_secret = OctKey.import_key(CLIENT["OIDC_CLIENT_SECRET"].ljust(32, "-"))
    whole, other_half = signed(claims()).rsplit(".", 1)[0], signed(claims(sub="ada")).rsplit(".", 1)[1]
    wrong = {
        "another issuer": signed(claims(iss="https://elsewhere.example")),
        "another audience": signed(claims(aud="another client")),
        "another audience, with us beside it": signed(claims(aud="b", azp=CLIENT["OIDC_CLIENT_ID"])),
        "several audiences": signed(claims(aud=[CLIENT["OIDC_CLIENT_ID"], "b"], azp="b")),
        "over": signed(claims(iat=long_ago, exp=long_ago + 300)),
        "without an end": signed(claims(exp=None)),
        "another nonce": signed(claims(nonce="of another sign-in")),
        "without a nonce": signed(claims(nonce=None)),
        "without a subject": signed(claims(sub=None)),
        "another's key": signed(claims(), RSAKey.generate_key(2048, {"kid": "of the provider"})),
        "signed with our secret": signed(claims(), own_secret, "HS256"),
        "unsigned": "eyJhbGciOiJub25lIn0." + whole.split(".")[1] + ".",
        "of two halves": f"{whole}.{other_half}",
        "no token": "rubbish",
    }
    taken = []
    for what, token in wrong.items():
        try:
            proved(service, monkeypatch, token)
        except NotSignedIn:
            continue
        taken.append(what)

    assert taken == []


def test_a_provider_that_is_another_or_silent_is_not_believed(
    service: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Busy, match="does not answer"):
        proved(service, monkeypatch, signed(claims()), issuer="https://elsewhere.example")

    service.extensions[provider.KEY]._client.server_metadata = {}
    service.extensions[provider.KEY]._client._server_metadata_url = "http://127.0.0.1:1/nobody-listens"
    browser = Browser(service)
    page = browser.get("/sign-in")
    page = browser.submit("Sign in with your work account", status=503)
    assert "does not answer at the moment" in page.text


def test_passwords_are_refused_where_there_are_none(service: Flask) -> None:
    browser = Browser(service)
    token = browser.get("/sign-in").form("work-account").fields["csrf_token"]
    assert browser.page is not None
    assert "User name" not in browser.page.text

    sent = {"csrf_token": token, "username": "dora@wandsworth.example", "password": "whatever it is"}
    page = browser.post("/sign-in", sent, status=403)

    assert "Passwords are not used here" in page.text


def test_a_sign_in_that_was_begun_elsewhere_is_not_finished(service: Flask) -> None:
    browser = Browser(service)

    page = browser.get("/sign-in/work-account/back?state=of-another&code=x", status=401)

    assert "This sign-in took too long, or was begun in another window" in page.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"OIDC_CLIENT_SECRET": None}, "needs THROUGHCARE_OIDC_CLIENT_SECRET too"),
        ({"OIDC_ISSUER": "ftp://x"}, "must start with https"),
        (
            {"OIDC_ISSUER": "http://x.example", "PRODUCTION": True, "SECRET_KEY": "8f1c" * 16},
            "must start with https",
        ),
        ({"OIDC_ISSUER": "https://login.microsoftonline.com/common/v2.0"}, "must name your own directory"),
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(
    settings: dict[str, Any], tmp_path: Path, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_settings({"INSTANCE_PATH": str(tmp_path), **settings, **changed})


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ("A: {authority: wandsworth, roles: [wizard]}", "“A” has an unknown role, “wizard”"),
        ("A: {authority: wandsworth}", "“A” stands for no role"),
        ("A: {roles: [social_worker]}", "“A” cannot be used: authority"),
        ("", "must say for each value"),
        ("{", "cannot be read"),
    ],
)
def test_a_file_of_roles_with_a_mistake_stops_the_service_at_its_start(
    service: Flask, settings: dict[str, Any], roles: str, sentence: str
) -> None:
    Path(settings["OIDC_ROLES_FILE"]).write_text(roles, encoding="utf-8")

    with pytest.raises(BadInput, match=sentence):
        provider.install(service)
