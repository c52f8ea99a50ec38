"""`wufen backup`: the database as it is at one instant, the evidence, and a manifest, while everything runs.

First the database, then the files: a file is on the disk before a row names it, so that whatever the copy names is
there, unless it was cleared away meanwhile, which is told. A folder takes its name when it is whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from models import partial
from models.clock import SystemClock, iso
from models.media import Media, name_of
from models.privacy import fingerprint
from models.settings import Settings
from workers.command.backup import manifest, postgres_copy, sqlite_copy
from workers.command.backup.facts import Facts, facts_of
from workers.command.backup.manifest import Manifest
from workers.command.refusals import Refused

Tell = Callable[[str], None]


@dataclass(slots=True)
class _Files:
    """What was copied, by its path in the backup; what rows name and nobody has; what is not what its name says."""

    sums: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def take(settings: Settings, media: Media, target: Path, *, evidence: bool = True, tell: Tell) -> Manifest:
    """Blocking. ``evidence`` False: files of the media folder or bucket stay out. Raises Refused, OSError; then

    nothing bears the name ``target``.
    """
    _refuse_occupied(target)
    taken_at = SystemClock().now()
    with _draft(target) as folder, _incoming(settings.home) as incoming:
        facts = _database(settings, folder, incoming, tell)
        files = _Files()
        files.sums[_database_file(settings)] = manifest.digest_of(folder / _database_file(settings))
        if evidence:
            _evidence(media, facts, folder, files, tell)
        _beside(settings, incoming.found(), folder, files)
        told = Manifest(
            format=manifest.FORMAT,
            product="wufen",
            version=importlib.metadata.version("wufen"),
            taken_at=iso(taken_at),
            database=_family(settings),
            database_version=facts.version,
            tools=facts.tools,
            schema=facts.schema,
            epoch=facts.epoch,
            heads=facts.heads,
            field_keys={name: fingerprint(key) for name, key in settings.field_keys.items()},
            index_keys={name: fingerprint(key) for name, key in settings.index_keys.items()},
            media=manifest.WITH_IT if evidence else manifest.NOT_IN_IT,
            media_files=sum(name.startswith("media/") for name in files.sums),
            missing=files.missing,
            damaged=files.damaged,
            not_here=manifest.NOT_HERE,
            list_sha256="",
        )
        told = manifest.write(folder, told, files.sums, next(iter(settings.index_keys.values())))
        os.sync()
        _finish(folder, target)
    return told


def _family(settings: Settings) -> str:
    return "sqlite" if make_url(settings.database_url).get_backend_name() == "sqlite" else "postgresql"


def _database_file(settings: Settings) -> str:
    return manifest.SQLITE_FILE if _family(settings) == "sqlite" else manifest.POSTGRESQL_FILE


def _database(settings: Settings, folder: Path, incoming: Incoming, tell: Tell) -> Facts:
    """What is still coming in is held fast before and after the instant of the copy, so that none of it is missed."""
    to = folder / _database_file(settings)
    incoming.hold()
    if _family(settings) == "postgresql":
        facts = asyncio.run(postgres_copy.dump(settings.database_url, to, incoming.hold))
    else:
        path = Path(make_url(settings.database_url).database or "")
        with sqlite_copy.snapshot(path) as source:
            incoming.hold()
            sqlite_copy.room_for(folder, path.stat().st_size)
            sqlite_copy.copy(source, to)
        sqlite_copy.check(to)
        facts = asyncio.run(facts_of(f"sqlite:///{to}"))
    tell(f"Database: {to.stat().st_size:,} bytes, the log up to {sum(facts.heads.values()):,} entries.")
    return facts


def _evidence(media: Media, facts: Facts, folder: Path, files: _Files, tell: Tell) -> None:
    there, size = set(), 0
    for name in media.names():
        try:
            content = media.read(name)
        except FileNotFoundError:
            continue  # cleared away in between; if a row still names it, it is told below
        there.add(name)
        size += len(content)
        path = f"media/{name[:2]}/{name}"
        if name_of(content, name.rpartition(".")[2]) != name:  # type: ignore[arg-type]
            files.damaged.append(name)
        files.sums[path] = _put(folder / path, content)
    files.missing = sorted(facts.named - there)
    tell(f"Evidence: {len(there):,} files, {size:,} bytes.")


def _beside(settings: Settings, incoming: Iterable[Path], folder: Path, files: _Files) -> None:
    """Uploads under way, anchors of the record, the accounts of a sample city, and the boundaries."""
    for held in incoming:
        name = f"incoming/{held.name}"
        files.sums[name] = _put(folder / name, held.read_bytes())
    demo = settings.home / "demo.json"
    beside: tuple[tuple[Path | None, str], ...] = (
        (demo, "beside/demo.json"),
        (settings.boundaries, "beside/boundaries.geojson"),
    )
    anchors = sorted((settings.home / "anchors").glob("*"))
    beside += tuple((path, f"beside/anchors/{path.name}") for path in anchors)
    for path, name in beside:
        if path is not None and path.is_file():
            files.sums[name] = _put(folder / name, path.read_bytes())


def _put(path: Path, content: bytes) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    return hashlib.sha256(content).hexdigest()


class Incoming:
    """Partial files of uploads, held by a second name: who removes one meanwhile removes only its own."""

    def __init__(self, home: Path, held: Path) -> None:
        self._home, self._held = home, held

    def hold(self) -> None:
        """Holds what is there now, besides what is held already."""
        for path in partial.files(self._home):
            held = self._held / path.name
            if not held.exists():
                try:
                    os.link(path, held)
                except FileNotFoundError:
                    continue  # whole, and gone, since we looked

    def found(self) -> list[Path]:
        return sorted(self._held.glob(f"*{partial.SUFFIX}"))


@contextmanager
def _incoming(home: Path) -> Iterator[Incoming]:
    # On the same file system, which a second name needs.
    held = home / "media" / f".held-{os.getpid()}"
    held.mkdir(mode=0o700, parents=True)
    try:
        yield Incoming(home, held)
    finally:
        shutil.rmtree(held, ignore_errors=True)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    draft = target.with_name(f"{target.name}.unfinished-{os.getpid()}")
    draft.mkdir(mode=0o700, parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _finish(draft: Path, target: Path) -> None:
    draft.replace(target)  # an empty folder may be there already
    opened = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refuse_occupied(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(f"{target} is there already; a backup goes into a new folder.")
