"""Lists of hazards as files: CSV that a spreadsheet opens and runs nothing of, and JSON."""

from __future__ import annotations

import csv
import io
from typing import Any

COLUMNS = (
    "id", "reason", "status", "outcome", "place", "lat", "lng", "body", "agency", "requested_at", "respond_by",
    "overdue", "noted_at", "promised_by", "mended_at", "closed_at", "followers",
)  # fmt: skip
CSV_TYPE, JSON_TYPE = "text/csv; charset=utf-8", "application/json; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def table(found: list[dict[str, Any]]) -> bytes:
    """With a byte order mark, without which a spreadsheet takes Chinese for something else."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        place = one["location"] or {}
        flat = {**one, "lat": place.get("lat"), "lng": place.get("lng")}
        writer.writerow([_cell(flat[name]) for name in COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> Any:
    """What a stranger wrote stays text in a spreadsheet."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
