"""An officer calls who is in an accident: the number is told once, to whoever has it, for a reason, on the record.

There is no number between them that hides both (domain: AXB); so a number stands in no page and in no list, and each
call is a look at personal data of its own (个保法 6, 51).
"""

from __future__ import annotations

from models.actions import audit
from models.actions.accident_parties import details_of
from models.actions.accidents import Draft, load_draft
from models.actions.incident_change import actor_of
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Forbidden, InvalidField, NotFound
from models.store import Store

REPORTER = "reporter"


async def number(store: Store, accident_id: str, officer: Officer, who: str, reason: str) -> str:
    """In E.164: of ``reporter`` (what was left to call back), or of party ``a`` or ``b`` (what he entered).

    Raises NotFound (also where no number is known), InvalidField, Forbidden for everybody but the officer who has it;
    that is recorded, too.
    """
    reason = given_reason(reason, shortest=2)
    async with store.change() as change:
        draft = await load_draft(change, accident_id, actor_of(officer))
        has_it = draft.changing.now.officer_id == officer.id and draft.changing.now.status != "closed"
        subject = f"incident:{accident_id}"
        await audit.record(change, officer, "look.phone", subject, reason=reason, success=has_it)
    if not has_it:
        raise Forbidden
    found = _number(store, draft, who)
    if found is None:
        raise NotFound(field="who")
    return found


def _number(store: Store, draft: Draft, who: str) -> str | None:
    if who == REPORTER:
        sealed = draft.row.call_sealed
        return None if sealed is None else store.vault.open("accidents.call_sealed", draft.row.id, sealed)
    party = draft.parties.get(who)
    if party is None:
        raise InvalidField(field="who", why="unknown")
    return details_of(store, party).phone
