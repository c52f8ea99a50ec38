"""Settings: defaults, refusals that name the variable, and a document that says the same as the code."""

import base64
from pathlib import Path

import pytest

from models.setting_values import PARSERS
from models.settings import SETTINGS, Settings, SettingsError

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
KEY = base64.b64encode(bytes(range(32))).decode()


def refusal(**environ: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    return caught.value


def test_an_empty_environment_gives_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    # A folder with a short path: the sockets of a deep one lie elsewhere.
    monkeypatch.chdir("/")
    settings = Settings.from_env({"HOME": "/home/anyone"})
    assert settings.home == Path("/var")
    assert settings.run_dir == settings.home / "run"
    assert settings.database_url == f"sqlite:///{settings.home}/wufen.db"
    assert settings.redis_url == f"unix://{settings.home}/run/redis.sock"
    assert settings.embedded_redis
    assert (settings.bind, settings.web_port, settings.hub_port) == ("127.0.0.1", 8000, 8001)
    assert settings.public_url == "http://localhost:8000"
    assert settings.hub_url == "ws://localhost:8001/connection/websocket"
    assert settings.limits
    assert not settings.production
    assert settings.respond_seconds is None
    assert dict(settings.processes) == {"web": 2, "hub": 2, "worker": 1, "reader": 0}
    assert (settings.replay_entries, settings.replay_bytes) == (5000, 2 * 1024 * 1024)
    assert settings.heartbeat_fd is None
    assert (settings.secret_key, settings.hub_token_secret) == ("", "")


def test_sockets_keep_out_of_a_folder_whose_name_has_a_space(tmp_path: Path) -> None:
    settings = Settings.from_env({"WUFEN_HOME": f"{tmp_path}/five minutes", "TMPDIR": "/tmp"})
    assert settings.run_dir.parent == Path("/tmp")
    assert " " not in settings.redis_url


def test_every_row_has_a_unit_that_can_be_read_and_an_attribute() -> None:
    settings = Settings.from_env({})
    for row in SETTINGS:
        assert row.unit in PARSERS
        assert hasattr(settings, row.field)
        assert row.sentence.endswith(".")


def test_the_document_shows_every_setting_and_no_other() -> None:
    lines = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| `WUFEN_")]
    shown = [tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")) for line in lines]
    assert shown == [tuple(row) for row in SETTINGS]


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    error = refusal(WUFEN_WEB_PROT="8000")
    assert error.name == "WUFEN_WEB_PROT"
    assert "WUFEN_WEB_PORT" in str(error)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WUFEN_WEB_PORT", "0"),
        ("WUFEN_WEB_PORT", "65536"),
        ("WUFEN_WEB_PORT", "eight"),
        ("WUFEN_HUB_PORT", "-1"),
        ("WUFEN_HUB_PORT", "８０００"),
        ("WUFEN_BIND", "everywhere"),
        ("WUFEN_DATABASE_URL", "mysql://db/wufen"),
        ("WUFEN_REDIS_URL", "localhost:6379"),
        ("WUFEN_PUBLIC_URL", "wufen.example"),
        ("WUFEN_PUBLIC_URL", "https://wufen.example/path"),
        ("WUFEN_PUBLIC_URL", "https://wufen.example:port"),
        ("WUFEN_HUB_PUBLIC_URL", "https://wufen.example"),
        ("WUFEN_ORIGINS", "https://one.example, two.example"),
        ("WUFEN_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("WUFEN_PRODUCTION", "perhaps"),
        ("WUFEN_LIMITS", "none"),
        ("WUFEN_RESPOND_SECONDS", "0"),
        ("WUFEN_RESPOND_SECONDS", "5m"),
        ("WUFEN_PROCESSES", "web=2,hubs=2"),
        ("WUFEN_PROCESSES", "web"),
        ("WUFEN_LOG_LEVEL", "loud"),
        ("WUFEN_FIELD_KEYS", KEY),
        ("WUFEN_FIELD_KEYS", f"k1:{KEY},k1:{KEY}"),
        ("WUFEN_FIELD_KEYS", "k1:c2hvcnQ="),
        ("WUFEN_INDEX_KEY", "not base64"),
        ("WUFEN_REPLAY_BYTES", "2MiB"),
        ("WUFEN_PROCESS", "../web"),
        ("WUFEN_HEARTBEAT_FD", "three"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    assert refusal(**{name: value}).name == name


def test_a_refused_secret_is_not_repeated() -> None:
    assert "hunter2" not in str(refusal(WUFEN_INDEX_KEY="hunter2"))
    assert "hunter2" not in str(refusal(WUFEN_PRODUCTION="1", WUFEN_SECRET_KEY="hunter2"))


def test_secrets_and_urls_stay_out_of_the_representation() -> None:
    settings = Settings.from_env(
        {"WUFEN_SECRET_KEY": "hunter2-secret", "WUFEN_DATABASE_URL": "postgresql://u:hunter2@db/wufen"}
    )
    assert "hunter2" not in repr(settings)


def test_production_refuses_limits_off_and_short_secrets() -> None:
    assert refusal(WUFEN_PRODUCTION="1", WUFEN_LIMITS="off").name == "WUFEN_LIMITS"
    assert refusal(WUFEN_PRODUCTION="1", WUFEN_HUB_TOKEN_SECRET="short").name == "WUFEN_HUB_TOKEN_SECRET"
    assert Settings.from_env({"WUFEN_PRODUCTION": "1"}).production


def test_production_refuses_the_hubs_test_mode() -> None:
    assert str(refusal(WUFEN_PRODUCTION="1", WUFEN_HUB_TEST_MODE="1")) == (
        "WUFEN_HUB_TEST_MODE: the hub has no test mode while WUFEN_PRODUCTION is on"
    )


def test_an_empty_variable_counts_as_absent() -> None:
    assert Settings.from_env({"WUFEN_WEB_PORT": " "}).web_port == 8000


def test_dependent_defaults_follow_what_they_depend_on() -> None:
    settings = Settings.from_env({"WUFEN_WEB_PORT": "8443", "WUFEN_HUB_PORT": "8444"})
    assert settings.public_url == "http://localhost:8443"
    assert settings.hub_public_url == "ws://localhost:8444"
    secure = Settings.from_env({"WUFEN_PUBLIC_URL": "https://wufen.example/"})
    assert secure.public_url == "https://wufen.example"
    assert secure.hub_public_url == "wss://wufen.example:8001"
    assert Settings.from_env({"WUFEN_PUBLIC_URL": "http://[::1]:80"}).hub_public_url == "ws://[::1]:8001"


def test_a_home_too_deep_for_a_socket_gets_a_short_run_folder_of_its_own() -> None:
    one = Settings.from_env({"WUFEN_HOME": "/srv/" + "深" * 30})
    other = Settings.from_env({"WUFEN_HOME": "/srv/" + "渊" * 30})
    assert one.run_dir.parent == Path("/tmp")
    assert one.run_dir != other.run_dir
    assert len(str(one.redis_socket)) <= 100


def test_lists_and_keys_are_read_in_order() -> None:
    settings = Settings.from_env(
        {
            "WUFEN_ORIGINS": "https://a.example, https://b.example:8443/",
            "WUFEN_TRUSTED_PROXIES": "10.0.0.1,192.168.0.0/16",
            "WUFEN_FIELD_KEYS": f"k2:{KEY},k1:{KEY}",
            "WUFEN_PROCESSES": "hub=8",
        }
    )
    assert settings.origins == ("https://a.example", "https://b.example:8443")
    assert settings.trusted_proxies == ("10.0.0.1/32", "192.168.0.0/16")
    assert list(settings.field_keys) == ["k2", "k1"]
    assert settings.field_keys["k1"] == bytes(range(32))
    assert dict(settings.processes) == {"web": 0, "hub": 8, "worker": 0, "reader": 0}
