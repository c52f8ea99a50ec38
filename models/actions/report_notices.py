"""What those who left a phone are told of their report: that it was decided, or that more is needed.

Without a link: nobody but the reporter has it, and a message may be read by others. It says to open the page again.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from models.actions import reach
from models.store import Change
from models.tables import cities, districts, notices, reporters

CONTACT = "reporters.contact_sealed"
# By the state in which the report now is.
TEMPLATES = {
    "verified": "report_verified",
    "rejected": "report_rejected",
    "duplicate": "report_duplicate",
    "lapsed": "report_lapsed",
    "more": "report_more",
}


async def tell(change: Change, row: Any, state: str, version: int) -> None:
    """A notice to each who left a phone; none for a state that is no news to him."""
    template = TEMPLATES.get(state)
    if template is None:
        return
    query = select(reporters.c.id, reporters.c.contact_sealed).where(
        reporters.c.report_id == row.id, reporters.c.contact_sealed.is_not(None)
    )
    people = (await change.connection.execute(query)).all()
    if not people:
        return
    platform = (
        select(cities.c.platform)
        .join(districts, districts.c.city_code == cities.c.code)
        .where(districts.c.code == row.district)
    )
    params: dict[str, Any] = {
        "kind": "report",
        "reason": row.offence,
        "plate": row.plate_masked,
        "platform": (await change.connection.execute(platform)).scalar_one(),
    }
    rung = reach.first(change.store, row.district, "person", template, change.at)
    by = {
        "city_code": change.store.texts.city_of(row.district),
        "channel": rung.channel,
        "step": rung.step,
    }
    for person in people:
        _write(change, person, f"{row.id}:{version}", template, params, by)


def _write(
    change: Change, person: Any, key: str, template: str, params: dict[str, Any], by: dict[str, Any]
) -> None:
    store, notice_id = change.store, change.store.ids.row()
    phone = store.vault.open(CONTACT, person.id, bytes(person.contact_sealed))
    change.writes.add(
        notices,
        {
            "id": notice_id,
            "key": f"{key}:{template}:{person.id}",
            "template": template,
            "params": json.dumps(params, ensure_ascii=False),
            "phone_sealed": store.vault.seal("notices.phone_sealed", notice_id, phone),
            **by,
            "status": "queued",
            "created_at": change.at,
            "due_at": change.at,
        },
    )
    change.notices_written = True
