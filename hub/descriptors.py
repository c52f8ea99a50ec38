"""Open files: every connection is one, and so are the database and Redis. As many as the system lets us have."""

from __future__ import annotations

import resource

from hub.door import STRANGERS_SHARE

OWN = 128  # for everything that is not a connection


def room_for(connections: int) -> int:
    """Raises this process's limit of open files to the highest that it may have; how many connections fit.

    At most ``connections``. Beyond that a hub would not accept any line, nor reach its database.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OWN + connections + connections // STRANGERS_SHARE
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        soft = max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return connections
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(1, (hard - OWN) * STRANGERS_SHARE // (STRANGERS_SHARE + 1))
