"""Who else lays claim to a service number: accounts that have it, or one that looks like it, and who asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.number_looks import look_of
from models.tables import officers, registrations


@dataclass(frozen=True, slots=True)
class Claims:
    """By how a number looks: how many registrations wait, anywhere; whose account it is."""

    waiting: Mapping[str, int]
    accounts: Mapping[str, str]

    def rivals(self, number: str) -> int:
        """How many registrations wait beside the one for ``number``."""
        return max(0, self.waiting.get(look_of(number), 0) - 1)

    def account(self, number: str) -> str | None:
        """The service number of an account that has this number, or one that looks like it."""
        return self.accounts.get(look_of(number))


async def read(connection: AsyncConnection) -> Claims:
    """All there are now. Ended accounts count: their numbers are in the records and are not given anew."""
    query = select(registrations.c.service_number).where(registrations.c.status == "waiting")
    asked = Counter(look_of(number) for number in (await connection.execute(query)).scalars())
    accounts: dict[str, str] = {}
    for row in await connection.execute(select(officers.c.service_number, officers.c.username)):
        accounts.setdefault(look_of(row.username), row.service_number)
        accounts[look_of(row.service_number)] = row.service_number
    return Claims(asked, accounts)
