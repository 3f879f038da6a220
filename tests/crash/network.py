"""Cables that can be cut: between a host and its database, or, in a network namespace, a host and everybody."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from contextlib import suppress

A_PIECE = 65536


class Wire:
    """The way to a database on a socket: an address with a port. Cut, nothing passes, and nobody is told."""

    def __init__(self, address: str, socket_path: str) -> None:
        self._socket_path = socket_path
        self._whole = threading.Event()
        self._whole.set()
        self._ends: list[socket.socket] = []
        self._door = socket.create_server((address, 0))
        self.address, self.port = self._door.getsockname()
        threading.Thread(target=self._let_in, name="wire", daemon=True).start()

    def cut(self) -> None:
        """From now on whatever is sent is on its way, and does not arrive."""
        self._whole.clear()

    def join(self) -> None:
        """What was on its way arrives, and whatever follows."""
        self._whole.set()

    def close(self) -> None:
        """No more connections, and an end to those there are."""
        self._whole.set()
        for end in (self._door, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _let_in(self) -> None:
        while True:
            try:
                outside, _ = self._door.accept()
            except OSError:  # closed
                return
            inside = socket.socket(socket.AF_UNIX)
            try:
                inside.connect(self._socket_path)
            except OSError:  # the database is down: whoever calls is told so
                outside.close()
                inside.close()
                continue
            self._ends += [outside, inside]
            for one, other in ((outside, inside), (inside, outside)):
                threading.Thread(target=self._pass_on, args=(one, other), name="wire", daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(A_PIECE):
                self._whole.wait()
                other.sendall(piece)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)


class Namespace:
    """A network of its own for a host, with one cable to this machine: 10.203.N.1 here, 10.203.N.2 there."""

    def __init__(self, number: int) -> None:
        self.name = f"tc{os.getpid()}n{number}"
        self.here, self.there = f"10.203.{number}.1", f"10.203.{number}.2"
        self._ours, self._theirs = f"tc{os.getpid() % 100000}o{number}", f"tc{os.getpid() % 100000}t{number}"
        _ip("netns", "add", self.name)
        _ip("link", "add", self._ours, "type", "veth", "peer", "name", self._theirs)
        _ip("link", "set", self._theirs, "netns", self.name)
        _ip("addr", "add", f"{self.here}/24", "dev", self._ours)
        _ip("link", "set", self._ours, "up")
        _ip("-n", self.name, "addr", "add", f"{self.there}/24", "dev", self._theirs)
        _ip("-n", self.name, "link", "set", "lo", "up")
        self.join()

    @property
    def within(self) -> tuple[str, ...]:
        """What a command begins with that is to run there."""
        return ("ip", "netns", "exec", self.name)

    def cut(self) -> None:
        """Pull the cable."""
        _ip("-n", self.name, "link", "set", self._theirs, "down")

    def join(self) -> None:
        """Put the cable back."""
        _ip("-n", self.name, "link", "set", self._theirs, "up")

    def close(self) -> None:
        """Take it away, with its cable."""
        _ip("netns", "del", self.name)
        with suppress(subprocess.CalledProcessError):  # it goes with its other end
            _ip("link", "del", self._ours)


def can_have_namespaces() -> bool:
    """Whether this machine and this user may make networks (Linux, as root)."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    try:
        Namespace(250).close()
    except subprocess.CalledProcessError:
        return False
    return True


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
