"""`wufen person`: a copy of what is kept of one person, and its deletion."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from models.actions import own_data
from models.errors import Conflict, InvalidField, NotFound
from models.settings import Settings
from workers.command.keys import on_store
from workers.command.refusals import Refused


def copy_to(settings: Settings, phone: str, reason: str, out: Path) -> None:
    """Raises Refused, OSError. The file is its owner's alone to read."""
    try:
        told = on_store(settings, lambda store: own_data.copy_of(store, phone, reason=reason))
    except (InvalidField, NotFound) as error:
        raise Refused(_why(error)) from None
    content = msgspec.json.format(msgspec.json.encode(told), indent=1)
    with open(out, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content + b"\n")


def erase(settings: Settings, phone: str, reason: str) -> str:
    """What was done, in a sentence. Raises Refused."""
    try:
        done = on_store(settings, lambda store: own_data.erase(store, phone, reason=reason))
    except Conflict:
        raise Refused("An incident about his car is still open: ask again when it is closed.") from None
    except (InvalidField, NotFound) as error:
        raise Refused(_why(error)) from None
    return (
        f"Deleted: {done.contacts} phones and {done.words} entries of his, and the link to {done.cars} cars. "
        f"Kept without him, as long as the rules say: {done.kept_incidents} incidents, "
        f"{done.kept_parking_records} parking records."
    )


def _why(error: InvalidField | NotFound) -> str:
    return (
        "That is no mobile number." if isinstance(error, InvalidField) else "Nobody is known by this phone."
    )
