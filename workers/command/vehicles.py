"""`wufen vehicle import`: a list of vehicles to look out for, from a CSV file; says first what it would change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from models.actions.watch_lists import TakenIn, WatchList, dry_run, take_in
from models.caller import System
from models.clock import SystemClock
from models.database import Database
from models.feed.bell import SilentBell
from models.settings import Settings
from models.store import Store
from models.texts.sentences import Language, product
from models.watching.lines import Refusal

SHOWN = 20  # refused lines on the screen; the report has all of them
# A spreadsheet runs a cell that begins like this.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def bring_list(settings: Settings, database: Database, wish: WatchList, *, yes: bool) -> TakenIn:
    """What it would change, or with ``yes`` what it changed. Raises InvalidField, WatchListFaulty, Conflict."""
    store = replace(Store.open(settings, bell=SilentBell(), clock=SystemClock()), database=database)
    await store.configuration.refresh()
    told = await dry_run(store, System(), wish)
    if not yes:
        return told
    # The operator who says yes has read the number, or does not care.
    return await take_in(store, System(), replace(wish, ends=told.ended))


def table(done: TakenIn, language: Language) -> Iterator[str]:
    """The outcome for people."""
    for one in done.refused[:SHOWN]:
        yield f"line {one.line}, {one.column}: {one.value or '-'}: {_why(one, language)}"
    if len(done.refused) > SHOWN:
        yield f"… and {len(done.refused) - SHOWN} more."
    if done.ignored:
        yield f"Columns that were not read: {', '.join(done.ignored)}."
    counts = (
        (done.new, "new"),
        (done.changed, "changed"),
        (done.ended, "ended"),
        (done.unchanged, "unchanged"),
    )
    yield ", ".join(f"{n} {what}" for n, what in (*counts, (len(done.refused), "refused"))) + "."


def write_report(done: TakenIn, language: Language, out: Path) -> None:
    """All refused lines as CSV, with a byte order mark so that spreadsheets read it right. Raises OSError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    columns = ("line", "column", "value", "why")
    writer.writerow([product().say(language, f"vehicles.column.{name}") for name in columns])
    for one in done.refused:
        column = product().say(language, f"vehicles.column.{one.column}")
        writer.writerow([one.line, column, _safe(one.value), _why(one, language)])
    out.write_text(text.getvalue(), "utf-8-sig", newline="")


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _why(one: Refusal, language: Language) -> str:
    given = {} if one.first is None else {"first": one.first}
    return product().say(language, f"vehicles.refused.{one.why}", given)
