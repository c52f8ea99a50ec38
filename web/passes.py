"""Passes for uploads: for whoever has no token yet, because there is no report yet. A pass is a secret of one page,

says nothing about anybody, and opens nothing but the uploads that were begun with it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from models.actions.notify import token_hash
from models.caller import Officer, Participant, Reporter
from models.errors import Forbidden
from web.endpoint import Call
from web.signing import PASS
from web.site import Site
from web.visitor import bearer

LASTS = timedelta(days=1)


def issue(site: Site) -> tuple[str, datetime]:
    """A new pass, and when it ends (UTC)."""
    ends = site.store.clock.now() + LASTS
    return site.signer.sign(PASS, f"{site.store.ids.secret()}~{int(ends.timestamp())}"), ends


def holds(site: Site, token: str | None) -> bool:
    """Whether ``token`` is a pass that has not ended."""
    value = site.signer.verify(PASS, token or "")
    if value is None:
        return False
    ends = datetime.fromtimestamp(int(value.rpartition("~")[2]), UTC)
    return site.store.clock.now() < ends


def holder_of(call: Call[Any]) -> str:
    """Whose uploads a call is about: a pass's, a participant's, an officer's. Raises Unauthenticated, Forbidden."""
    token = bearer(call.request.headers)
    if call.caller is None and holds(call.site, token):
        return f"pass:{token_hash(token or '').hex()}"
    somebody = call.somebody
    if not isinstance(somebody, Officer | Participant | Reporter):
        raise Forbidden
    return somebody.subject
