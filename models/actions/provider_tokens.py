"""Tokens that a provider gives for some hours, one for all our processes.

An account has one token at a time, and whoever asks for another may make the first worthless. So it is a row, sealed;
whoever finds it about to end takes a lease by compare-and-set and renews it, and all others go on with the old one as
long as it lasts, or wait. A process that dies in between leaves its lease to run out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from models.actions.rows import insert_if_absent
from models.privacy import SealBroken
from models.providers.failures import Limited, Transient
from models.providers.tokens import Fetched
from models.store import Change, Store
from models.tables import provider_tokens

# Renewed so long before its end. The platform itself makes a new one five minutes before, and lets the old one live on.
EARLY = timedelta(minutes=4)
LEASE = timedelta(seconds=15)
LOOKS, APART_SECONDS = 60, 0.1  # of whoever waits for another's renewal
# By force: so far apart, and so often a day (the platform's limits).
FORCED_APART, FORCED_A_DAY = timedelta(seconds=30), 20
_COLUMN = "provider_tokens.value_sealed"


# Asks the provider; True: for another one than it gave last. Raises ProviderFailure.
Fetch = Callable[[bool], Awaitable[Fetched]]


@dataclass(frozen=True, slots=True)
class _Kept:
    value: str | None = field(repr=False)
    expires_at: datetime | None
    forced_at: datetime | None
    forced_today: int


async def token(store: Store, name: str, fetch: Fetch, *, refused: str | None = None) -> str:
    """The account's token. ``refused``: one that the provider does not take any more, although its time is not over.

    Raises whatever ``fetch`` raises, Limited when it may not be renewed by force now, Transient when another process
    is at it and does not come to an end.
    """
    for _ in range(LOOKS):
        kept = await _read(store, name)
        good = kept is not None and kept.value is not None and kept.value != refused
        left = kept.expires_at - store.clock.now() if kept and kept.expires_at else timedelta(0)
        if good and left > EARLY:
            return str(kept and kept.value)
        lease = await _claim(store, name)
        if lease is not None:
            return await _renew(store, name, lease, fetch, refused)
        if good and left > timedelta(0):
            return str(kept and kept.value)
        await asyncio.sleep(APART_SECONDS)
    raise Transient("token_not_there")


async def _read(store: Store, name: str) -> _Kept | None:
    query = select(provider_tokens).where(provider_tokens.c.name == name)
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    return None if row is None else _kept(store, row)


def _kept(store: Store, row: Any) -> _Kept:
    value = None
    if row.value_sealed is not None:
        try:
            value = store.vault.open(_COLUMN, row.name, row.value_sealed)
        except SealBroken:  # sealed under keys that are gone: as if there were none
            value = None
    return _Kept(value, row.expires_at, row.forced_at, row.forced_today)


async def _claim(store: Store, name: str) -> str | None:
    """Our lease, or None while somebody else has one."""
    lease = store.ids.secret()

    async def work(change: Change) -> bool:
        await insert_if_absent(change.connection, provider_tokens, {"name": name})
        free = or_(provider_tokens.c.lease_until.is_(None), provider_tokens.c.lease_until <= change.at)
        taken = await change.connection.execute(
            update(provider_tokens)
            .where(provider_tokens.c.name == name, free)
            .values(lease=lease, lease_until=change.at + LEASE)
        )
        return taken.rowcount == 1

    return lease if await store.run(work) else None


async def _renew(store: Store, name: str, lease: str, fetch: Fetch, refused: str | None) -> str:
    """With the lease in hand. Somebody may have renewed it between our look and our lease."""
    try:
        kept = await _read(store, name)
        assert kept is not None
        left = kept.expires_at - store.clock.now() if kept.expires_at else timedelta(0)
        if kept.value is not None and kept.value != refused and left > EARLY:
            await _put(store, name, lease)
            return kept.value
        found, forced = await fetch(False), {}
        if found.value == refused:
            forced = _forcing(store, kept)
            found = await fetch(True)
    except BaseException:
        await asyncio.shield(_put(store, name, lease))
        raise
    await _put(
        store,
        name,
        lease,
        value_sealed=store.vault.seal(_COLUMN, name, found.value),
        expires_at=store.clock.now() + timedelta(seconds=found.seconds),
        **forced,
    )
    return found.value


def _forcing(store: Store, kept: _Kept) -> dict[str, Any]:
    """What is noted of a renewal by force; raises Limited where there were too many."""
    now = store.clock.now()
    last = kept.forced_at
    today = kept.forced_today if last is not None and last.date() == now.date() else 0
    if last is not None and last > now - FORCED_APART:
        raise Limited("token_refused", None, last + FORCED_APART - now)
    if today >= FORCED_A_DAY:
        raise Limited("token_refused", None, timedelta(hours=1))
    return {"forced_at": now, "forced_today": today + 1}


async def _put(store: Store, name: str, lease: str, **values: Any) -> None:
    """Gives the lease back, with what was got if anything was; nothing where it has run out and is another's."""
    async with store.database.write() as connection:
        await connection.execute(
            update(provider_tokens)
            .where(provider_tokens.c.name == name, provider_tokens.c.lease == lease)
            .values(lease=None, lease_until=None, **values)
        )
