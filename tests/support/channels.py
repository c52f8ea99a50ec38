"""A city's account with a provider, as its administrator would set it up."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import delete, insert, update

from models.channels.setups import sealed
from models.store import Store
from models.tables import channel_setups, configuration

YAAN = "511800"


async def set_up(store: Store, channel: str, given: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """The city of the tests has an account there from now on."""
    row_id = f"setup-{channel}"
    async with store.database.write() as connection:
        await connection.execute(delete(channel_setups).where(channel_setups.c.id == row_id))
        await connection.execute(
            insert(channel_setups).values(
                id=row_id,
                city_code=YAAN,
                channel=channel,
                active=True,
                given=json.dumps(dict(given), ensure_ascii=False),
                secrets_sealed=sealed(store.vault, row_id, secrets),
                changed_at=store.clock.now(),
                changed_by="test",
            )
        )
        await connection.execute(
            update(configuration).where(configuration.c.topic == "channels").values(revision=store.ids.new())
        )
    await store.configuration.refresh()
