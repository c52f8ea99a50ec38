"""`wufen keys` as an operator meets it, and backups of a time whose keys are retired."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.actions import resealing, rotating
from models.actions.resealing import reseal_some
from models.actions.rotating import promote_due
from models.clock import SystemClock
from models.secrets_file import FILE_NAME, with_secrets
from models.settings import Settings
from models.store import Store
from tests.support.clock import FakeClock
from tests.support.keeping import settings_of, store_of
from tests.workers.command.test_main import wufen


def later(home: Path, hours: float, do: Callable[[Store], Awaitable[Any]]) -> None:
    """What a worker does so many hours from now."""

    async def run() -> None:
        clock = FakeClock(SystemClock().now())
        clock.advance(hours * 3600)
        store = store_of(settings_of(home, f"sqlite:///{home}/wufen.db"), clock)
        await store.configuration.refresh()
        await do(store)
        await store.close()

    asyncio.run(run())


async def work(store: Store) -> None:
    await promote_due(store)
    await store.configuration.refresh()
    while await reseal_some(store) is not None:
        pass


def test_a_key_is_rotated_followed_and_retired(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wufen(home, "sample-city")
    assert [line.split()[:2] for line in wufen(home, "keys", "status").output.splitlines()] == [
        ["field", "k1"],
        ["index", "i1"],
    ]
    wufen(home, "backup", str(tmp_path / "old"))
    came = wufen(home, "keys", "rotate", "--what", "field", "--what", "index")
    assert came.exit_code == 0, came.output
    assert "The field key k2 is known to every process within seconds" in came.output
    again = wufen(home, "keys", "rotate")
    assert (again.exit_code, "A key is coming already" in again.stderr) == (1, True)
    early = wufen(home, "keys", "retire", "field", "k1")
    assert (early.exit_code, "That key is the one in use" in early.stderr) == (1, True)

    later(home, 0.01, work)
    status = wufen(home, "keys", "status").output
    assert "k2" in status
    assert "in use since" in status
    assert "old: opens and finds" in status
    too_early = wufen(home, "keys", "retire", "field", "k1")
    assert too_early.exit_code == 1
    assert "The field key k1 is still needed:" in too_early.stderr
    assert "not gone through" in too_early.stderr

    later(home, 25, work)

    # For the command it is still today: the days of waiting are taken off.
    for kind in ("field", "index"):
        monkeypatch.setitem(rotating.LAST_USED, kind, timedelta(hours=-1))
    before = json.loads((home / FILE_NAME).read_text())
    assert (list(before["field_keys"]), list(before["index_keys"])) == (["k2", "k1"], ["i2", "i1"])
    for kind, key_id in (("field", "k1"), ("index", "i1")):
        gone = wufen(home, "keys", "retire", kind, key_id)
        assert gone.output == f"The {kind} key {key_id} is retired. Keep it with the backups of its time.\n"
    kept = json.loads((home / FILE_NAME).read_text())
    assert (list(kept["field_keys"]), list(kept["index_keys"])) == (["k2"], ["i2"])
    assert kept["retired"] == {
        ring: {one: before[ring][one]} for ring, one in (("field_keys", "k1"), ("index_keys", "i1"))
    }
    lines = wufen(home, "keys", "status").output.splitlines()
    assert [line.split()[1] for line in lines if "retired" in line] == ["k1", "i1"]


def test_a_backup_of_a_retired_keys_time_is_restored_with_it(home: Path, tmp_path: Path) -> None:
    wufen(home, "sample-city")
    wufen(home, "backup", str(tmp_path / "old"))
    # As after a change that is long done: the present keys are others, those of then are put aside.
    kept = json.loads((home / FILE_NAME).read_text())
    kept["retired"] = {"field_keys": kept["field_keys"], "index_keys": kept["index_keys"]}
    kept["field_keys"] = {"k2": base64.b64encode(b"2" * 32).decode()}
    kept["index_keys"] = {"i2": base64.b64encode(b"i" * 32).decode()}
    (home / FILE_NAME).write_text(json.dumps(kept))
    done = wufen(home, "restore", "--replace", str(tmp_path / "old"))
    assert done.exit_code == 0, done.stderr
    now = with_secrets(Settings.from_env({"WUFEN_HOME": str(home)}))
    assert (list(now.field_keys), list(now.index_keys)) == (["k2", "k1"], ["i2", "i1"])
    without = json.loads((home / FILE_NAME).read_text())
    assert without["retired"] == {"field_keys": {}, "index_keys": {}}


def test_keys_of_the_environment_are_brought_in_there(home: Path) -> None:
    wufen(home, "sample-city")
    one, two = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    refused = wufen(home, "keys", "rotate", field_keys=f"k1:{one}")
    assert (refused.exit_code, "The keys are in the environment" in refused.stderr) == (1, True)
    unknown = wufen(home, "keys", "rotate", "--key", "k7", field_keys=f"k1:{one}")
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: There is no such key.\n")
    came = wufen(home, "keys", "rotate", "--key", "k2", field_keys=f"k1:{one},k2:{two}")
    assert came.exit_code == 0, came.stderr


def test_what_is_early_for_one_pass_is_not_for_the_next() -> None:
    assert rotating.LAST_USED["field"] > resealing.QUIET > rotating.SETTLES
