"""What the limits refused is kept, found at the counter, and let through by the police; a flood fills no disk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.caller import Officer
from models.clock import iso
from models.store import Store
from models.tables import audit, incidents, refused_requests
from tests.support.city import CHEN, LI, PLATES, WANG, YUCHENG, ZHANG
from tests.support.clock import START, FakeClock
from tests.support.rules import in_force
from tests.web.client import Client, bearer, error_of


def limit(subject: str, most: int, seconds: int, block: int = 0) -> dict[str, str]:
    return {
        "subject": f"'{subject}'", "most": str(most), "seconds": str(seconds), "block_seconds": str(block),
    }  # fmt: skip


@pytest.fixture(autouse=True)
async def _limits(store: Store, clock: FakeClock) -> None:
    """Two requests an hour for one car, from whomever."""
    await in_force(store, clock, "limits", YUCHENG, limit("vehicle", 2, 3600))


async def asks(web: Client, car: str = "one") -> Any:
    """Somebody asks, and it is over at once."""
    answer = await web.ask(car, location={"lat": 29.9876, "lng": 103.0133})
    async with web.store.database.write() as connection:
        over = {"status": "closed", "closed_at": web.store.clock.now()}
        await connection.execute(update(incidents).values(over))
    return answer


async def refused(web: Client, car: str = "one") -> Any:
    """The answer to the third request within the hour."""
    for _ in range(2):
        assert (await asks(web, car)).status_code == 201
    answer = await asks(web, car)
    assert error_of(answer) == (429, "too_many_requests", None)
    return answer


async def find(web: Client, who: Officer = ZHANG, **by: Any) -> Any:
    return await web.get("/api/v1/refusals", params=by, headers=bearer(await web.token_of(who)))


async def found(web: Client, **by: Any) -> list[dict[str, Any]]:
    answer = await find(web, **by)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["refusals"]
    return told


async def let_through(web: Client, refusal: str, who: Officer = ZHANG, **body: Any) -> Any:
    path = f"/api/v1/refusals/{refusal}/override"
    return await web.post(path, json=body, headers=bearer(await web.token_of(who)))


async def test_at_the_counter_it_is_told_by_reference_sticker_or_plate_why_a_request_was_refused(
    web: Client, clock: FakeClock
) -> None:
    error = (await refused(web)).json()["error"]
    assert error["reference"] in error["message"]
    (told,) = await found(web, reference=error["reference"].lower())
    assert await found(web, sticker="sticker-one") == await found(web, plate=PLATES["one"]) == [told]
    assert (told["table"], told["row"], told["number"], told["scope"]) == ("limits", "row_1", 1, YUCHENG)
    assert told["result"] == {"subject": "vehicle", "most": 2, "seconds": 3600, "block_seconds": 0}
    assert told["inputs"] == {"kind": "move_car", "reason": "blocking"}
    assert told["retry_at"] == iso(clock.now() + timedelta(hours=1))
    assert (told["count"], told["plate"]) == (1, "川TA***5")
    assert [one["field"] for one in told["may"]["columns"]] == ["most", "block_seconds"]
    async with web.store.database.read() as connection:
        looks = select(audit.c.subject).where(audit.c.action == "look")
        assert set((await connection.execute(looks)).scalars()) == {f"refusal:{told['id']}"}


async def test_a_flood_counts_up_one_row_an_hour_and_no_further_than_a_thousand(
    web: Client, clock: FakeClock
) -> None:
    await refused(web)
    for _ in range(4):
        await asks(web)
    (told,) = await found(web, sticker="sticker-one")
    assert told["count"] == 5
    async with web.store.database.write() as connection:
        await connection.execute(update(refused_requests).values(count=1_000))
    await asks(web)
    assert (await found(web, sticker="sticker-one"))[0]["count"] == 1_000
    clock.advance((START + timedelta(minutes=59, seconds=59) - clock.now()).total_seconds())
    await asks(web)
    rows = select(func.count()).select_from(refused_requests)
    async with web.store.database.read() as connection:
        assert (await connection.execute(rows)).scalar_one() == 1, "the hour has not changed"
    clock.advance(1)
    assert error_of(await asks(web))[0] == 429
    async with web.store.database.read() as connection:
        assert (await connection.execute(rows)).scalar_one() == 2


async def test_whoever_is_let_through_asks_again_as_often_as_was_said(web: Client, clock: FakeClock) -> None:
    await refused(web)
    (told,) = await found(web, sticker="sticker-one")
    done = await let_through(web, told["id"], result={"most": 3}, reason="救护车要出来")
    assert (done.status_code, done.json()["until"]) == (201, told["retry_at"])
    assert (await asks(web)).status_code == 201
    assert error_of(await asks(web))[0] == 429
    (told,) = [one for one in await found(web, sticker="sticker-one") if one["instead"]]
    assert (told["instead"]["most"], told["decided_by"]) == (3, ZHANG.service_number)
    assert (told["reason"], told["may"], told["why_not"]) == ("救护车要出来", None, "overridden")
    assert error_of(await let_through(web, told["id"], result={"most": 9}, reason="再来"))[0] == 409
    async with web.store.database.read() as connection:
        query = select(audit.c.actor, audit.c.reason).where(audit.c.subject == f"refusal:{told['id']}")
        written = [tuple(row) for row in await connection.execute(query.where(audit.c.action == "override"))]
    assert written == [(ZHANG.subject, "救护车要出来")]


async def test_a_block_is_taken_off_who_was_blocked_and_off_nobody_else(
    web: Client, clock: FakeClock
) -> None:
    await in_force(web.store, clock, "limits", YUCHENG, limit("vehicle", 2, 60, 86_400))
    for car in ("one", "two"):
        await refused(web, car)
    clock.advance(120)
    assert error_of(await asks(web, "one"))[0] == 429
    (told,) = await found(web, sticker="sticker-one")
    assert (await let_through(web, told["id"], result={"block_seconds": 0}, reason="误会")).status_code == 201
    assert (await asks(web, "one")).status_code == 201
    assert error_of(await asks(web, "two"))[0] == 429


async def test_the_incident_names_the_override_that_let_it_through(web: Client) -> None:
    await refused(web)
    (told,) = await found(web, sticker="sticker-one")
    await let_through(web, told["id"], result={"most": 3}, reason="救护车要出来")
    incident = (await asks(web)).json()["incident"]["id"]
    looked = await web.get(f"/api/v1/incidents/{incident}", headers=bearer(await web.token_of(CHEN)))
    (limits,) = [one for one in looked.json()["incident"]["decisions"] if one["table"] == "limits"]
    assert limits["instead"] == f"override:{told['id']}"


async def test_nothing_narrower_nothing_foreign_nothing_over_is_let_hold(
    web: Client, clock: FakeClock
) -> None:
    await refused(web)
    (told,) = await found(web, sticker="sticker-one")
    for result in (
        {}, {"most": 1}, {"most": 2}, {"most": 10_001}, {"most": "9"}, {"block_seconds": 60}, {"seconds": 60},
        {"subject": "device"},
    ):  # fmt: skip
        answer = await let_through(web, told["id"], result=result, reason="试试")
        assert error_of(answer)[:2] == (422, "invalid_field"), result
    for reason in ("", "   ", "长" * 201):
        answer = await let_through(web, told["id"], result={"most": 3}, reason=reason)
        assert error_of(answer)[0] == 422
    assert error_of(await let_through(web, "none", result={"most": 3}, reason="x"))[0] == 404
    clock.advance(3600)
    late = await let_through(web, told["id"], result={"most": 3}, reason="x")
    assert (error_of(late)[0], late.json()["error"]["why"]) == (409, "has_happened")


async def test_other_districts_see_nothing_of_it_and_a_search_for_everything_is_refused(web: Client) -> None:
    await refused(web)
    (told,) = await found(web, sticker="sticker-one")
    assert (await find(web, WANG, sticker="sticker-one")).json()["refusals"] == []
    assert error_of(await let_through(web, told["id"], WANG, result={"most": 3}, reason="x"))[0] == 403
    for by in ({}, {"reference": " "}, {"sticker": "sticker-one", "plate": "川TA1235"}):
        assert error_of(await find(web, LI, **by))[:2] == (422, "invalid_field")
    assert await found(web, plate="' OR 1=1 --") == await found(web, reference="%") == []
