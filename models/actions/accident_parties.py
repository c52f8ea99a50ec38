"""The parties of an accident: the second one joins by a code on the first one's phone, or on that phone itself.

Each enters own data and nobody else's. The code is good once, for ten minutes, and stands in the tables as a digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select, update

from models import plates
from models.accident.details import Details, checked
from models.actions import consequences
from models.actions.accidents import Draft, add_party, changed, draft_of, load_draft
from models.actions.filing import Reporter
from models.actions.idempotency import Keeping
from models.caller import Participant
from models.errors import Conflict, InvalidField
from models.incident.transitions import next_status
from models.incident.views import View, district_view, public_view
from models.store import Change, Store
from models.tables import accident_parties, accidents

DETAILS = "accident_parties.details_sealed"
CODE_DIGITS = 8
CODE_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the second phone scans or types, told only now; the one before it is good no more."""

    code: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """The second party's own token."""

    view: View
    token: str = field(repr=False)
    participant: str


async def invite(
    store: Store, accident_id: str, caller: Participant, *, then: Keeping[Invitation] | None = None
) -> Invitation:
    """Raises Forbidden, IllegalTransition, Conflict (both are there)."""

    async def work(change: Change) -> Invitation:
        draft = await draft_of(change, accident_id, caller, "join")
        draft.party_of(caller)
        _refuse_third(draft)
        made = Invitation(store.ids.digits(CODE_DIGITS), change.at + CODE_LASTS)
        change.writes.later(
            update(accidents)
            .where(accidents.c.id == accident_id)
            .values(join_digest=_digests(store, made.code)[0], join_until=made.until)
        )
        return made

    return await changed(store, work, then)


def _digests(store: Store, code: str) -> tuple[bytes, ...]:
    return store.vault.indexes("accidents.join_digest", code)


def _refuse_third(draft: Draft) -> None:
    if "b" in draft.parties:
        raise Conflict(why="both_there")


async def join(
    store: Store,
    code: str,
    *,
    device: bytes | None,
    address: bytes | None,
    then: Keeping[Joined] | None = None,
) -> Joined:
    """By the code, from another phone. Raises InvalidField (none of ours, used, or too late), IllegalTransition."""
    plain = "".join(one for one in code if one.isdigit())

    async def work(change: Change) -> Joined:
        query = select(accidents.c.id).where(
            accidents.c.join_digest.in_(_digests(store, plain)), accidents.c.join_until > change.at
        )
        accident_id = (await change.connection.execute(query)).scalar_one_or_none()
        if len(plain) != CODE_DIGITS or accident_id is None:
            raise InvalidField(field="code", why="expired")
        draft = await load_draft(change, accident_id, "party")
        return _second(change, draft, device, address)

    return await changed(store, work, then)


async def beside(
    store: Store, accident_id: str, caller: Participant, *, then: Keeping[Joined] | None = None
) -> Joined:
    """The second party takes the same phone, and has a token of his own. Raises as ``invite``."""

    async def work(change: Change) -> Joined:
        draft = await draft_of(change, accident_id, caller, "join")
        draft.party_of(caller)
        return _second(change, draft, None, None)

    return await changed(store, work, then)


def _second(change: Change, draft: Draft, device: bytes | None, address: bytes | None) -> Joined:
    _refuse_third(draft)
    changing, store = draft.changing, change.store
    next_status("accident", changing.now.status, "join")
    token, participant = store.ids.secret(), store.ids.row()
    draft.told("party_joined", requesters=changing.now.requesters + 1)
    person = consequences.person_of(change, Reporter(token, "party", device, address), participant)
    consequences.joined(changing, token=token, person=person, role="party")
    add_party(changing, participant, token, "b")
    changing.later(
        update(accidents).where(accidents.c.id == draft.row.id).values(join_digest=None, join_until=None)
    )
    changing.save()
    call = store.texts.call(changing.now.district)
    return Joined(public_view(district_view(changing.now, call)), token, participant)


async def enter(
    store: Store,
    accident_id: str,
    caller: Participant,
    given: Details,
    *,
    then: Keeping[int] | None = None,
) -> int:
    """The party's own data, as far as they are known; what was signed before is not signed any more.

    Returns the version of the terms. Raises InvalidField, Forbidden, IllegalTransition.
    """
    details = checked(given)

    async def work(change: Change) -> int:
        draft = await draft_of(change, accident_id, caller, "enter")
        party = draft.party_of(caller)
        sealed = store.vault.seal_bytes(DETAILS, party.id, msgspec.json.encode(details))
        draft.told("drafted")
        draft.changing.later(
            update(accident_parties)
            .where(accident_parties.c.id == party.id)
            .values(
                details_sealed=sealed,
                plate_masked=details.plate and plates.mask(details.plate),
                complete=details.complete,
            )
        )
        terms = unsign(draft)
        draft.changing.save()
        return terms

    return await changed(store, work, then)


def unsign(draft: Draft, **changes: object) -> int:
    """A new version of what is signed, with ``changes`` of the accident; every signature is to be given anew."""
    terms: int = draft.row.terms + 1
    draft.changing.later(
        update(accidents).where(accidents.c.id == draft.row.id).values(terms=terms, **changes)
    )
    draft.changing.later(
        update(accident_parties)
        .where(accident_parties.c.accident_id == draft.row.id)
        .values(signed_terms=None, signed_at=None, signature_sealed=None, signature_sha256=None)
    )
    return terms


def details_of(store: Store, party: Any) -> Details:
    """What the party has entered so far."""
    sealed = party.details_sealed
    if sealed is None:
        return Details()
    content = store.vault.open_bytes(DETAILS, party.id, sealed)
    return msgspec.json.decode(content, type=Details)
