"""`wufen keys`: which keys seal, how far a change of them is, and what still uses an older one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar

from models.actions import resealing, rotating
from models.actions.rotating import KINDS, Kind, StillUsed
from models.clock import SystemClock, iso
from models.errors import Conflict
from models.feed.bell import SilentBell
from models.keyring import material
from models.privacy import fingerprint
from models.secrets_file import Secrets, change_rings
from models.settings import Settings
from models.store import Store
from workers.command.refusals import Refused

Answer = TypeVar("Answer")
_WHY = {
    "under_way": "A key is coming already; `wufen keys status` says when it is used.",
    "used_before": "A key of that id was used before: give the new one another.",
    "keys_in_environment": (
        "The keys are in the environment: put the new one behind the present one there on every machine "
        "(id:base64, separated by a comma), restart one after the other, and name it here with --key."
    ),
    "sealing": "That key is the one in use.",
}


def on_store(settings: Settings, do: Callable[[Store], Awaitable[Answer]]) -> Answer:
    """Runs ``do`` on an opened store, and closes it."""

    async def run() -> Answer:
        store = Store.open(settings, bell=SilentBell(), clock=SystemClock())
        try:
            await store.configuration.refresh()
            return await do(store)
        finally:
            await store.close()

    return asyncio.run(run())


def with_store(settings: Settings, do: Callable[[Store], Awaitable[Answer]]) -> Answer:
    """The same for what is about keys. Raises Refused."""
    try:
        return on_store(settings, do)
    except Conflict as error:
        raise Refused(_WHY[str(error.params["why"])]) from None


async def status(store: Store) -> list[str]:
    """What there is to know, a line each."""
    async with store.database.read() as connection:
        rows = await rotating.states(connection)
    rings = dict(zip(KINDS, material(store.settings), strict=True))
    lines: list[str] = []
    for kind in KINDS:
        of_kind = {row.key_id: row for row in rows if row.kind == kind}
        for key_id in dict.fromkeys([*of_kind, *rings[kind]]):
            lines += [line async for line in _line(store, kind, key_id, of_kind, rings[kind])]
    return lines


async def _line(
    store: Store, kind: Kind, key_id: str, rows: dict[str, Any], ring: Mapping[str, bytes]
) -> AsyncIterator[str]:
    row = rows.get(key_id)
    state = (
        row.state if row is not None else ("sealing" if not rows and key_id == next(iter(ring)) else "unused")
    )
    print_ = fingerprint(ring[key_id]) if key_id in ring else "not here"
    yield f"{kind:<6} {key_id:<8} {print_:<17} {_in_words(state, row)}"
    if state == "old":
        for place, count in (await rotating.uses(store, kind, key_id)).items():
            yield f"       still: {place}: {count:,}"
    if state == "sealing" and row is not None and row.since is not None:
        async with store.database.read() as connection:
            left = await resealing.left_to_do(connection, kind, key_id)
        yield (
            f"       {left} places are still gone through." if left else "       Everything was gone through."
        )


def _in_words(state: str, row: Any) -> str:
    if state == "coming":
        return f"comes: known since {iso(row.known_at)}, used {int(rotating.SETTLES.total_seconds())} s later"
    if state == "retired":
        return f"retired {iso(row.retired_at)}"
    if state == "sealing":
        return "in use" if row is None or row.since is None else f"in use since {iso(row.since)}"
    return {"old": "old: opens and finds what is not made anew yet", "unused": "never used"}[state]


def rotate(settings: Settings, kinds: tuple[Kind, ...], key_id: str | None) -> Iterator[str]:
    """A sentence for each key that comes. Raises Refused."""
    for kind in kinds:
        made = with_store(settings, lambda store, kind=kind: rotating.begin(store, kind, key_id))  # type: ignore[misc]
        yield (
            f"The {kind} key {made} is known to every process within seconds, and used by all of them "
            f"{int(rotating.SETTLES.total_seconds())} seconds from now, if a worker lives."
        )


def retire(settings: Settings, kind: Kind, key_id: str) -> None:
    """The key leaves the ring; in `secrets.json` it is put aside for old backups. Raises Refused, with what uses it."""
    try:
        with_store(settings, lambda store: rotating.retire(store, kind, key_id))
    except StillUsed as error:
        lines = [f"  {place}: {count:,}" for place, count in error.uses.items()]
        raise Refused("\n".join([f"The {kind} key {key_id} is still needed:", *lines])) from None
    ring = "field_keys" if kind == "field" else "index_keys"

    def change(kept: Secrets) -> None:
        key = kept[ring].pop(key_id, None)  # type: ignore[literal-required]
        if key is not None:
            kept["retired"].setdefault(ring, {})[key_id] = key

    if settings.keeps_field_keys if kind == "field" else settings.keeps_index_keys:
        change_rings(settings.home, change)
