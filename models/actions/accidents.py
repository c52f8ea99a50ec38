"""An accident is reported by the answers to the first question alone; what follows is the table ``accident_path``'s.

Where the police are to come, the alert is on the officers' feed with this one transaction, before any form. Else it
waits for the parties. Leaves to others: how the parties join and what they enter (``accident_parties``,
``accident_terms``), and how it is signed or determined (``accident_signing``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Row, select

from models.accident.forms import ANSWERS
from models.actions import accident_limits, deciding
from models.actions.filing import About, Reporter, begin
from models.actions.hazards import district_at
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange, actor_of, load, until_saved
from models.caller import Participant
from models.errors import Forbidden, IllegalTransition, InvalidField, NotFound
from models.geography import Location
from models.incident.happened import step
from models.incident.views import View, district_view, public_view
from models.privacy import PhoneRefused, normalise_phone
from models.store import Change, Store
from models.tables import accident_documents, accident_parties, accidents

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class NewAccident:
    """``answers``: those of ``ANSWERS`` that are yes. ``district``: chosen, for where no place is known.

    ``device`` and ``address`` are hashes (16 bytes); no device: it has no name that we gave it.
    """

    answers: tuple[str, ...]
    location: Location | None = None
    district: str | None = None
    place: str | None = None
    phone: str | None = field(default=None, repr=False)
    device: bytes | None = None
    address: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """``path``: police or settle. ``move``: the cars leave the road. ``rescue``: an ambulance first."""

    view: View
    token: str = field(repr=False)
    participant: str
    path: str
    move: bool
    rescue: bool


async def changed(
    store: Store, work: Callable[[Change], Awaitable[Result]], then: Keeping[Result] | None
) -> Result:
    """``work`` in one transaction, with the answer that is kept of it; again when somebody else was faster."""

    async def whole(change: Change) -> Result:
        result = await work(change)
        if then is not None:
            await then(change, result)
        return result

    return await until_saved(lambda: store.run(whole))


async def report(store: Store, new: NewAccident, *, then: Keeping[Reported] | None = None) -> Reported:
    """Raises InvalidField (an unknown answer, no district, a place or phone that is none), TooManyRequests."""
    if unknown := set(new.answers) - set(ANSWERS):
        raise InvalidField(field=f"answers.{min(unknown)}", why="unknown")
    phone = _phone(new.phone)

    async def work(change: Change) -> Reported:
        return await _report(change, new, phone)

    return await changed(store, work, then)


def _phone(text: str | None) -> str | None:
    try:
        return normalise_phone(text) if text else None
    except PhoneRefused as refused:
        raise InvalidField(field="phone", why=refused.why) from None


async def _report(change: Change, new: NewAccident, phone: str | None) -> Reported:
    store = change.store
    district = await _district(change, new)
    given = {one: one in new.answers for one in ANSWERS}
    decision = deciding.ask(store, "accident_path", district, change.at, given)
    path: Mapping[str, Any] = decision.result
    police = path["path"] == "police"
    await accident_limits.check(
        change, district, path["reason"], device=new.device, address=new.address, alert=police
    )
    about = About("accident", path["reason"], district, new.location, new.place, officers=police)
    token = store.ids.secret()
    begun = await begin(change, about, Reporter(token, "party", new.device, new.address))
    changing, participant = begun.changing, str(begun.participant)
    accident_id = changing.now.id
    row = {
        "id": accident_id,
        "answers": ",".join(one for one in ANSWERS if given[one]),
        "path": path["path"],
        "move": path["move"],
        "rescue": path["rescue"],
        "call_sealed": phone and store.vault.seal("accidents.call_sealed", accident_id, phone),
        "terms": 0,
        "happened_at": change.at,
    }
    changing.add(accidents, row)
    add_party(changing, participant, token, "a")
    deciding.keep(change, accident_id, district, decision)
    changing.save()
    view = public_view(district_view(changing.now, store.texts.call(district)))
    return Reported(view, token, participant, path["path"], path["move"], path["rescue"])


async def _district(change: Change, new: NewAccident) -> str:
    """The one that contains the place, else the one that was chosen, else the nearest one. Raises InvalidField."""
    found = await district_at(change.store, change.connection, new.location, new.district)
    if found is None:
        raise InvalidField(field="district", why="unknown" if new.district else "required")
    return found


def add_party(changing: IncidentChange, participant: str, token: str, side: str) -> None:
    """The party's row, beside its place in the incident."""
    vault = changing.change.store.vault
    changing.add(
        accident_parties,
        {
            "id": participant,
            "accident_id": changing.now.id,
            "side": side,
            "token_sealed": vault.seal("accident_parties.token_sealed", participant, token),
            "complete": False,
        },
    )


@dataclass(slots=True)
class Draft:
    """An accident that is being changed: its row, its parties by side, and the change of its incident."""

    changing: IncidentChange
    row: Row[Any]
    parties: dict[str, Row[Any]]

    def party_of(self, caller: Participant) -> Row[Any]:
        """The caller's own. Raises Forbidden for whoever has none."""
        for party in self.parties.values():
            if party.id == caller.id:
                return party
        raise Forbidden

    def told(self, event: str, **changes: Any) -> None:
        """The other phone hears that something changed; what, it asks for itself."""
        changing = self.changing
        changing.happen(step(changing.now, event, **changes))


async def draft_of(
    change: Change, accident_id: str, caller: Participant, command: str, *, open_only: bool = True
) -> Draft:
    """To be changed by a party. Raises NotFound (another one's, too), Forbidden, IllegalTransition (it is over)."""
    if caller.incident_id != accident_id or caller.role != "party":
        raise NotFound
    draft = await load_draft(change, accident_id, actor_of(caller))
    if open_only and (draft.changing.now.status == "closed" or await _has_document(change, accident_id)):
        raise IllegalTransition(command=command, status=draft.changing.now.status)
    return draft


async def load_draft(change: Change, accident_id: str, actor: str) -> Draft:
    """The same for whoever may. Raises NotFound."""
    seen = await load(change, accident_id)
    row = (await change.connection.execute(select(accidents).where(accidents.c.id == accident_id))).first()
    if row is None:
        raise NotFound
    found = await change.connection.execute(
        select(accident_parties).where(accident_parties.c.accident_id == accident_id)
    )
    parties = {party.side: party for party in found}
    return Draft(IncidentChange(change, seen, seen, actor), row, parties)


async def _has_document(change: Change, accident_id: str) -> bool:
    query = select(accident_documents.c.id).where(
        accident_documents.c.accident_id == accident_id, accident_documents.c.withdrawn_at.is_(None)
    )
    return (await change.connection.execute(query)).first() is not None
