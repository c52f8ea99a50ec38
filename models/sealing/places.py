"""Every place where something is sealed or indexed: found by the names of columns, so that none is forgotten.

A column `…_sealed`, or `sealed`, holds what the vault sealed for "table.column" and the row's primary key. Files that
are sealed as a whole, and what a blind index is made of, stand here by hand (a test asks for each column that looks
like one).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table

from models.tables import (
    accident_documents,
    bindings,
    captures,
    contact_channels,
    contacts,
    hazard_contacts,
    metadata,
    non_motor,
    parking_records,
    reports,
    uploads,
    watch_flags,
)

PLATE, PHONE, FRAME, OPENID = "watch_flags.plate", "phone", "non_motor.frame", "contact_channels.wechat"
HAZARD_PHONE = "hazard_contacts.phone"


@dataclass(frozen=True, slots=True)
class Place:
    """A sealed column, or one that names sealed files."""

    column: Column[Any]

    @property
    def table(self) -> Table:
        return self.column.table

    @property
    def key(self) -> Column[Any]:
        (key,) = self.table.primary_key.columns
        return key

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"


@dataclass(frozen=True, slots=True)
class IndexPlace(Place):
    """A blind index: under which label, of what was sealed in ``of`` of the same row, and other columns of it.

    ``emptied``: what it was made of is taken away on purpose before the row goes; such a row is found by its index as
    long as the key is there.
    """

    label: str
    of: Column[Any]
    beside: tuple[Column[Any], ...]
    value: Callable[..., str]
    emptied: bool = False


def row_id(key: Any) -> str:
    """As which the vault knows a row."""
    return base64.b16encode(key).decode() if isinstance(key, bytes) else str(key)


def fields() -> list[Place]:
    """Sealed columns, by table and name."""
    return [
        Place(column)
        for table in metadata.sorted_tables
        for column in table.columns
        if (column.name == "sealed" or column.name.endswith("_sealed"))
        and isinstance(column.type, LargeBinary)
    ]


def _whole(text: str) -> str:
    return text


def _of_class(number: str, plate_class: str) -> str:
    return f"{number}|{plate_class}"


FILES = (Place(captures.c.original), Place(uploads.c.original), Place(accident_documents.c.file))

INDEXES = (
    IndexPlace(contacts.c.phone_index, PHONE, contacts.c.phone_sealed, (), _whole),
    IndexPlace(bindings.c.phone_index, PHONE, bindings.c.phone_sealed, (), _whole),
    IndexPlace(
        parking_records.c.plate_index,
        PLATE,
        parking_records.c.plate_sealed,
        (parking_records.c.plate_class,),
        _of_class,
    ),
    IndexPlace(reports.c.plate_index, PLATE, reports.c.plate_sealed, (reports.c.plate_class,), _of_class),
    IndexPlace(watch_flags.c.plate_index, PLATE, watch_flags.c.plate_sealed, (), _whole),
    IndexPlace(contact_channels.c.address_index, OPENID, contact_channels.c.address_sealed, (), _whole),
    IndexPlace(
        hazard_contacts.c.phone_index,
        HAZARD_PHONE,
        hazard_contacts.c.phone_sealed,
        (),
        _whole,
        emptied=True,
    ),
    IndexPlace(non_motor.c.frame_index, FRAME, non_motor.c.frame_sealed, (), _whole),
)

# Of these nobody has what they were made of. They are looked for under every key, and end by themselves within a day
# (codes, references of refusals that still hold, numbers and subscriptions that end with a call or a session).
END_BY_THEMSELVES = frozenset(
    {
        "accidents.join_digest",
        "bindings.code_hash",
        "private_numbers.caller_index",
        "push_subscriptions.endpoint_index",
        "refused_requests.subject_digest",
    }
)
