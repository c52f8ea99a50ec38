"""Every process that seals follows a change of keys, those without a sweep too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.actions import rotating
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from tests.support.waiting import until
from workers.desk import at_the_desk, open_desk

ROOT = Path(__file__).parents[2]


async def ring_of(store: Store) -> tuple[str, ...]:
    return store.vault.index_key_ids


def test_a_desk_that_follows_gets_the_key_that_comes(environment: dict[str, str]) -> None:
    settings = with_secrets(Settings.from_env({**os.environ, **environment}))
    with open_desk(settings) as desk:
        desk.follow_configuration()
        at_the_desk(lambda store: rotating.begin(store, "index"))
        assert until(lambda: len(at_the_desk(ring_of)) == 2, "the key to come")


@pytest.mark.parametrize("program", ["workers/examining/__main__.py", "workers/reading/__main__.py"])
def test_programs_without_a_sweep_of_their_own_follow(program: str) -> None:
    assert "desk.follow_configuration()" in (ROOT / program).read_text()
