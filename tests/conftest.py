"""Fixtures for every test: real servers, started once in a session and only when somebody asks for them."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from models.ids import RandomIds
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from tests.support import leftovers
from tests.support.blocking import no_blocking_calls
from tests.support.city import found_city
from tests.support.clock import FakeClock
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.ids import FakeIds
from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.product import Product, running_product
from tests.support.recording import RecordingBell
from tests.support.redis_server import empty_redis, running_redis

# The same examples every time, so that what passed here passes there; `--hypothesis-profile=default` finds new ones.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.load_profile("same")

_POSTGRES_FIXTURES = {"postgres_server", "postgres_databases", "postgresql_url"}


def pytest_configure(config: pytest.Config) -> None:
    folder = leftovers.gather()
    config.add_cleanup(lambda: leftovers.sweep(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test by what it needs, so that nobody has to remember to."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _POSTGRES_FIXTURES or _runs_on_postgresql(item):
            item.add_marker(pytest.mark.postgresql)
        if "product" in fixtures:
            item.add_marker(pytest.mark.processes)
        if item.nodeid.startswith("tests/browser/"):
            item.add_marker(pytest.mark.browser)


def _runs_on_postgresql(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.params.get("database_url") == "postgresql"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids() -> FakeIds:
    return FakeIds()


@pytest.fixture
def no_blocking() -> Iterator[None]:
    """Ask for it where code runs in the hub's loop: a blocking call there raises BlockingError."""
    with no_blocking_calls():
        yield


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    with running_redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """A real server with nothing in it."""
    empty_redis(redis_server_url)
    return redis_server_url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> PostgresDatabases:
    return PostgresDatabases(postgres_server)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    return sqlite_databases.create(tmp_path / "wufen.db")


@pytest.fixture
def postgresql_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database, dropped after the test whoever is still connected."""
    name, url = postgres_databases.create()
    yield url
    postgres_databases.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: the test runs once on each of the two."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def environment(sqlite_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """The WUFEN_ variables of an instance of its own: SQLite, the test's Redis, its own home."""
    own = {"WUFEN_HOME": str(tmp_path), "WUFEN_DATABASE_URL": sqlite_url, "WUFEN_REDIS_URL": redis_url}
    return {**own, "TMPDIR": os.environ["TMPDIR"]}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The whole product with its sample city, started for this test alone; its processes may be killed."""
    with running_product(tmp_path) as product:
        yield product


@pytest.fixture
def bell() -> RecordingBell:
    return RecordingBell()


@pytest.fixture
async def store(
    database_url: str, tmp_path: Path, clock: FakeClock, bell: RecordingBell
) -> AsyncIterator[Store]:
    """A store on each of the two databases, with the small city in it and a clock that obeys."""
    settings = with_secrets(
        Settings.from_env(
            {**os.environ, "WUFEN_HOME": str(tmp_path / "home"), "WUFEN_DATABASE_URL": database_url}
        )
    )
    store = Store.open(settings, bell=bell, clock=clock, ids=RandomIds())
    await found_city(store)
    yield store
    await store.close()
