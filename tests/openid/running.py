"""A real OpenID provider on this machine: the certified one for Node, as its package has it."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parent / "provider.mjs"
CLIENT = {"OIDC_CLIENT_ID": "throughcare", "OIDC_CLIENT_SECRET": "only-for-tests"}


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def running_provider(
    app_url: str, people: Mapping[str, Mapping[str, Any]], *, claims_in_id_token: bool = True
) -> Iterator[str]:
    """The issuer of a provider that knows `people` (by login, with their claims) and the app at `app_url`.

    With `claims_in_id_token` it answers as Microsoft Entra does; without, claims are asked for at userinfo.
    """
    port = free_port()
    told = {
        "port": port,
        "people": people,
        "claims_in_id_token": claims_in_id_token,
        "redirect_uri": f"{app_url}/sign-in/work-account/back",
        "signed_out_uri": f"{app_url}/signed-out",
    }
    with subprocess.Popen(
        ["node", str(PROGRAM), json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        try:
            assert said.strip() == "listening", process.stderr.read() if process.stderr else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(timeout=10)
