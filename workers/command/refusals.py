"""One sentence for what an operator can run into: what is wrong and where."""

from __future__ import annotations

from models.errors import NotFound, WufenError
from models.settings import SettingsError
from workers.command.embedded_redis import NoServer
from workers.command.supervisor.ground import GroundError
from workers.command.supervisor.plan import PlanError

# By name, like those of the database: a start need not load what reads bundles.
_OF_A_BUNDLE = frozenset({"BundleFaulty", "ImportForbidden"})


class Refused(Exception):
    """A command cannot do what was asked; the text is one sentence for the operator."""


def sentence_of(error: Exception) -> str | None:
    """The sentence for ``error``; None for what is a mistake of ours and deserves its traceback."""
    if isinstance(error, Refused | SettingsError | GroundError | PlanError | NoServer):
        return str(error)
    if type(error).__name__ in _OF_A_BUNDLE:
        return f"Nothing was changed.\n{error}"
    if isinstance(error, NotFound) and error.field:
        return f"There is no such {error.field}."
    if type(error).__name__ == "MediaAway":
        return str(getattr(error, "sentence", error))
    if isinstance(error, WufenError):
        return f"Refused: {error}."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return _of_the_database(error)


def _of_the_database(error: Exception) -> str | None:
    # By name, because a start that works need not load the database library.
    names = {kind.__name__ for kind in type(error).__mro__}
    if "IntegrityError" in names:
        return "The database has that already, or lacks what it refers to."
    if "no such table" in str(error) or "UndefinedTable" in str(error):
        return "The database is empty or of an older version; `wufen migrate` brings it up to date."
    if "OperationalError" in names or "InterfaceError" in names or "DatabaseError" in names:
        return f"WUFEN_DATABASE_URL: {_first_line(error)}"
    if isinstance(error, ConnectionError):
        return f"WUFEN_DATABASE_URL: {error}."
    return None


def _first_line(error: Exception) -> str:
    reason = str(getattr(error, "orig", None) or error)
    return reason.splitlines()[0].rstrip(".") + "." if reason else "the database does not answer."
