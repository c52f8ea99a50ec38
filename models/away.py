"""What an error of the database means: it is away, somebody else was in the way, or what it was asked was wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATEs of PostgreSQL: it shuts down, crashed, starts or recovers; it has no connection left. Its driver
# gives some of them no class of their own, so that SQLAlchemy knows them as plain errors only.
_STATES = frozenset({"57P01", "57P02", "57P03", "53300"})
_CONNECTION_CLASS = "08"
# A serialisation that failed, a deadlock, a lock that took too long.
_CROSSED = frozenset({"40001", "40P01", "55P03"})


def is_away(error: BaseException) -> bool:
    """Then everybody would meet it, whatever they ask; trying again later makes sense."""
    if isinstance(error, PoolTimeout | OSError | InterfaceError | OperationalError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = state_of(error)
    return error.connection_invalidated or state in _STATES or state.startswith(_CONNECTION_CLASS)


def is_crossed(error: BaseException) -> bool:
    """Somebody else was in the way: the same may succeed when it is tried again."""
    return isinstance(error, DBAPIError) and state_of(error) in _CROSSED


def state_of(error: DBAPIError) -> str:
    """The SQLSTATE that PostgreSQL gave; empty on SQLite, and where there was no answer."""
    return str(getattr(error.orig, "sqlstate", None) or "")
