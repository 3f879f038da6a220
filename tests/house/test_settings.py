"""Settings: one name each, refused with a sentence, and a secret that is never a guess."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from app.config import read_settings
from app.domain.errors import BadInput

LONG_SECRET = "8f1c" * 16
POSTGRESQL = "postgresql://127.0.0.1/throughcare"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's own reaches these tests."""
    for name in [name for name in os.environ if name.startswith("THROUGHCARE_")]:
        monkeypatch.delenv(name)


def test_the_embedded_edition_keeps_its_database_in_the_instance_folder(tmp_path: Path) -> None:
    settings = read_settings({"INSTANCE_PATH": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path}/throughcare.db"
    assert not settings.production


def test_the_embedded_edition_makes_one_secret_that_only_its_owner_reads(tmp_path: Path) -> None:
    first = read_settings({"INSTANCE_PATH": str(tmp_path)}).secret_key
    second = read_settings({"INSTANCE_PATH": str(tmp_path)}).secret_key

    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    found: list[str] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        found.append(read_settings({"INSTANCE_PATH": str(tmp_path)}).secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHCARE_DATABASE_URL", POSTGRESQL)
    monkeypatch.setenv("THROUGHCARE_SECRET_KEY", LONG_SECRET)
    monkeypatch.setenv("THROUGHCARE_BASE_URL", "https://throughcare.example/")

    settings = read_settings({"INSTANCE_PATH": str(tmp_path)})

    assert settings.database_url == "postgresql+psycopg://127.0.0.1/throughcare"
    assert settings.base_url == "https://throughcare.example"
    assert settings.production


@pytest.mark.parametrize("secret", [None, "", "changeme", "short", "0" * 31])
def test_production_refuses_to_start_without_a_secret_of_its_own(tmp_path: Path, secret: str | None) -> None:
    with pytest.raises(BadInput, match="SECRET_KEY"):
        read_settings({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": POSTGRESQL, "SECRET_KEY": secret})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "mysql://127.0.0.1/x", "must start with sqlite:// or postgresql://"),
        ("SMTP_URL", "http://127.0.0.1", "must start with smtp:// or smtps://"),
        ("NOTIFY_API_KEY", "key", "NOTIFY_API_KEY and THROUGHCARE_NOTIFY_TEMPLATE_ID together"),
        ("NOTIFY_TEMPLATE_ID", "template", "NOTIFY_API_KEY and THROUGHCARE_NOTIFY_TEMPLATE_ID together"),
        ("DEMO", "perhaps", "must be yes or no, not “perhaps”"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_with_a_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_settings({"INSTANCE_PATH": str(tmp_path), name: value})


def test_letters_go_one_way_and_with_a_whole_key(tmp_path: Path) -> None:
    key = "main-0b5d1d3a-7a0f-4ed3-9a5c-1f2e3d4c5b6a-6f5e4d3c-2b1a-4098-8765-43210fedcba9"
    notify = {"INSTANCE_PATH": str(tmp_path), "NOTIFY_API_KEY": key, "NOTIFY_TEMPLATE_ID": "template"}

    assert read_settings(notify).notify_api_key == key
    with pytest.raises(BadInput, match="not both"):
        read_settings({**notify, "SMTP_URL": "smtp://127.0.0.1"})
    with pytest.raises(BadInput, match="not whole"):
        read_settings({**notify, "NOTIFY_API_KEY": key[:-1]})


def test_nobody_else_on_the_machine_looks_into_the_instance_folder(tmp_path: Path) -> None:
    read_settings({"INSTANCE_PATH": str(tmp_path / "instance")})

    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700
