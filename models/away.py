"""Whether an error says that the database is away, and not that what it was asked was wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATEs of PostgreSQL: it shuts down, crashed, starts or recovers; it has no connection left. Its driver
# gives some of them no class of their own, so that SQLAlchemy knows them as plain errors only.
_STATES = frozenset({"57P01", "57P02", "57P03", "53300"})
_CONNECTION_CLASS = "08"


def is_away(error: BaseException) -> bool:
    """Then everybody would meet it, whatever they ask; trying again later makes sense."""
    if isinstance(error, PoolTimeout | OSError | InterfaceError | OperationalError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state in _STATES or state.startswith(_CONNECTION_CLASS)
