"""Hazards filed with an agency's own endpoint: once, with a number now or later, and what it says comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.responses import Response

from models.actions.commands import act
from models.incident.hazards import Refer, StillThere
from models.open311.answers import AnswerUnreadable, requests_of
from models.queries.incident import incident_for
from models.store import Store
from models.tables import agencies, agency_filings
from tests.support.city import CHEN
from tests.support.clock import FakeClock
from tests.support.hazards import agency, reported, row, told
from tests.support.open311_server import KEY, Agency, error, running_agency
from workers.filing import file_due


async def speaks(
    store: Store, there: Agency, code: str = "roads", key: str = KEY, body: str = "roads"
) -> str:
    """An agency of ours whose endpoint is ``there``."""
    found = await agency(
        store,
        code,
        body,
        channel="open311",
        endpoint=there.url,
        jurisdiction="roads.example",
        services='{"pothole":"P-1"}',
    )
    sealed = store.vault.seal("agencies.key_sealed", found, key)
    async with store.database.write() as connection:
        await connection.execute(update(agencies).where(agencies.c.id == found).values(key_sealed=sealed))
    return found


async def filing(store: Store) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(agency_filings))).one()


async def test_a_hazard_is_filed_once_asked_after_and_mended(store: Store, clock: FakeClock) -> None:
    async with running_agency() as there:
        await speaks(store, there)
        found, follower = await reported(store, place="文化路 12 号门前", message="我是李四 13812345678")
        incident = str(found.view["id"])
        assert await file_due(store) == 1
        form = there.filed["1000"]
        assert form == {
            "service_code": "P-1",
            "description": f"路面坑洼 文化路 12 号门前\n[{incident}]",
            "jurisdiction_id": "roads.example",
            "api_key": KEY,
            "lat": "29.987600",
            "long": "103.013300",
            "address_string": "文化路 12 号门前",
        }, "nothing of whoever reported it goes along"
        kept = await filing(store)
        assert (kept.status, kept.service_request_id, kept.attempts) == ("filed", "1000", 0)
        assert await file_due(store) == 0, "it is not due"

        by = clock.now() + timedelta(days=2)
        there.expected = by.isoformat()
        clock.advance(900)
        await file_due(store)
        view = await incident_for(store, incident, follower)
        assert (view["reply"], view["status"]) == ("noted", "waiting")
        clock.advance(900)
        await file_due(store)
        assert (await told(store, incident)).count("noted") == 1, "said again it is no news"

        there.status["1000"] = "closed"
        clock.advance(900)
        await file_due(store)
        view = await incident_for(store, incident, follower)
        assert (view["status"], view["outcome"]) == ("closed", "settled")
        assert view["timeline"][-1]["by"] == "agency"
        assert (await filing(store)).status == "ended"

        await act(store, incident, StillThere(), follower)
        await file_due(store)
        assert sorted(there.filed) == ["1000", "1001"], "reopened, it is a request of its own there"


async def test_a_number_that_comes_later(store: Store, clock: FakeClock) -> None:
    async with running_agency() as there:
        there.tokens = True
        await speaks(store, there)
        await reported(store)
        await file_due(store)
        assert ((await filing(store)).status, (await filing(store)).token) == ("token", "t1000")
        clock.advance(60)
        await file_due(store)
        assert (await filing(store)).status == "token"
        there.ready.add("t1000")
        clock.advance(60)
        await file_due(store)
        assert ((await filing(store)).status, (await filing(store)).service_request_id) == ("filed", "1000")


async def test_a_call_that_broke_off_is_not_filed_a_second_time(store: Store, clock: FakeClock) -> None:
    async with running_agency() as there:
        there.swallow = True
        await speaks(store, there)
        await reported(store)
        await file_due(store)
        assert ((await filing(store)).status, (await filing(store)).attempts) == ("due", 1)
        clock.advance(60)
        await file_due(store)
        assert there.calls == ["POST", "GET"]
        assert ((await filing(store)).status, (await filing(store)).service_request_id) == ("filed", "1000")
        assert len(there.filed) == 1


async def test_it_tries_again_later_and_later_and_gives_up_in_the_end(store: Store, clock: FakeClock) -> None:
    async with running_agency() as there:
        await speaks(store, there)
        await reported(store)
        for attempt in range(1, 13):
            there.answers = [error(503, "busy")]
            before = clock.now()
            assert await file_due(store) == 1
            kept = await filing(store)
            assert kept.attempts == attempt
            clock.advance((kept.due_at - before).total_seconds())
        assert (kept.status, kept.error) == ("failed", "503 busy")
        assert kept.due_at - before == timedelta(hours=6), "never more than six hours apart"
        assert await file_due(store) == 0


async def test_what_is_wrong_with_the_call_itself_is_not_tried_again(store: Store) -> None:
    async with running_agency() as there:
        await speaks(store, there, key="wrong")
        await reported(store)
        await file_due(store)
        kept = await filing(store)
        assert kept.status == "failed"
        assert kept.error == "403 Invalid api_key received -- can't proceed with create_request."


async def test_an_answer_that_is_none_is_no_news(store: Store, clock: FakeClock) -> None:
    async with running_agency() as there:
        await speaks(store, there)
        found, _ = await reported(store)
        await file_due(store)
        bomb = (
            b'<!DOCTYPE r [<!ENTITY a "closed">]><service_requests><request><status>&a;</status>'
            b"</request></service_requests>"
        )
        for content in (bomb, b"<html>", b"\xff\xfe", b"x" * 300_000, b"<service_requests/>"):
            there.answers = [Response(content, media_type="text/xml")]
            clock.advance(6 * 3600)
            await file_due(store)
            assert (await filing(store)).status == "filed"
            assert await told(store, str(found.view["id"])) == ["reported"]


async def test_a_place_that_does_not_answer_keeps_no_lease(store: Store, clock: FakeClock) -> None:
    async with running_agency() as there:
        nowhere = Agency(url="http://127.0.0.1:1/v2")
        await speaks(store, nowhere)
        await reported(store)
        await file_due(store)
        kept = await filing(store)
        assert (kept.status, kept.lease_until, kept.error) == ("due", None, "ConnectError")
        assert there.calls == []


async def test_another_agency_s_word_counts_once_it_was_referred(store: Store, clock: FakeClock) -> None:
    async with running_agency() as there, running_agency() as other:
        await speaks(store, there)
        second = await speaks(store, other, "lamps", body="lighting")
        found, _ = await reported(store)
        incident = str(found.view["id"])
        await file_due(store)
        await act(store, incident, Refer(agency="lamps"), CHEN)
        assert (await row(store, incident)).agency_id == second
        there.status["1000"] = "closed"
        clock.advance(900)
        await file_due(store)
        assert await told(store, incident) == ["reported", "referred"], "the first one is not asked any more"
        assert len(other.filed) == 1


async def test_two_workers_file_it_once(store: Store) -> None:
    async with running_agency() as there:
        await speaks(store, there)
        await reported(store)
        done = await asyncio.gather(file_due(store), file_due(store))
        assert sorted(done) == [0, 1]
        assert len(there.filed) == 1


def test_what_is_read_of_a_strangers_answer() -> None:
    (one,) = requests_of(
        b'<?xml version="1.0"?><service_requests><request><service_request_id>638344</service_request_id>'
        b"<status>Closed</status><status_notes>Done.</status_notes>"
        b"<expected_datetime>2010-04-15T06:37:38-08:00</expected_datetime></request></service_requests>"
    )
    assert (one.number, one.status, one.notice, one.token) == ("638344", "closed", "Done.", None)
    assert one.expected is not None
    with pytest.raises(AnswerUnreadable):
        requests_of(b"<errors><error><code>404</code></error></errors>")
