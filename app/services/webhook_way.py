"""The way out for webhooks: which networks an address may lead into, looked at on the open connection itself.

An address is typed by an administrator, and its name may be resolved to another machine tomorrow. So what is asked is
where the connection has arrived, before a byte is sent: into the public network, or into one that the operator has
opened (THROUGHCARE_WEBHOOK_NETWORKS). Nothing else of the council's own network is reached from here (OWASP: SSRF).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Network = IPv4Network | IPv6Network
Post = Callable[[str, bytes, Mapping[str, str]], int]
SECONDS = 10


class NotReached(Exception):
    """The address was not reached; its words say why."""


def poster(networks: Sequence[Network] | None = ()) -> Post:
    """What sends a body to an address and gives the status of the answer; None opens every network.

    Redirects are not followed: the secret's address is the one that was given. Raises NotReached.
    """

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        with requests.Session() as session:
            session.trust_env = False  # a proxy would be reached in the address's stead
            if networks is not None:
                adapter = _Guarded(networks)
                session.mount("https://", adapter)
                session.mount("http://", adapter)
            try:
                answer = session.post(
                    url, data=body, headers=dict(headers), timeout=SECONDS, allow_redirects=False
                )
            except requests.RequestException as error:
                raise NotReached(f"It could not be reached ({type(error).__name__}).") from error
            return answer.status_code

    return post


def is_open(address: str, networks: Sequence[Network]) -> bool:
    """Whether a machine may be reached: it stands in the public network, or in one of `networks`."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return (ip.is_global and not ip.is_multicast) or any(ip in network for network in networks)


class _Guarded(HTTPAdapter):
    """Connections that are looked at as soon as they stand."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        networks = self._networks

        class Looked:
            def _new_conn(self) -> socket.socket:
                connection: socket.socket = super()._new_conn()  # type: ignore[misc]
                if not is_open(connection.getpeername()[0], networks):
                    connection.close()
                    raise NotReached("It leads into a network that is closed to webhooks.")
                return connection

        plain = type("Plain", (Looked, HTTPConnection), {})
        secure = type("Secure", (Looked, HTTPSConnection), {})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
