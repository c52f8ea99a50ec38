"""Telling the hubs whose rights were taken back, by an entry of the log's control sequence."""

from __future__ import annotations

from models.clock import iso
from models.feed.append import Pending
from models.feed.channels import control
from models.store import Change
from models.tables import CONTROL


def tell_revoked(change: Change, subject: str, actor: str) -> None:
    """A control entry: hubs cut the connections of ``subject`` and refuse its older tokens."""
    change.pending.append(
        Pending(
            district=CONTROL,
            name="revoked",
            at=change.at,
            data=control("revoked", subject, iso(change.at)),
            actor=actor,
        )
    )
