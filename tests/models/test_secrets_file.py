"""Secrets: made once, kept for their owner alone, the same for processes that start at once."""

import base64
import json
import multiprocessing
from pathlib import Path

import pytest

from models.secrets_file import FILE_NAME, with_secrets
from models.settings import Settings, SettingsError


def settings_for(home: Path, **environ: str) -> Settings:
    return Settings.from_env({"WUFEN_HOME": str(home), **environ})


def secret_in_a_process(home: str) -> str:
    return with_secrets(settings_for(Path(home))).secret_key


def test_secrets_are_made_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    first = with_secrets(settings_for(tmp_path / "home"))
    second = with_secrets(settings_for(tmp_path / "home"))
    assert first == second
    assert (tmp_path / "home" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert len(first.secret_key) >= 43
    assert first.secret_key != first.hub_token_secret
    assert [len(key) for key in first.field_keys.values()] == [32]
    assert [len(key) for key in first.index_keys.values()] == [32]
    assert [len(key) for key in first.anchor_keys.values()] == [32]


def test_processes_that_start_at_once_share_the_same_secrets(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        secrets = pool.map(secret_in_a_process, [str(tmp_path / "home")] * 8)
    assert len(set(secrets)) == 1


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    with_secrets(settings_for(tmp_path))
    key = base64.b64encode(b"i" * 32).decode()
    settings = with_secrets(settings_for(tmp_path, WUFEN_SECRET_KEY="given", WUFEN_INDEX_KEY=key))
    assert settings.secret_key == "given"
    assert settings.index_keys == {"i1": b"i" * 32}


def test_a_secret_that_an_older_file_lacks_is_added_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_text(json.dumps({"secret_key": "kept"}))
    file.chmod(0o644)
    settings = with_secrets(settings_for(tmp_path))
    assert settings.secret_key == "kept"
    assert json.loads(file.read_text())["hub_token_secret"] == settings.hub_token_secret
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_one_index_key_of_an_older_file_is_the_first_of_several(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_text(json.dumps({"index_key": base64.b64encode(b"i" * 32).decode()}))
    assert with_secrets(settings_for(tmp_path)).index_keys == {"i1": b"i" * 32}
    assert "index_key" not in json.loads(file.read_text())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"field_keys": {"k1": "short"}}', '{"index_key": 3}'])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(SettingsError, match=FILE_NAME) as caught:
        with_secrets(settings_for(tmp_path))
    assert caught.value.name == "WUFEN_HOME"


def test_a_home_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(SettingsError) as caught:
        with_secrets(settings_for(tmp_path / "home"))
    assert caught.value.name == "WUFEN_HOME"


def test_a_home_that_cannot_be_made_is_refused_by_name() -> None:
    # Not even the superuser, as whom tests may run, can make a folder there.
    with pytest.raises(SettingsError) as caught:
        with_secrets(settings_for(Path("/proc/wufen")))
    assert caught.value.name == "WUFEN_HOME"
