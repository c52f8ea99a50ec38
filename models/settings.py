"""Every setting of the service, read once from the environment into one frozen value.

Leaves to others: making and keeping secrets (`models.secrets_file`), rules that an operator changes while the
service runs (`models.rules`), and everything that would open a file or a connection.
"""

import difflib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from models.setting_values import PARSERS
from models.settings_table import BY_NAME, PREFIX, SETTINGS, Setting
from models.tiles import Layer

__all__ = ["SETTINGS", "Setting", "Settings", "SettingsError"]

# GB/T 22239-2019 8.1.4.1: two factors, one of them cryptographic.
ALWAYS_TWO_FACTORS = ("administrator", "auditor")
LEAST_SECRET = 32  # characters; a shorter HS256 secret is weaker than its hash (RFC 7518 section 3.2)
LONGEST_SOCKET_PATH = 100  # bytes; a Unix socket's path holds 108 on Linux and 104 on macOS
LONGEST_SOCKET_NAME = 24  # bytes kept free for "/<process>.sock" below the run folder


class SettingsError(ValueError):
    """A setting that is unknown or wrong; `name` is the variable to correct."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; paths are absolute, durations seconds, sizes bytes.

    `secret_key`, `hub_token_secret`, `field_keys`, `index_keys` and `anchor_keys` may be empty until
    `models.secrets_file.with_secrets` has filled them. They and the URLs that may carry passwords stay out of
    `repr`.
    """

    home: Path
    run_dir: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    bind: str
    web_port: int
    hub_port: int
    public_url: str
    hub_public_url: str
    origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    production: bool
    limits: bool
    respond_seconds: int | None
    unplanned_shift_seconds: int
    processes: Mapping[str, int]
    reading_sure: int
    log_level: str
    boundaries: Path | None
    tiles_url: tuple[Layer, ...]
    tiles_crs: str
    tiles_attribution: str
    cap_status: str
    secret_key: str = field(repr=False)
    hub_token_secret: str = field(repr=False)
    field_keys: Mapping[str, bytes] = field(repr=False)
    index_keys: Mapping[str, bytes] = field(repr=False)
    anchor_keys: Mapping[str, bytes] = field(repr=False)
    connection_token_seconds: int
    session_seconds: int
    desk_idle_seconds: int
    phone_idle_seconds: int
    second_factor: tuple[str, ...]
    hub_ping_seconds: int
    hub_queue_bytes: int
    hub_connections: int
    hub_handshakes: int
    hub_address_connections: int
    hub_address_handshakes: int
    hub_subject_connections: int
    hub_test_mode: bool
    replay_entries: int
    replay_bytes: int
    hub_recent_bytes: int
    hub_quiet_channels: int
    upload_photo_bytes: int
    upload_video_bytes: int
    upload_video_seconds: int
    upload_photos: int
    upload_day_bytes: int
    upload_seconds: int
    uploads_bytes: int
    media_url: str
    media_key_id: str = field(repr=False)
    media_secret: str = field(repr=False)
    webhook_private: bool
    vapid_key: bytes = field(repr=False)
    process_name: str
    heartbeat_fd: int | None
    # Whether the keys are those of `secrets.json`, which may change while a process runs.
    keeps_field_keys: bool = False
    keeps_index_keys: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads `environ`; an empty variable counts as absent.

        Raises `SettingsError` naming the variable for an unknown WUFEN_ name or a wrong value.
        """
        _refuse_unknown(environ)
        values = {row.field: _parse(row, environ) for row in SETTINGS}
        _fill_derived(values, environ)
        if values["production"]:
            _refuse_weak(values)
        return cls(**values)

    @property
    def embedded_redis(self) -> bool:
        """Whether Redis is the server that the service starts itself."""
        return self.redis_url == _socket_url(self.run_dir)

    @property
    def redis_socket(self) -> Path:
        """Socket of the embedded Redis."""
        return self.run_dir / "redis.sock"

    @property
    def hub_url(self) -> str:
        """Where clients open the WebSocket, path included."""
        return f"{self.hub_public_url}/connection/websocket"


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in BY_NAME:
            near = difflib.get_close_matches(name, BY_NAME, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; docs/settings.md lists them all"
            raise SettingsError(name, f"there is no such setting{hint}")


def _parse(row: Setting, environ: Mapping[str, str]) -> Any:
    # A default with a brace depends on other settings and is filled in afterwards.
    text = environ.get(row.name, "").strip() or ("" if "{" in row.default else row.default)
    try:
        return PARSERS[row.unit](text)
    except ValueError as error:
        raise SettingsError(row.name, str(error)) from None


def _refuse_weak(values: Mapping[str, Any]) -> None:
    if not values["limits"]:
        raise SettingsError("WUFEN_LIMITS", "limits cannot be off while WUFEN_PRODUCTION is on")
    if values["hub_test_mode"]:
        raise SettingsError("WUFEN_HUB_TEST_MODE", "the hub has no test mode while WUFEN_PRODUCTION is on")
    for name in ("WUFEN_SECRET_KEY", "WUFEN_HUB_TOKEN_SECRET"):
        if 0 < len(values[BY_NAME[name].field]) < LEAST_SECRET:
            raise SettingsError(
                name, f"needs at least {LEAST_SECRET} characters while WUFEN_PRODUCTION is on"
            )


def _fill_derived(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    home: Path = values["home"]
    run_dir = values["run_dir"] = _run_dir(home, environ)
    values["database_url"] = values["database_url"] or f"sqlite:///{home}/wufen.db"
    values["redis_url"] = values["redis_url"] or _socket_url(run_dir)
    if values["media_url"] and not (values["media_key_id"] and values["media_secret"]):
        raise SettingsError("WUFEN_MEDIA_SECRET", "a bucket needs WUFEN_MEDIA_KEY_ID and WUFEN_MEDIA_SECRET")
    if values["production"]:
        values["second_factor"] = tuple(dict.fromkeys((*values["second_factor"], *ALWAYS_TWO_FACTORS)))
    values["public_url"] = values["public_url"] or f"http://localhost:{values['web_port']}"
    if not values["hub_public_url"]:
        public = urlsplit(values["public_url"])
        host = f"[{public.hostname}]" if ":" in (public.hostname or "") else public.hostname
        scheme = "wss" if public.scheme == "https" else "ws"
        values["hub_public_url"] = f"{scheme}://{host}:{values['hub_port']}"


def _run_dir(home: Path, environ: Mapping[str, str]) -> Path:
    run_dir = home / "run"
    if _holds_sockets(run_dir):
        return run_dir
    name = f"wufen-{os.getuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    short = Path(environ.get("TMPDIR") or "/tmp") / name
    return short if _holds_sockets(short) else Path("/tmp") / name


def _holds_sockets(folder: Path) -> bool:
    """Short enough, and one word: Redis names a client's socket in a line of words that RQ takes apart."""
    fits = len(os.fsencode(folder)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH
    return fits and len(str(folder).split()) == 1


def _socket_url(run_dir: Path) -> str:
    return f"unix://{quote(str(run_dir / 'redis.sock'))}"
