"""How far the review of a determination is, for its parties and the district's officers; and which are open.

What was asked in words is for whoever asked and for officers; the conclusion is for all of them (处理程序规定 78).
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accident import reviews as rules
from models.accident.reviews import Words, state_of
from models.actions import report_steps
from models.actions.accident_reviews import CONCLUSION, WORDS
from models.clock import iso, iso_or_none
from models.reports.working_days import left
from models.store import Store
from models.tables import accident_documents, accident_parties, accident_receipts, accident_reviews, incidents

View = dict[str, Any]
MOST_OPEN = 200


async def review_of(
    store: Store, connection: AsyncConnection, accident_id: str, you: str | None, *, is_officer: bool
) -> View | None:
    """``you``: the side of the party who looks. None: nobody has asked for one."""
    query = (
        select(accident_reviews, accident_parties.c.side)
        .join(accident_parties, accident_parties.c.id == accident_reviews.c.party_id)
        .where(accident_reviews.c.accident_id == accident_id)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    view: View = {
        "state": state_of(row),
        "document": row.document_id,
        "side": row.side,
        "requested_at": iso(row.requested_at),
        "forward_by": iso(row.forward_by),
        "forwarded_at": iso_or_none(row.forwarded_at),
        "decide_by": iso_or_none(row.decide_by),
        "decided_at": iso_or_none(row.decided_at),
        "redo_by": iso_or_none(row.redo_by),
        "reviewers": row.reviewers,
        "conclusion": row.conclusion_sealed and store.vault.open(CONCLUSION, row.id, row.conclusion_sealed),
        "words": None,
    }
    if row.words_sealed is not None and (is_officer or you == row.side):
        content = store.vault.open_bytes(WORDS, row.id, row.words_sealed)
        view["words"] = msgspec.to_builtins(msgspec.json.decode(content, type=Words))
    return view


async def ask_by(connection: AsyncConnection, district: str, documents: list[Row[Any]]) -> str | None:
    """Until when the determination that counts may be asked to be reviewed; None where none counts."""
    for one in documents:
        if one.kind == "determination" and one.withdrawn_at is None:
            return iso(rules.ask_by(one.made_at, await report_steps.exceptions(connection, district)))
    return None


async def receipts_of(connection: AsyncConnection, documents: list[str]) -> dict[str, list[View]]:
    """Who signed for which document, or refused; by document."""
    query = (
        select(accident_receipts, accident_parties.c.side)
        .join(accident_parties, accident_parties.c.id == accident_receipts.c.party_id)
        .where(accident_receipts.c.document_id.in_(documents))
        .order_by(accident_parties.c.side)
    )
    found: dict[str, list[View]] = {one: [] for one in documents}
    for row in await connection.execute(query):
        found[row.document_id].append({"side": row.side, "answer": row.answer, "at": iso(row.at)})
    return found


async def open_reviews(store: Store, district: str) -> list[View]:
    """Those that somebody still has to pass on or to conclude, the most urgent first."""
    query = (
        select(accident_reviews, accident_parties.c.side, incidents.c.place, accident_documents.c.code)
        .join(accident_parties, accident_parties.c.id == accident_reviews.c.party_id)
        .join(accident_documents, accident_documents.c.id == accident_reviews.c.document_id)
        .join(incidents, incidents.c.id == accident_reviews.c.accident_id)
        .where(incidents.c.district == district)
        .where(accident_reviews.c.withdrawn_at.is_(None), accident_reviews.c.outcome.is_(None))
        .limit(MOST_OPEN)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
        exceptions = await report_steps.exceptions(connection, district)
    now = store.clock.now()
    found = []
    for row in sorted(rows, key=lambda one: one.decide_by or one.forward_by):
        due_by = row.decide_by or row.forward_by
        days = (due_by - now).days if row.decide_by else left(now, due_by, exceptions)
        found.append(
            {
                "incident": row.accident_id,
                "state": state_of(row),
                "side": row.side,
                "place": row.place,
                "code": row.code,
                "requested_at": iso(row.requested_at),
                "due_by": iso(due_by),
                "days_left": None if now >= due_by else days,
            }
        )
    return found
