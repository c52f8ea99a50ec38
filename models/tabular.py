"""Rows of records as files that other programs read: CSV, JSON, Parquet. Pure, and blocking: call it in a thread.

Leaves to others: which rows, who may have them, and where a file lies. Parquet needs the extra ``parquet``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Literal, get_args

import msgspec

from models.clock import BEIJING

Format = Literal["csv", "json", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA: Mapping[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
Row = Mapping[str, Any]


def can_write(form: Format) -> bool:
    """Whether what it needs is installed."""
    return form != "parquet" or find_spec("pyarrow") is not None


def written(form: Format, fields: Mapping[str, type], rows: Sequence[Row]) -> bytes:
    """``rows`` with ``fields`` in their order, as a file. A value is of its field's type (str, int, float, bool,

    datetime with zone) or None. An instant is Beijing's wall clock with its zone (ISO 8601), in Parquet a timestamp
    in UTC.
    """
    match form:
        case "csv":
            return csv_of(tuple(fields), rows)
        case "json":
            return msgspec.json.encode([{name: plain(row[name]) for name in fields} for row in rows])
        case "parquet":
            return _parquet(fields, rows)


def csv_of(fields: Sequence[str], rows: Sequence[Row]) -> bytes:
    """UTF-8 with a mark at its beginning, so that spreadsheets read the Chinese; nothing in it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(fields)
    for row in rows:
        writer.writerow([_cell(plain(row[name])) for name in fields])
    return out.getvalue().encode("utf-8-sig")


def plain(value: Any) -> Any:
    """An instant as the register writes it; anything else as it is."""
    return value.astimezone(BEIJING).isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _cell(value: Any) -> Any:
    """A text that begins like a formula is kept from being one: an officer's words may be anybody's."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _parquet(fields: Mapping[str, type], rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in fields.items()])
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema), out, compression="zstd")
    return out.getvalue()
