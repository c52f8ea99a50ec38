"""The secrets that an installation makes for itself, kept in `{home}/secrets.json`, its owner's to read.

Leaves to others: what the secrets are used for, and secrets that come from the environment, which win.
"""

import base64
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from models.setting_values import FIRST_INDEX_KEY, KEY_BYTES, key
from models.settings import Settings, SettingsError

FILE_NAME = "secrets.json"


class Secrets(TypedDict):
    """What the file holds: texts, and base64 of 32-byte keys; of each kind of key the first is the newest."""

    secret_key: str
    hub_token_secret: str
    field_keys: dict[str, str]
    index_keys: dict[str, str]
    anchor_keys: dict[str, str]
    # Keys that seal and open nothing here any more: backups of their time need them.
    retired: dict[str, dict[str, str]]


def with_secrets(settings: Settings) -> Settings:
    """Makes the home and run folders and what secrets are missing; returns the settings with all of them.

    Safe against processes that start at once: all of them read the same secrets. Raises SettingsError naming
    WUFEN_HOME when the folder cannot be used or the file is not ours.
    """
    try:
        make_folder(settings.home)
        make_folder(settings.run_dir)
        with _locked(settings.home):
            kept = _read_or_make(settings.home / FILE_NAME)
        field_keys, index_keys = rings(kept)
        anchor_keys = {name: key(encoded) for name, encoded in kept["anchor_keys"].items()}
        return replace(
            settings,
            secret_key=settings.secret_key or kept["secret_key"],
            hub_token_secret=settings.hub_token_secret or kept["hub_token_secret"],
            field_keys=settings.field_keys or field_keys,
            index_keys=settings.index_keys or index_keys,
            anchor_keys=settings.anchor_keys or anchor_keys,
            keeps_field_keys=not settings.field_keys or settings.keeps_field_keys,
            keeps_index_keys=not settings.index_keys or settings.keeps_index_keys,
        )
    except OSError as error:
        raise SettingsError("WUFEN_HOME", f"{error.filename or settings.home}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError("WUFEN_HOME", f"{settings.home / FILE_NAME} is damaged") from error


def kept_rings(home: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What the file holds now. Raises OSError and what ``rings`` raises."""
    return rings(json.loads((home / FILE_NAME).read_text("utf-8")))


def retired_rings(home: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Keys that were put aside when nothing needed them any more; none without a file. Raises what ``rings`` raises."""
    if not (home / FILE_NAME).exists():
        return {}, {}
    aside = json.loads((home / FILE_NAME).read_text("utf-8")).get("retired", {})
    decoded = [
        {name: key(one) for name, one in aside.get(ring, {}).items()} for ring in ("field_keys", "index_keys")
    ]
    return decoded[0], decoded[1]


def change_rings(home: Path, change: Callable[[Secrets], None]) -> None:
    """``change`` alters the file's content, alone; it is on the disk when this returns. Raises as ``kept_rings``."""
    with _locked(home):
        kept = _read_or_make(home / FILE_NAME)
        change(kept)
        rings(kept)
        _write(home / FILE_NAME, kept)


def rings(kept: Secrets) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Field keys and index keys, decoded. Raises ValueError, KeyError, TypeError, AttributeError for what is none."""
    field_keys = {name: key(encoded) for name, encoded in kept["field_keys"].items()}
    return field_keys, {name: key(encoded) for name, encoded in kept["index_keys"].items()}


def make_folder(path: Path) -> None:
    """Makes a folder that only its owner may enter; raises PermissionError for one that is somebody else's.

    The run folder may lie below a shared temporary folder, where somebody else could have made it first and
    would then own our sockets.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()
    if not path.is_dir() or status.st_uid != os.geteuid():
        raise PermissionError(1, "belongs to another user", str(path))
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(13, "is not writable", str(path))


def _read_or_make(path: Path) -> Secrets:
    found: dict[str, object] = {}
    if path.exists():
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            path.chmod(0o600)
        found = json.loads(path.read_text("utf-8"))
    if "index_key" in found:  # before there could be several
        found.setdefault("index_keys", {FIRST_INDEX_KEY: found.pop("index_key")})
    fresh = _make()
    missing = fresh.keys() - found.keys()
    kept: Secrets = {**fresh, **found}  # type: ignore[typeddict-item]
    if missing:
        _write(path, kept)
    return kept


def _make() -> Secrets:
    return {
        "secret_key": secrets.token_urlsafe(KEY_BYTES),
        "hub_token_secret": secrets.token_urlsafe(KEY_BYTES),
        "field_keys": {"k1": new_key()},
        "index_keys": {FIRST_INDEX_KEY: new_key()},
        "anchor_keys": {"k1": new_key()},
        "retired": {},
    }


def new_key() -> str:
    """Base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _write(path: Path, kept: Secrets) -> None:
    # Losing these keys loses every encrypted field: the whole file is on disk before it takes the name.
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
