"""What a backup says of itself: what it was taken of, when, with which versions, and the digest of every file in it.

`manifest.json` names the digest of `files.sha256`, which names every other file's (`sha256sum -c` reads it), and bears
a mark that only who has the installation's index key can make. Leaves to others: taking and putting back.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from workers.command.refusals import Refused

FORMAT = 1
MANIFEST, LIST = "manifest.json", "files.sha256"
SQLITE_FILE, POSTGRESQL_FILE = "database.sqlite", "database.dump"
NOT_HERE = (
    "secrets.json, or WUFEN_SECRET_KEY, WUFEN_HUB_TOKEN_SECRET, WUFEN_FIELD_KEYS and WUFEN_INDEX_KEY",
    "settings (WUFEN_ variables), units, certificates, HAProxy, Redis",
)
WITH_IT, NOT_IN_IT = "with it", "not in it"
_CHUNK = 1 << 20


class Manifest(msgspec.Struct, kw_only=True, frozen=True):
    """``keys``: id to fingerprint (``models.privacy.fingerprint``) of the keys it was sealed with, never a key."""

    format: int
    product: str
    version: str
    taken_at: str
    database: str
    database_version: str
    tools: str
    schema: str
    epoch: str
    heads: dict[str, int]
    field_keys: dict[str, str]
    index_keys: dict[str, str]
    media: str
    media_files: int
    missing: list[str]
    damaged: list[str]
    not_here: tuple[str, ...]
    list_sha256: str
    mark: str = ""


def digest_of(path: Path) -> str:
    """SHA-256 in hex, read piece by piece. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()


def write(folder: Path, manifest: Manifest, sums: Mapping[str, str], index_key: bytes) -> Manifest:
    """Writes the list and the manifest, which it returns as it was written."""
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    (folder / LIST).write_text(text, "utf-8")
    told = msgspec.structs.replace(manifest, list_sha256=hashlib.sha256(text.encode()).hexdigest())
    told = msgspec.structs.replace(told, mark=_mark(told, index_key))
    content = msgspec.json.format(msgspec.json.encode(told), indent=1)
    (folder / MANIFEST).write_bytes(content + b"\n")
    return told


def read(folder: Path) -> Manifest:
    """Raises Refused, naming the file."""
    path = folder / MANIFEST
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        raise Refused(f"{folder} is no whole backup: {MANIFEST} is missing.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(f"{path} was changed or cut short.") from None
    if found.product != "wufen" or found.format != FORMAT:
        raise Refused(f"{path} is of another program, or of a newer one (format {found.format}).")
    return found


def check_mark(folder: Path, manifest: Manifest, index_keys: Mapping[str, bytes]) -> None:
    """Raises Refused for a manifest that none of the installation's keys has marked."""
    if not any(hmac.compare_digest(manifest.mark, _mark(manifest, key)) for key in index_keys.values()):
        raise Refused(f"{folder / MANIFEST} was changed, or belongs to another installation.")


def check_files(folder: Path, manifest: Manifest) -> int:
    """Reads every file of the backup; how many there are. Raises Refused, naming the one that is not as it was."""
    path = folder / LIST
    if not path.is_file():
        raise Refused(f"{path} is missing.")
    if digest_of(path) != manifest.list_sha256:
        raise Refused(f"{path} was changed or cut short.")
    sums = dict(_lines(path))
    for name, digest in sums.items():
        file = folder / name
        if not file.is_file():
            raise Refused(f"{file} is missing.")
        if digest_of(file) != digest:
            raise Refused(f"{file} was changed or cut short.")
    for name in sorted(there(folder) - sums.keys() - {MANIFEST, LIST}):
        raise Refused(f"{folder / name} is no file of this backup.")
    return len(sums)


def there(folder: Path) -> set[str]:
    """Every file below it, by its path from it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if not name or name.startswith("/") or ".." in Path(name).parts:
            raise Refused(f"{path} names what is no file of a backup.")
        yield name, digest


def _mark(manifest: Manifest, index_key: bytes) -> str:
    plain = msgspec.structs.replace(manifest, mark="")
    return hmac.digest(index_key, b"wufen backup|" + msgspec.json.encode(plain), "sha256").hex()
