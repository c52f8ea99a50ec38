"""That a determination reached its parties (事故处理程序规定 24): each signs for it, or refuses, which is noted.

Once said it stays; signing for it is no agreement with it, and takes nobody's review or day in court.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from models.accident import signature
from models.actions import audit
from models.actions.accidents import Draft, changed, draft_of, load_draft
from models.actions.idempotency import Keeping
from models.actions.incident_change import actor_of
from models.caller import Officer, Participant
from models.errors import Conflict, Forbidden, InvalidField
from models.store import Change, Store
from models.tables import accident_documents
from models.tables import accident_receipts as receipts

SIGNATURE = "accident_receipts.signature_sealed"


async def receive(
    store: Store,
    accident_id: str,
    caller: Participant,
    strokes: Sequence[Sequence[Sequence[int]]] | None,
    *,
    then: Keeping[str] | None = None,
) -> str:
    """``strokes``: signed; None: refused. Returns which. Raises NotFound, Forbidden, InvalidField, Conflict (nothing to

    receive, or said before).
    """
    hand = None if strokes is None else signature.written(signature.strokes(strokes))

    async def work(change: Change) -> str:
        draft = await draft_of(change, accident_id, caller, "receive", open_only=False)
        party = draft.party_of(caller)
        values: dict[str, Any] = {"answer": "refused"}
        if hand is not None:
            sealed = store.vault.seal_bytes(SIGNATURE, party.id, hand)
            values = {
                "answer": "signed",
                "signature_sealed": sealed,
                "signature_sha256": signature.sha256(hand),
            }
        await _put(change, draft, party, values)
        return str(values["answer"])

    return await changed(store, work, then)


async def note_refusal(
    store: Store, accident_id: str, officer: Officer, side: str, *, then: Keeping[str] | None = None
) -> str:
    """A party refuses to sign or to take it, the officer says. Raises NotFound, Forbidden, InvalidField, Conflict."""

    async def work(change: Change) -> str:
        draft = await load_draft(change, accident_id, actor_of(officer))
        if draft.changing.now.district not in officer.districts:
            raise Forbidden
        party = draft.parties.get(side)
        if party is None:
            raise InvalidField(field="side", why="unknown")
        await _put(change, draft, party, {"answer": "refused", "noted_by": officer.service_number})
        await audit.record(change, officer, "note_refusal", f"incident:{accident_id}", reason=side)
        return "refused"

    return await changed(store, work, then)


async def _put(change: Change, draft: Draft, party: Any, values: dict[str, Any]) -> None:
    query = select(accident_documents.c.id).where(
        accident_documents.c.accident_id == draft.row.id,
        accident_documents.c.kind == "determination",
        accident_documents.c.withdrawn_at.is_(None),
    )
    document_id = (await change.connection.execute(query)).scalar_one_or_none()
    if document_id is None:
        raise Conflict(why="no_determination")
    same = (receipts.c.document_id == document_id, receipts.c.party_id == party.id)
    if (await change.connection.execute(select(receipts.c.at).where(*same))).first() is not None:
        raise Conflict(why="received")
    draft.told("received")
    row = {
        "id": change.store.ids.new(),
        "document_id": document_id,
        "party_id": party.id,
        "at": change.at,
        **values,
    }
    draft.changing.later(insert(receipts).values(row))
    draft.changing.save()
