"""A fresh, migrated database for every test: a copy of one that was migrated once in the session."""

import itertools
import shutil
from pathlib import Path

from tests.support.postgres_server import PostgresServer

_TEMPLATE = "wufen_template"


class SqliteDatabases:
    """Files, each a copy of the migrated one in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")

    def create(self, path: Path) -> str:
        """Makes the database at `path` and returns its URL."""
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresDatabases:
    """Databases of one server, each made from the migrated template."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        _migrate(server.create(_TEMPLATE))

    def create(self) -> tuple[str, str]:
        """Makes a database and returns its name and its URL."""
        name = f"wufen_{next(self._numbers)}"
        return name, self._server.create(name, _TEMPLATE)

    def drop(self, name: str) -> None:
        self._server.drop(name)


def _migrate(url: str) -> None:
    from models.migrate import (
        upgrade,
    )  # here, so that a test of pure rules need not wait for a database library

    upgrade(url)
