"""Who waits for an account, as the administrator who decides sees it: with whatever speaks against a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.actions import number_claims
from models.actions.number_claims import Claims
from models.actions.registrations import NAME
from models.clock import iso
from models.incident.views import View
from models.store import Store
from models.tables import registrations


async def waiting(store: Store, codes: Sequence[str]) -> list[View]:
    """Those of some districts that wait, the oldest first; with names, since somebody has to know who it is.

    ``rivals``: how many others wait, in any district, under a number that is or looks the same. ``account``: the number
    of an account that is or looks the same; None if there is none.
    """
    query = (
        select(registrations)
        .where(registrations.c.district.in_(sorted(codes)), registrations.c.status == "waiting")
        .order_by(registrations.c.at)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
        claims = await number_claims.read(connection)
    return [_view(store, row, claims) for row in rows]


def _view(store: Store, row: Any, claims: Claims) -> View:
    return {
        "id": row.id,
        "door": row.door,
        "service_number": row.service_number,
        "unit": row.unit,
        "name": store.vault.open(NAME, row.id, row.name_sealed),
        "district": row.district,
        "at": iso(row.at),
        "rivals": claims.rivals(row.service_number),
        "account": claims.account(row.service_number),
    }
