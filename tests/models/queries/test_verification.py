"""What somebody with the database's own rights does to the record is found, on both databases, and told where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.actions import audit as records
from models.actions.anchoring import anchor_day
from models.actions.clearing_audit import clear_audit
from models.chain import anchors as chain
from models.chain.encoding import EVENT, EVENT_COLUMNS, ZERO, link
from models.feed.append import Pending
from models.queries.verification import Report, verify
from models.store import Store
from tests.support.city import CHEN, MINGSHAN, YUCHENG, ZHANG, ask
from tests.support.clock import FakeClock
from tests.support.tampering import unguard
from workers.command.epochs import begin_epoch

CHANGED = "511802: row {} was changed, or what stands before together with its hash"
# Something else in every column that is no place.
OTHERWISE: dict[str, Any] = {
    "name": "'breached'",
    "at": "'2026-11-02T08:01:00.000001Z'",
    "incident_id": "'aaaaaaaaaaaaaaaaaaaaaaaaaa'",
    "incident_offset": "77",
    "officer_id": "NULL",
    "officer_offset": "78",
    "data": "'{}'",
    "offer": "'{}'",
    "deadlines": "'[[\"d\",null]]'",
    "actor": "'somebody'",
    "detail": '\'{"reason":"other"}\'',
}


async def write(store: Store, count: int = 1, district: str = YUCHENG, officer: str | None = None) -> None:
    """Events, each in a transaction of its own."""
    for number in range(count):
        async with store.change() as change:
            said = '{"event":"noted","incident":{"plate":"川T···35"},"at":"now"}'
            pending = Pending(
                district, "noted", change.at, said, "system", officer_id=officer, detail={"n": number}
            )
            change.pending.append(pending)


async def sign_ins(store: Store, count: int) -> None:
    for _ in range(count):
        async with store.change() as change:
            await records.record(change, ZHANG, "sign_in", ZHANG.subject)
            await records.record(change, CHEN, "look", "incident:i", reason="Rückfrage 复核", success=False)


async def found(store: Store, **wanted: Any) -> list[str]:
    return [str(finding) for finding in (await check(store, **wanted)).findings]


async def check(store: Store, **wanted: Any) -> Report:
    public = chain.public_keys(store.settings.anchor_keys)
    return await verify(store.database, public, store.clock.now(), **wanted)


async def anchored(store: Store) -> None:
    assert await anchor_day(store.database, store.settings.anchor_keys, store.clock.now())


async def tamper(store: Store, *statements: str, table: str = "events", **parameters: Any) -> None:
    async with store.database.write() as connection:
        await unguard(connection, table)
        for statement in statements:
            used = {name: value for name, value in parameters.items() if f":{name}" in statement}
            await connection.execute(text(statement), used)


OF_YUCHENG = f"WHERE district = '{YUCHENG}' AND \"offset\""


async def test_what_the_product_writes_is_whole(store: Store) -> None:
    await ask(store)
    await write(store, 3, officer=ZHANG.id)
    await write(store, 2, MINGSHAN)
    await sign_ins(store, 2)
    report = await check(store)
    assert report.findings == []
    assert report.notes == []
    places = {name: (first, last, count) for name, first, last, count in report.checked}
    assert places[MINGSHAN] == (1, 2, 2)
    assert places["audit"] == (1, 4, 4)
    assert places[YUCHENG][1] >= 4
    assert await found(store, district=YUCHENG, start=3) == []
    with pytest.raises(LookupError):
        await check(store, district="999999")


async def test_events_of_one_transaction_hang_on_each_other(store: Store) -> None:
    async with store.change() as change:
        for district in (YUCHENG, MINGSHAN, YUCHENG, YUCHENG):
            change.pending.append(Pending(district, "noted", change.at, "{}", "system"))
    await write(store)
    assert await found(store) == []


@pytest.mark.parametrize("table", ["events", "anchors", "audit"])
async def test_the_database_refuses_to_edit_the_record(store: Store, table: str) -> None:
    await write(store)
    await sign_ins(store, 1)
    await anchored(store)
    column = {"events": "actor", "anchors": "text", "audit": "actor"}[table]
    for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match=r"append-only|are not edited|kept for six months"):
            async with store.database.write() as connection:
                await connection.execute(text(statement))
    assert await found(store) == []


async def test_sqlite_refuses_to_write_a_row_over_another(store: Store) -> None:
    await write(store)
    if not store.database.is_sqlite:
        return
    with pytest.raises(DBAPIError, match="append-only"):
        async with store.database.write() as connection:
            await connection.execute(text("INSERT OR REPLACE INTO events SELECT * FROM events"))


@pytest.mark.parametrize("column", [name for name in EVENT_COLUMNS if name not in {"district", "offset"}])
async def test_a_change_of_any_column_is_found(store: Store, column: str) -> None:
    await write(store, 9, officer=ZHANG.id)
    await tamper(store, f"UPDATE events SET {column} = {OTHERWISE[column]} {OF_YUCHENG} = 5")
    assert await found(store) == [CHANGED.format(5)]


async def test_each_thing_that_is_done_to_rows_is_found_and_told(store: Store) -> None:
    await write(store, 9)
    async with store.database.read() as connection:
        whole = [tuple(row) for row in await connection.execute(text("SELECT * FROM events"))]

    async def after(*statements: str) -> list[str]:
        await tamper(store, *statements)
        told = await found(store)
        names = ", ".join(f'"{name}"' for name in (*EVENT_COLUMNS, "hash"))
        places = ", ".join(f":c{number}" for number in range(len(EVENT_COLUMNS) + 1))
        async with store.database.write() as connection:
            await connection.execute(text("DELETE FROM events"))
            for row in whole:
                values = {f"c{number}": value for number, value in enumerate(row)}
                await connection.execute(text(f"INSERT INTO events ({names}) VALUES ({places})"), values)
        return told

    assert await after(f"DELETE FROM events {OF_YUCHENG} IN (4, 5)") == ["511802: rows 4 to 5 are missing"]
    assert await after(f"DELETE FROM events {OF_YUCHENG} > 6") == ["511802: rows 7 to 9 are cut off the end"]
    moved = [
        f'UPDATE events SET "offset" = "offset" + {by} {OF_YUCHENG} {which}'
        for which, by in (("= 3", 100), ("= 6", -3), ("= 103", -97))
    ]
    assert await after(*moved) == ["511802: row 3 stood at 6", "511802: row 6 stood at 3"]
    room = [
        f'UPDATE events SET "offset" = "offset" + {by} {OF_YUCHENG} {which}'
        for which, by in ((">= 4", 100), (">= 104", -99))
    ]
    copied = ", ".join(f'"{name}"' for name in EVENT_COLUMNS if name != "offset")
    put_in = (
        f'INSERT INTO events ("offset", {copied}, hash) SELECT 4, {copied}, hash FROM events {OF_YUCHENG} = 2'
    )
    later = "UPDATE heads SET head = 10 WHERE district = '511802'"
    earlier = "UPDATE heads SET head = 9 WHERE district = '511802'"
    assert await after(*room, put_in, later) == [
        "511802: row 4 was put in between, and what follows numbered anew"
    ]
    await tamper(store, earlier)
    assert await found(store) == []


async def test_a_change_of_an_audit_record_is_found(store: Store) -> None:
    await sign_ins(store, 4)
    await tamper(store, "UPDATE audit SET success = true WHERE number = 2", table="audit")
    assert await found(store) == ["audit: row 2 was changed, or what stands before together with its hash"]


async def test_an_audit_record_that_is_taken_out_or_put_in_is_found(store: Store, clock: FakeClock) -> None:
    await sign_ins(store, 4)
    await tamper(store, "DELETE FROM audit WHERE number = 3", table="audit")
    assert await found(store) == ["audit: row 3 is missing"]
    put_in = (
        "INSERT INTO audit (id, at, actor, role, action, subject, success)"
        " VALUES ('x', '2099-01-01T00:00:00.000000Z', 'a', 'r', 'look', 's', true)"
    )
    await tamper(store, put_in, table="audit")
    assert await found(store) == ["audit: row 1 has no place in the chain", "audit: row 3 is missing"]


async def rewrite(store: Store, place: int, count: int) -> None:
    """The row and all after it, with hashes that fit."""
    names = ", ".join(f'"{name}"' for name in EVENT_COLUMNS)
    await tamper(store, f"UPDATE events SET actor = 'nobody' {OF_YUCHENG} = {place}")
    async with store.database.write() as connection:
        rows = (
            await connection.execute(text(f'SELECT {names} FROM events {OF_YUCHENG} > 0 ORDER BY "offset"'))
        ).all()
        before = ZERO
        for row in rows:
            before = link(EVENT, before, row)
            made = text(f"UPDATE events SET hash = :made {OF_YUCHENG} = {row.offset}")
            await connection.execute(made, {"made": before})
        head = text("UPDATE heads SET hash = :made WHERE district = '511802'")
        await connection.execute(head, {"made": before})
    assert len(rows) == count


async def test_a_record_that_was_written_anew_whole_is_caught_by_the_anchor(
    store: Store, clock: FakeClock
) -> None:
    await write(store, 3)
    await anchored(store)
    clock.advance(86_400)
    await write(store, 3)
    await anchored(store)
    await rewrite(store, 5, 6)
    name = f"the anchor of {(store.clock.now() + timedelta(hours=8)).date()}"
    assert await found(store) == [
        f"511802: something of rows 4 to 6 was rewritten together with all hashes after it: {name} says otherwise"
    ]


async def test_a_tail_that_is_cut_off_with_its_head_is_caught_by_the_anchor(store: Store) -> None:
    await write(store, 6)
    await sign_ins(store, 2)
    await anchored(store)
    async with store.database.read() as connection:
        kept = (await connection.execute(text(f"SELECT hash FROM events {OF_YUCHENG} = 4"))).scalar_one()
    head = "UPDATE heads SET head = 4, hashed = 4, hash = :kept WHERE district = '511802'"
    await tamper(store, f"DELETE FROM events {OF_YUCHENG} > 4", head, kept=kept)
    assert await found(store) == ["511802: rows 5 to 6 are cut off the end"]


async def test_a_forged_anchor_is_no_anchor(store: Store, clock: FakeClock) -> None:
    await write(store, 2)
    await anchored(store)
    clock.advance(86_400)
    await anchored(store)
    clock.advance(86_400)
    await anchored(store)
    async with store.database.read() as connection:
        said = (await connection.execute(text("SELECT text FROM anchors WHERE number = 2"))).scalar_one()
    forged = chain.sign(said.replace(":2,", ":3,", 1), {"k1": b"another key of 32 bytes........."})
    statement = "UPDATE anchors SET text = :text, signature = :signature WHERE number = 2"
    await tamper(store, statement, table="anchors", text=forged.text, signature=forged.signature)
    assert await found(store) == [
        "anchors: row 2 is not what was signed: no key that is known here signed it",
        "anchors: row 3 is not what was signed: it was signed after another one than stands before it",
    ]
    await tamper(store, "DELETE FROM anchors WHERE number = 2", table="anchors")
    assert await found(store) == ["anchors: row 2 is missing"]


async def exported(store: Store) -> list[chain.Signed]:
    async with store.database.read() as connection:
        rows = await connection.execute(text('SELECT text, "key", signature FROM anchors ORDER BY number'))
        return [chain.Signed(row.text, row.key, bytes(row.signature)) for row in rows]


async def test_anchors_that_are_taken_out_are_missed_by_their_files(store: Store) -> None:
    await write(store, 4)
    await anchored(store)
    files = await exported(store)
    await tamper(store, "DELETE FROM anchors", table="anchors")
    head = "UPDATE heads SET head = 0, hashed = NULL, hash = NULL WHERE district = '511802'"
    await tamper(store, f"DELETE FROM events {OF_YUCHENG} > 0", head)
    assert await found(store) == []
    assert await found(store, files=files) == [
        "anchors: row 1 is missing",
        "511802: rows 1 to 4 are cut off the end",
    ]


async def test_anchors_that_went_with_a_restore_are_told_and_no_finding(
    store: Store, clock: FakeClock
) -> None:
    await write(store, 4)
    await anchored(store)
    clock.advance(86_400)
    await write(store, 2)
    await anchored(store)
    files = await exported(store)
    # The backup was taken before the second day.
    head = "UPDATE heads SET head = 4 WHERE district = '511802'"
    await tamper(store, f"DELETE FROM events {OF_YUCHENG} > 4", head)
    await tamper(store, "DELETE FROM anchors WHERE number = 2", table="anchors")
    assert "511802: rows 5 to 6 are cut off the end" in await found(store, files=files)
    await begin_epoch(store.database, store.settings.anchor_keys)
    await write(store, 5)
    report = await check(store, files=files)
    assert report.findings == []
    assert report.notes == ["anchors: 1 exported ones are of an epoch that a restore ended"]


async def test_what_an_older_release_writes_meanwhile_is_proven_by_what_comes_after(store: Store) -> None:
    await write(store, 2)
    async with store.database.write() as connection:
        for offset in (3, 4):
            await connection.execute(
                text(
                    'INSERT INTO events (district, "offset", name, at, data, deadlines, actor, detail) VALUES'
                    f" ('511802', {offset}, 'noted', '2026-11-02T08:01:00.000000Z', '川', '[]', 'system', '{{}}')"
                )
            )
        await connection.execute(text("UPDATE heads SET head = 4 WHERE district = '511802'"))
    assert await found(store) == ["511802: rows 3 to 4 have no hash, and nothing with one follows"]
    await write(store, 2)
    assert await found(store) == []
    await tamper(store, f"UPDATE events SET data = 'other' {OF_YUCHENG} = 4")
    assert await found(store) == [CHANGED.format(5)]


async def cleared(store: Store) -> None:
    """The first four records are so old that they go."""
    ages = "UPDATE audit SET at = '2020-01-01T00:00:00.000000Z' WHERE number <= 4"
    await tamper(store, ages, table="audit")
    assert await clear_audit(store) == 4


async def test_what_was_cleared_away_of_the_audit_is_not_missing(store: Store) -> None:
    await sign_ins(store, 3)
    await anchored(store)
    await cleared(store)
    report = await check(store)
    assert report.findings == []
    assert ("audit", 5, 6, 2) in report.checked
    await tamper(store, "DELETE FROM audit WHERE number = 5", table="audit")
    assert await found(store) == ["audit: row 5 is missing"]


async def test_audit_records_that_go_before_their_time_are_missed_by_the_anchor(store: Store) -> None:
    await sign_ins(store, 1)
    await anchored(store)
    await sign_ins(store, 2)
    await cleared(store)
    assert await found(store) == ["audit: rows 3 to 4 were cleared away before six months were over"]
