"""Files of records as other programs read them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from models.tabular import written

FIELDS: dict[str, type] = {"place": str, "n": int, "lat": float, "over": bool, "at": datetime}
AT = datetime(2026, 11, 28, 18, 5, 1, 250_000, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"place": "滨江路, “东”", "n": 3, "lat": 29.5, "over": True, "at": AT},
    {"place": "=1+1", "n": None, "lat": None, "over": False, "at": None},
]


def test_a_spreadsheet_reads_the_chinese_and_calculates_nothing() -> None:
    content = written("csv", FIELDS, ROWS)
    assert content.startswith(b"\xef\xbb\xbfplace,n,lat,over,at\r\n")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:] == [
        ["滨江路, “东”", "3", "29.5", "true", "2026-11-29T02:05:01+08:00"],
        ["'=1+1", "", "", "false", ""],
    ]


def test_json_has_the_fields_in_their_order() -> None:
    first, second = json.loads(written("json", FIELDS, ROWS))
    assert list(first.items()) == [
        ("place", "滨江路, “东”"), ("n", 3), ("lat", 29.5), ("over", True), ("at", "2026-11-29T02:05:01+08:00"),
    ]  # fmt: skip
    assert second == {"place": "=1+1", "n": None, "lat": None, "over": False, "at": None}


def test_parquet_keeps_the_types_also_of_columns_in_which_nothing_stands() -> None:
    table = parquet.read_table(io.BytesIO(written("parquet", FIELDS, ROWS)))
    assert table.to_pylist() == ROWS
    empty = parquet.read_table(io.BytesIO(written("parquet", FIELDS, [])))
    assert empty.schema == table.schema
    assert table.schema.field("at").type == pa.timestamp("us", tz="UTC")
