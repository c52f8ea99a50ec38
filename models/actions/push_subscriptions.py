"""Which browsers of an officer are told while he is away from the page: as long as he is signed in there.

Where a browser's messages go is its own address: sealed, told to nobody, gone with the session or when the push service
says that nobody is there any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select

from models.caller import Officer
from models.errors import InvalidField
from models.privacy import SealBroken
from models.store import Change, Store
from models.tables import push_subscriptions, sessions
from models.webpush.client import Subscription, SubscriptionRefused, subscription

MOST = 5  # browsers of one officer; the oldest makes way
SEALED, INDEXED = "push_subscriptions.sealed", "push_subscriptions.endpoint"


@dataclass(frozen=True, slots=True)
class Kept:
    id: str
    to: Subscription


async def keep(store: Store, officer: Officer, endpoint: str, p256dh: str, auth: str) -> None:
    """This browser is told from now on, and whoever was told by it before is not. Raises InvalidField."""
    try:
        subscription(endpoint, p256dh, auth)
    except SubscriptionRefused:
        raise InvalidField(field="endpoint", why="unknown") from None
    index = store.vault.index(INDEXED, endpoint)

    async def work(change: Change) -> None:
        rows = push_subscriptions.c
        mine = select(rows.id).where(rows.officer_id == officer.id).order_by(rows.at.desc()).offset(MOST - 1)
        old = list((await change.connection.execute(mine)).scalars())
        await change.connection.execute(
            delete(push_subscriptions).where(
                or_(rows.endpoint_index == index, rows.session_id == officer.session_id, rows.id.in_(old))
            )
        )
        row_id = store.ids.new()
        await change.connection.execute(
            insert(push_subscriptions).values(
                id=row_id,
                officer_id=officer.id,
                session_id=officer.session_id,
                endpoint_index=index,
                sealed=store.vault.seal(SEALED, row_id, f"{p256dh} {auth} {endpoint}"),
                at=change.at,
            )
        )

    await store.run(work)


async def drop(store: Store, officer: Officer) -> None:
    """This browser is not told any more."""
    async with store.database.write() as connection:
        await connection.execute(
            delete(push_subscriptions).where(push_subscriptions.c.session_id == officer.session_id)
        )


async def of_officer(store: Store, officer_id: str) -> list[Kept]:
    """Where he is told now: only where he is signed in."""
    query = (
        select(push_subscriptions)
        .join(sessions, sessions.c.id == push_subscriptions.c.session_id)
        .where(
            push_subscriptions.c.officer_id == officer_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > store.clock.now(),
        )
        .order_by(push_subscriptions.c.at)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    found = []
    for row in rows:
        try:
            p256dh, auth, endpoint = store.vault.open(SEALED, row.id, row.sealed).split(" ", 2)
        except SealBroken:
            continue
        found.append(Kept(row.id, subscription(endpoint, p256dh, auth)))
    return found


async def gone(store: Store, row_id: str) -> None:
    """The push service says that nobody is there."""
    async with store.database.write() as connection:
        await connection.execute(delete(push_subscriptions).where(push_subscriptions.c.id == row_id))
