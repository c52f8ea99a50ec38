"""The phone simulator: messages arrive in a table, and the page ``/phones`` shows them as phones would.

It stands for phones where none can be reached: the embedded default. Production has real channels.
"""

from __future__ import annotations

from sqlalchemy import select

from models.actions.notices import Claimed
from models.channels.setups import Setup
from models.feed.bell import PHONES
from models.privacy import mask_phone
from models.store import Change, Store
from models.tables import simulator_messages
from workers.channels.message import Accepted, Message, Refused


async def deliver(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    """Shows the message once, however often it is delivered. Raises Refused without a recipient, and in
    production, where nobody would see it and everybody believe that it was sent."""
    if store.settings.production:
        raise Refused("setup", "not_set_up")
    phone, masked = _recipient(store, notice)
    values = {
        "notice_id": notice.id,
        "phone": phone,
        "phone_masked": masked,
        "text_zh": message.zh,
        "text_en": message.en,
        "link": message.link,
        "at": store.clock.now(),
        "channel": notice.channel,
    }

    async def work(change: Change) -> None:
        change.writes.claim(simulator_messages, values, _Refused)

    try:
        await store.commit("simulator", {notice.id}, work)
    except _Refused:
        if not await _shown(store, notice.id):
            raise
    else:
        store.bell.tell(PHONES, {"phone": phone})
    return Accepted(delivered=True)


class _Refused(Exception):
    """The table does not take the message: most likely it has it already."""


async def _shown(store: Store, notice_id: str) -> bool:
    query = select(simulator_messages.c.number).where(simulator_messages.c.notice_id == notice_id)
    async with store.database.read() as connection:
        return (await connection.execute(query)).first() is not None


def _recipient(store: Store, notice: Claimed) -> tuple[str, str]:
    if notice.phone is not None:
        return store.vault.index("contacts.phone", notice.phone).hex(), mask_phone(notice.phone)
    if notice.officer is not None:
        return f"officer-{notice.officer}", notice.officer
    raise Refused("unreachable", "no_address")
