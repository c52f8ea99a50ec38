"""`wufen restore`: everything is checked first, then the database and the files change places, under a new epoch.

Until the last step the present database stays where it is. What was there is kept aside (SQLite and the media folder)
or goes in the same transaction in which the new one comes (PostgreSQL). Leaves to others: stopping and starting.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as replace_settings
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from models.clock import SystemClock
from models.database import Database
from models.media import Folder, Media
from models.migrate import config_for
from models.privacy import fingerprint
from models.secrets_file import Secrets, change_rings, retired_rings
from models.settings import Settings
from workers.command.backup import manifest, postgres_copy, sqlite_copy
from workers.command.backup.manifest import Manifest
from workers.command.epochs import EPOCH_BYTES, anchor_epoch, begin_epoch
from workers.command.refusals import Refused
from workers.command.supervisor.ground import only_instance

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """``aside``: where what was there before is kept, to be removed by hand once nobody wants it any more."""

    told: Manifest
    epoch: str
    media_files: int
    aside: list[Path]


def restore(settings: Settings, media: Media, source: Path, *, replace: bool, tell: Tell) -> Restored:
    """Blocking. ``replace``: what is there may go. Raises Refused, GroundError, OSError; until it says that it puts

    things in place, nothing was touched.
    """
    told = manifest.read(source)
    settings, returning = _with_retired(settings)
    _check_keys(settings, source, told)
    tell(f"Checking the backup of {told.taken_at} (Wufen {told.version}, {told.database}) …")
    count = manifest.check_files(source, told)
    _check_schema(told)
    tell(f"All {count:,} files are as they were.")
    with only_instance(settings.home):
        target = _Target(settings, media, source, told)
        target.check(replace)
        tell("Putting it in place …")
        if returning:
            change_rings(settings.home, lambda kept: _return_keys(kept, told))
        return target.put()


def _with_retired(settings: Settings) -> tuple[Settings, bool]:
    """With the keys that were put aside for backups of their time, and whether there are any."""
    fields, indexes = retired_rings(settings.home) if settings.keeps_field_keys else ({}, {})
    with_them = replace_settings(
        settings,
        field_keys={**fields, **settings.field_keys},
        index_keys={**indexes, **settings.index_keys},
    )
    return with_them, bool(fields or indexes)


def _return_keys(kept: Secrets, told: Manifest) -> None:
    for ring, wanted in (("field_keys", told.field_keys), ("index_keys", told.index_keys)):
        aside = kept["retired"].get(ring, {})
        for name in wanted.keys() & aside.keys():
            kept[ring][name] = aside.pop(name)  # type: ignore[literal-required]


def _check_keys(settings: Settings, source: Path, told: Manifest) -> None:
    manifest.check_mark(source, told, settings.index_keys)
    rings = (("field", told.field_keys, settings.field_keys), ("index", told.index_keys, settings.index_keys))
    for kind, wanted, ring in rings:
        have = {name: fingerprint(key) for name, key in ring.items()}
        lacking = [f"{name} ({print_})" for name, print_ in wanted.items() if have.get(name) != print_]
        if lacking:
            raise Refused(
                f"The {kind} keys {', '.join(lacking)} of that time are not here: put the secrets.json of then into "
                f"{settings.home}, or the keys into the environment. They are in no backup."
            )


def _check_schema(told: Manifest) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(config_for()).walk_revisions()}
    if told.schema not in known:
        raise Refused(
            f"The backup is of a newer Wufen ({told.version}, schema {told.schema}): install that first."
        )


class _Target:
    """Where the backup goes."""

    def __init__(self, settings: Settings, media: Media, source: Path, told: Manifest) -> None:
        self._settings, self._media, self._source, self._told = settings, media, source, told
        self._stamp = f"before-{SystemClock().now():%Y%m%dT%H%M%SZ}"
        self._sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
        self._tools: Path | None = None

    @property
    def _path(self) -> Path:
        return Path(make_url(self._settings.database_url).database or "")

    def check(self, replace: bool) -> None:
        """Raises Refused: another kind of database, something there, no room, no tools."""
        if self._told.database != ("sqlite" if self._sqlite else "postgresql"):
            raise Refused(
                f"The backup is of {self._told.database}, and WUFEN_DATABASE_URL names another kind."
            )
        if self._sqlite:
            occupied = self._path.exists()
            dumped = self._source / manifest.SQLITE_FILE
            sqlite_copy.check(dumped)
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sqlite_copy.room_for(self._path.parent, dumped.stat().st_size)
        else:
            dumped = self._source / manifest.POSTGRESQL_FILE
            fits = postgres_copy.check_fits(self._settings.database_url, dumped)
            self._tools, occupied = asyncio.run(fits)
        full = self._told.media_files and next(self._media.names(), None) is not None
        if (occupied or full) and not replace:
            what = " and ".join(("the database",) * occupied + ("the place of evidence",) * bool(full))
            raise Refused(
                f"Nothing was changed: {what} here is not empty. With --replace what is there goes."
            )

    def put(self) -> Restored:
        with _cleared_up(self._settings.home / f"media.{self._stamp}.new") as fresh:
            return self._put(fresh)

    def _put(self, fresh: Path) -> Restored:
        aside: list[Path] = []
        count = self._put_media(fresh, aside)
        epoch = self._put_sqlite(aside) if self._sqlite else self._put_postgresql()
        self._put_beside()
        return Restored(self._told, epoch, count, aside)

    def _put_sqlite(self, aside: list[Path]) -> str:
        draft = self._path.with_name(f"{self._path.name}.{self._stamp}.new")
        shutil.copyfile(self._source / manifest.SQLITE_FILE, draft)
        draft.chmod(0o600)
        epoch = asyncio.run(_new_epoch(f"sqlite:///{draft}", self._settings.anchor_keys))
        with sqlite_copy.one_file(draft):
            kept = self._path.with_name(f"{self._path.name}.{self._stamp}")
            if sqlite_copy.put_in_place(draft, self._path, kept) is not None:
                aside.append(kept)
        return epoch

    def _put_postgresql(self) -> str:
        assert self._tools is not None
        epoch = secrets.token_urlsafe(EPOCH_BYTES)  # letters, digits, - and _
        last = (
            "INSERT INTO public.epochs (number, epoch, began_at) "
            f"SELECT coalesce(max(number), 0) + 1, '{epoch}', clock_timestamp() FROM public.epochs;"
        )
        dumped = self._source / manifest.POSTGRESQL_FILE
        postgres_copy.load(self._settings.database_url, self._tools, dumped, last)
        asyncio.run(_anchor(self._settings.database_url, self._settings.anchor_keys))
        return epoch

    def _put_media(self, fresh: Path, aside: list[Path]) -> int:
        """A folder changes places as a whole; into a bucket goes what it lacks."""
        names = [Path(name) for name in sorted(manifest.there(self._source)) if name.startswith("media/")]
        incoming = sorted(self._source.glob("incoming/*"))
        here = self._settings.home / "media"
        if self._told.media == manifest.NOT_IN_IT:
            fresh = here  # it takes none away
        elif isinstance(self._media, Folder):
            (fresh / "incoming").mkdir(mode=0o700, parents=True)
            for name in names:
                _copy(self._source / name, fresh / name.relative_to("media"))
        else:
            fresh = here
            for name in names:
                self._media.keep((self._source / name).read_bytes(), name.suffix[1:])  # type: ignore[arg-type]
        for path in incoming:
            _copy(path, fresh / "incoming" / path.name)
        if fresh != here:
            if here.exists():
                kept = here.with_name(f"media.{self._stamp}")
                here.replace(kept)
                aside.append(kept)
            fresh.replace(here)
        return len(names)

    def _put_beside(self) -> None:
        for anchor in sorted(self._source.glob("beside/anchors/*")):
            kept = self._settings.home / "anchors" / anchor.name
            if not kept.exists():
                _copy(anchor, kept)
        boundaries = self._settings.boundaries
        for name, to in (
            ("demo.json", self._settings.home / "demo.json"),
            ("boundaries.geojson", boundaries),
        ):
            path = self._source / "beside" / name
            if path.is_file() and to is not None and not (name == "boundaries.geojson" and to.exists()):
                _copy(path, to)


async def _new_epoch(url: str, anchor_keys: Mapping[str, bytes]) -> str:
    database = Database.open(url)
    try:
        return await begin_epoch(database, anchor_keys)
    finally:
        await database.close()


async def _anchor(url: str, anchor_keys: Mapping[str, bytes]) -> None:
    database = Database.open(url)
    try:
        await anchor_epoch(database, anchor_keys)
    finally:
        await database.close()


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(path, to)
    to.chmod(0o600)


@contextmanager
def _cleared_up(folder: Path) -> Iterator[Path]:
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
