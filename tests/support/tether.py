"""Runs a server that ends with the process that asked for it, even when that one is killed.

Used as a command, so that nothing has to run between fork and exec: `python tether.py USER PROGRAM ARG…`.
USER is `-` or the name of the account to run as (only root can choose one).
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def tethered(command: Sequence[str | Path], user: str | None = None) -> list[str]:
    """The command line that runs `command` on a tether."""
    return [sys.executable, "-S", "-E", __file__, user or "-", *map(str, command)]


def _become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def _end_with_parent() -> None:
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the tether held
            sys.exit("the process that asked for this server is gone")


if __name__ == "__main__":
    if sys.argv[1] != "-":
        _become(sys.argv[1])
    _end_with_parent()  # after the change of account, which would cut it
    os.execv(sys.argv[2], sys.argv[2:])
