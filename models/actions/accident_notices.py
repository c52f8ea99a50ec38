"""What the parties of an accident are told: each gets his own link, on the phone that he entered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert

from models.actions import reach
from models.actions.accident_parties import details_of
from models.actions.accidents import Draft
from models.store import Change
from models.tables import notices


def tell_parties(change: Change, draft: Draft, template: str) -> None:
    """A notice to each; who has entered no phone reads it by the link on the one in his hand."""
    for party in draft.parties.values():
        _tell(change, draft, party, template)


def _tell(change: Change, draft: Draft, party: Row[Any], template: str) -> None:
    store = change.store
    phone = details_of(store, party).phone
    if phone is None or party.token_sealed is None:
        return
    token = store.vault.open("accident_parties.token_sealed", party.id, party.token_sealed)
    notice_id = store.ids.row()
    rung = reach.first(store, draft.changing.now.district, "person", template, change.at)
    row = {
        "id": notice_id,
        "key": f"{draft.row.id}:{draft.changing.now.version}:{template}:{party.side}",
        "incident_id": draft.row.id,
        "template": template,
        "params": '{"kind":"accident"}',
        "secret_sealed": store.vault.seal("notices.secret_sealed", notice_id, token),
        "phone_sealed": store.vault.seal("notices.phone_sealed", notice_id, phone),
        "channel": rung.channel,
        "step": rung.step,
        "status": "queued",
        "created_at": change.at,
        "due_at": change.at,
    }
    # After what ends with the incident: notices that were not sent yet, of which this is none.
    draft.changing.later(insert(notices).values(row))
    change.notices_written = True
