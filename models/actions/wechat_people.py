"""Who can be told by WeChat: an owner's contact and his openid, kept because he said so, gone when he says so.

The openid is sealed and shown to nobody. It belongs to one contact of one official account's city; a contact that comes
from another phone takes the place of the first.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit
from models.actions.rows import insert_if_absent
from models.caller import Participant
from models.errors import NotFound
from models.privacy import SealBroken
from models.store import Change, Store
from models.tables import contact_channels, districts, incidents, participants
from models.wechat.setup import CHANNEL

SEALED, INDEXED = "contact_channels.address_sealed", "contact_channels.wechat"


async def city_of(store: Store, owner: Participant) -> str:
    """The city whose account tells this owner."""
    query = (
        select(districts.c.city_code)
        .join(incidents, incidents.c.district == districts.c.code)
        .where(incidents.c.id == owner.incident_id)
    )
    async with store.database.read() as connection:
        city: str = (await connection.execute(query)).scalar_one()
    return city


async def is_linked(store: Store, owner: Participant) -> bool:
    """Whether the owner's contact is told by WeChat."""
    async with store.database.read() as connection:
        contact = await _contact(connection, owner)
        query = select(contact_channels.c.id).where(
            contact_channels.c.contact_id == contact,
            contact_channels.c.channel == CHANNEL,
            contact_channels.c.allowed,
            contact_channels.c.address_sealed.is_not(None),
        )
        return (await connection.execute(query)).first() is not None


async def link(store: Store, owner: Participant, openid: str) -> None:
    """From now on he is told by WeChat: he has tapped that he wants it, and the platform says who he is.

    Raises NotFound for an owner who is no contact.
    """

    async def work(change: Change) -> None:
        contact = await _contact(change.connection, owner)
        row_id, where = store.ids.new(), {"contact_id": contact, "channel": CHANNEL}
        first = {"id": row_id, "changed_at": change.at, "allowed": True, **where}
        if not await insert_if_absent(change.connection, contact_channels, first):
            query = select(contact_channels.c.id).filter_by(**where).with_for_update()
            row_id = (await change.connection.execute(query)).scalar_one()
        await change.connection.execute(
            update(contact_channels)
            .where(contact_channels.c.id == row_id)
            .values(
                address_sealed=store.vault.seal(SEALED, row_id, openid),
                address_index=store.vault.index(INDEXED, openid),
                allowed=True,
                changed_at=change.at,
            )
        )
        await audit.record(change, owner, "link_wechat", f"contact:{contact}")

    await store.run(work)


async def unlink(store: Store, owner: Participant) -> None:
    """He is not told by WeChat any more, and his openid is gone. Done twice it is done."""

    async def work(change: Change) -> None:
        contact = await _contact(change.connection, owner)
        done = await change.connection.execute(
            update(contact_channels)
            .where(
                contact_channels.c.contact_id == contact,
                contact_channels.c.channel == CHANNEL,
                contact_channels.c.address_sealed.is_not(None),
            )
            .values(address_sealed=None, address_index=None, allowed=False, changed_at=change.at)
        )
        if done.rowcount:
            await audit.record(change, owner, "unlink_wechat", f"contact:{contact}")

    await store.run(work)


async def openid_of(store: Store, contact_id: str) -> str | None:
    """The address to tell a contact at, None without one, or when he does not want it."""
    query = select(contact_channels.c.id, contact_channels.c.address_sealed).where(
        contact_channels.c.contact_id == contact_id,
        contact_channels.c.channel == CHANNEL,
        contact_channels.c.allowed,
        contact_channels.c.address_sealed.is_not(None),
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        return None
    try:
        return store.vault.open(SEALED, row.id, row.address_sealed)
    except SealBroken:
        return None


async def _contact(connection: AsyncConnection, owner: Participant) -> str:
    query = select(participants.c.contact_id).where(
        participants.c.id == owner.id, participants.c.role == "owner"
    )
    contact: str | None = (await connection.execute(query)).scalar_one_or_none()
    if contact is None:
        raise NotFound
    return contact
