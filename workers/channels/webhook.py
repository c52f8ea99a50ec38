"""Another system is told: JSON, signed, with a key by which it knows a repetition, and nobody's data in it.

``X-Wufen-Signature`` is ``v1=`` and HMAC-SHA256, in hex, of the timestamp, a dot and the body, under the key that both
have; whoever receives it refuses what is more than five minutes old. Addresses of private networks are refused unless
the operator says otherwise (``WUFEN_WEBHOOK_PRIVATE``).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

import msgspec

from models.actions.notices import Claimed
from models.channels.setups import Setup
from models.clock import iso
from models.providers.calls import call, check_status
from models.providers.failures import Permanent, Unreachable
from models.providers.guard import target_of
from models.store import Store
from workers.channels.failing import asking
from workers.channels.message import Accepted, Message, Refused

# What of a notice's own words may go to another system: what the street shows.
TOLD = ("kind", "reason", "plate", "district")


async def deliver(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    """Delivered as soon as the other side has answered 2xx."""
    async with asking() as http:
        if setup is None:
            raise Refused("setup", "not_set_up")
        body = content_of(notice)
        at = store.clock.now()
        target = await target_of(setup.values["endpoint"], private=store.settings.webhook_private)
        headers = target.sent["headers"] | headers_of(setup.secrets["signing_key"], body, at, notice.key)
        sent = {**target.sent, "headers": headers, "content": body}
        reply = check_status(
            await call(http, "POST", target.url, seconds=setup.timeout_seconds, **sent), store.clock.now()
        )
    if 200 <= reply.status < 300:
        return Accepted(delivered=True)
    if reply.status in (404, 410):
        raise Refused("unreachable", Unreachable("address_unknown").reason, code=str(reply.status))
    raise Refused("permanent", Permanent("refused").reason, code=str(reply.status))


def content_of(notice: Claimed) -> bytes:
    """The body: which thing, what about it, when."""
    return msgspec.json.encode(
        {
            "id": notice.id,
            "event": notice.template,
            "incident": notice.incident_id,
            **{name: notice.params.get(name) for name in TOLD},
            "due_at": iso(notice.due_at),
            "respond_by": None if notice.respond_by is None else iso(notice.respond_by),
        }
    )


def headers_of(key: str, body: bytes, at: datetime, repeated: str) -> Mapping[str, str]:
    timestamp = str(int(at.timestamp()))
    made = hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "idempotency-key": hashlib.sha256(repeated.encode()).hexdigest(),
        "x-wufen-timestamp": timestamp,
        "x-wufen-signature": f"v1={made}",
    }
