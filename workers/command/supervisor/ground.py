"""What must hold before anything starts: the data folder is ours alone, and the ports are free.

Each refusal is one sentence that says what is wrong and where.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

LOCK_NAME = "wufen.lock"


class GroundError(Exception):
    """The supervisor cannot start here; the text is one sentence for the operator."""


@contextlib.contextmanager
def only_instance(home: Path) -> Iterator[None]:
    """Holds ``home`` until the end; raises GroundError when another instance holds it.

    The kernel drops the lock with the process, so a killed supervisor leaves nothing behind.
    """
    try:
        descriptor = os.open(home / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GroundError(f"{home / LOCK_NAME} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    except BlockingIOError:
        pid = os.read(descriptor, 20).decode().strip()
        raise GroundError(f"Wufen is already running on {home} (process {pid or 'unknown'}).") from None
    finally:
        os.close(descriptor)


def instance(home: Path) -> int:
    """The process that holds ``home``. Raises GroundError when there is none."""
    with contextlib.suppress(OSError), (home / LOCK_NAME).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read())
    raise GroundError(f"Wufen is not running on {home}.")


class PortTaken(Exception):
    """Another program listens there."""


def reserve(address: str, port: int) -> socket.socket:
    """Binds the port for processes of ours that share it; hold the socket as long as they may come and go.

    It is bound alone first, which fails if anybody is there, and opened for sharing after that, which lets in
    only sockets of the same user. A socket that does not listen gets no connections. Raises PortTaken, or
    GroundError when the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Without it, connections of the last run that are still closing would count as somebody.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((address, port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except PermissionError as error:
        held.close()
        raise GroundError(f"Port {port} may not be used by this user; choose one above 1023.") from error
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken from error
        raise GroundError(f"WUFEN_BIND: {address} is no address of this machine.") from error
    return held
