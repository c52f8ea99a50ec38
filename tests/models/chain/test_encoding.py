"""The bytes under a hash, made by hand as docs/records.md tells other programs to make them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from models.chain.encoding import AUDIT_COLUMNS, EVENT_COLUMNS, ZERO, audit_link, event_link
from models.tables import audit, events

AT = datetime(2026, 11, 2, 8, 1, 0, 45, tzinfo=UTC)
EVENT_ROW: dict[str, Any] = {
    "district": "511802",
    "offset": 7,
    "name": "noted",
    "at": AT.astimezone(timezone(timedelta(hours=8))),
    "incident_id": None,
    "incident_offset": None,
    "officer_id": "aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "officer_offset": 2,
    "data": '{"plate":"川T···35"}\n\u2028\x7f/<&',
    "offer": None,
    "deadlines": "[]",
    "actor": "system",
    "detail": "{}",
}


def by_hand(*values: Any) -> bytes:
    return sha256(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def test_an_events_hash_is_over_all_its_columns_in_order() -> None:
    assert event_link(b"\xab" * 32, EVENT_ROW) == by_hand(
        "wufen event 1",
        "ab" * 32,
        "511802",
        7,
        "noted",
        "2026-11-02T08:01:00.000045Z",
        None,
        None,
        "aaaaaaaaaaaaaaaaaaaaaaaaaa",
        2,
        '{"plate":"川T···35"}\n\u2028\x7f/<&',
        None,
        "[]",
        "system",
        "{}",
    )


def test_a_hash_as_it_is_in_the_docs() -> None:
    plain = dict.fromkeys(EVENT_COLUMNS) | {
        "district": "511802", "offset": 1, "name": "noted", "at": AT, "data": "{}", "deadlines": "[]",
        "actor": "system", "detail": "{}",
    }  # fmt: skip
    text = (
        '["wufen event 1","0000000000000000000000000000000000000000000000000000000000000000","511802",1,"noted",'
        '"2026-11-02T08:01:00.000045Z",null,null,null,null,"{}",null,"[]","system","{}"]'
    )
    assert event_link(ZERO, plain) == sha256(text.encode()).digest()


def test_an_audit_records_hash_is_over_all_its_columns_in_order() -> None:
    row = {
        "number": 3, "id": "i", "at": AT, "actor": "officer:a", "role": "police", "action": "look",
        "subject": "incident:i", "reason": "复核", "success": False,
    }  # fmt: skip
    assert audit_link(ZERO, row) == by_hand(
        "wufen audit 1", "0" * 64, 3, "i", "2026-11-02T08:01:00.000045Z", "officer:a", "police", "look",
        "incident:i", "复核", False,
    )  # fmt: skip


def test_no_column_is_left_out() -> None:
    assert set(EVENT_COLUMNS) | {"hash"} == set(events.c.keys())
    assert set(AUDIT_COLUMNS) | {"hash"} == set(audit.c.keys())
