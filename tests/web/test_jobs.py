"""The jobs desk, what a city sets up for its channels, and what an owner wants: by the pages' own calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.actions import lives
from models.store import Store
from models.tables import (
    audit,
    cities,
    contact_channels,
    districts,
    incidents,
    notices,
    officers,
    participants,
)
from tests.support.channels import YAAN
from tests.support.city import YUCHENG, joins, officer
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of
from tests.web.people import ADMIN, owner_token

JOBS, CHANNELS = "/api/v1/admin/jobs", "/api/v1/admin/channels"
SMS = {"access_key_id": "LTAI5t", "access_key_secret": "very-secret", "sign_name": "雅安交警"}


async def administrator(web: Client) -> dict[str, str]:
    async with web.store.database.read() as connection:
        query = select(officers.c.id).where(officers.c.id == ADMIN.id)
        known = (await connection.execute(query)).first()
    if known is None:
        await joins(web.store, ADMIN)
    return bearer(await web.token_of(ADMIN))


async def desk(web: Client) -> dict[str, Any]:
    answer = await web.get(JOBS, headers=await administrator(web))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def failed_notice(web: Client, **values: Any) -> str:
    """The notice of a request, refused by its provider."""
    await web.asked()
    failed = {
        "status": "failed",
        "failure": "number_invalid",
        "code": "isv.MOBILE_NUMBER_ILLEGAL",
        "attempts": 1,
    }
    async with web.store.database.write() as connection:
        await connection.execute(update(notices).values(**(failed | values)))
        return str((await connection.execute(select(notices.c.id))).scalar_one())


async def row_of(store: Store, notice: str) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(notices).where(notices.c.id == notice))).one()


async def test_what_waits_who_works_and_what_failed_is_on_one_page_without_a_person(
    web: Client, clock: FakeClock
) -> None:
    await lives.lives(web.store, "one/worker-1", "worker", clock.now())
    await lives.lives(web.store, "one/reader-1", "reader", clock.now())
    await lives.stops(web.store, "one/reader-1")
    notice = await failed_notice(web)
    clock.advance(16)
    told = await desk(web)
    waiting = {one["name"]: one["waiting"] for one in told["queues"]}
    assert waiting == {"notices": 0, "later": 0, "filings": 0, "readings": 0, "uploads": 0, "pictures": 0}
    assert [(one["name"], one["state"]) for one in told["workers"]] == [
        ("one/reader-1", "stopped"),
        ("one/worker-1", "dead"),
    ]
    (one,) = told["failed"]
    assert (one["id"], one["channel"], one["failure"], one["code"]) == (
        notice, "wechat", "number_invalid", "isv.MOBILE_NUMBER_ILLEGAL",
    )  # fmt: skip
    assert "contact" not in str(told)
    assert "川" not in str(told)


async def test_a_worker_that_says_so_is_alive_and_one_of_yesterday_is_forgotten(
    web: Client, clock: FakeClock
) -> None:
    await lives.lives(web.store, "one/worker-1", "worker", clock.now())
    clock.advance(24 * 3_600 + 1)
    await lives.lives(web.store, "one/worker-2", "worker", clock.now())
    assert [(one["name"], one["state"]) for one in (await desk(web))["workers"]] == [
        ("one/worker-2", "alive")
    ]


async def test_once_more_sends_it_again_with_a_reason_on_the_record(web: Client, clock: FakeClock) -> None:
    notice = await failed_notice(web, status="unknown", asked_at=clock.now())
    path = f"{JOBS}/notice/{notice}/retry"
    headers = await administrator(web)
    assert error_of(await web.post(path, json={"reason": " "}, headers=headers))[0] == 422
    assert (await web.post(path, json={"reason": "运营商已恢复"}, headers=headers)).status_code == 204
    row = await row_of(web.store, notice)
    assert (row.status, row.attempts, row.asked_at, row.due_at) == ("queued", 0, None, clock.now())
    assert (await web.post(path, json={"reason": "again"}, headers=headers)).status_code == 404
    async with web.store.database.read() as connection:
        query = select(audit.c.subject, audit.c.reason).where(audit.c.action == "retry_job")
        assert [tuple(one) for one in await connection.execute(query)] == [
            (f"notice:{notice}", "运营商已恢复")
        ]


async def test_never_more_takes_it_off_the_desk(web: Client) -> None:
    notice = await failed_notice(web)
    answer = await web.post(
        f"{JOBS}/notice/{notice}/drop", json={"reason": "号码已停用"}, headers=await administrator(web)
    )
    assert answer.status_code == 204
    assert (await row_of(web.store, notice)).status == "cancelled"
    assert (await desk(web))["failed"] == []


async def test_what_nobody_waits_for_any_more_is_not_sent_again(web: Client) -> None:
    notice = await failed_notice(web)
    async with web.store.database.write() as connection:
        await connection.execute(update(incidents).values(status="closed"))
    answer = await web.post(
        f"{JOBS}/notice/{notice}/retry", json={"reason": "x"}, headers=await administrator(web)
    )
    assert error_of(answer)[:2] == (409, "conflict")
    assert (await row_of(web.store, notice)).status == "failed"


async def test_another_citys_failures_are_neither_seen_nor_touched(web: Client) -> None:
    notice = await failed_notice(web)
    async with web.store.database.write() as connection:
        await connection.execute(
            insert(cities).values(code="510100", name="成都市", name_en="Chengdu", platform="成都交管")
        )
        values = {"code": "510104", "city_code": "510100", "name": "锦江区", "name_en": "Jinjiang"}
        await connection.execute(insert(districts).values(values))
    stranger = officer("880001", "administrator", "510104")
    await joins(web.store, stranger)
    headers = bearer(await web.token_of(stranger))
    assert (await web.get(JOBS, headers=headers)).json()["failed"] == []
    answer = await web.post(f"{JOBS}/notice/{notice}/drop", json={"reason": "x"}, headers=headers)
    assert answer.status_code == 404
    channel = f"{CHANNELS}/{YAAN}/sms"
    assert (await web.put(channel, json={"active": False, "given": {}}, headers=headers)).status_code == 404


async def set_channel(web: Client, **body: Any) -> Any:
    return await web.put(f"{CHANNELS}/{YAAN}/sms", json=body, headers=await administrator(web))


async def sms(web: Client) -> dict[str, Any]:
    answer = await web.get(CHANNELS, headers=await administrator(web))
    (city,) = answer.json()["cities"]
    found: dict[str, Any] = next(one for one in city["channels"] if one["channel"] == "sms")
    return found


async def test_a_city_sets_up_a_channel_and_its_secret_is_told_to_nobody(web: Client) -> None:
    answer = await set_channel(web, active=True, given=SMS, timeout_seconds=3, a_minute=600)
    assert answer.status_code == 204, answer.text
    await web.store.configuration.refresh()
    setup = web.store.channels.of(YAAN, "sms")
    assert setup is not None
    assert setup.secrets["access_key_secret"] == "very-secret"
    assert (setup.timeout_seconds, setup.a_minute) == (3, 600)
    shown = await sms(web)
    assert shown["active"] is True
    assert shown["secrets"] == ["access_key_secret"]
    assert "very-secret" not in str(shown)
    async with web.store.database.read() as connection:
        assert "very-secret" not in str((await connection.execute(select(audit))).all())


async def test_a_secret_that_is_not_typed_in_again_stays_and_an_empty_one_goes(web: Client) -> None:
    await set_channel(web, active=True, given=SMS)
    plain = {name: text for name, text in SMS.items() if name != "access_key_secret"}
    assert (await set_channel(web, active=True, given=plain)).status_code == 204
    assert (await sms(web))["secrets"] == ["access_key_secret"]
    taken = plain | {"access_key_secret": ""}
    assert error_of(await set_channel(web, active=True, given=taken)) == (
        422,
        "invalid_field",
        "access_key_secret",
    )
    assert (await set_channel(web, active=False, given=taken)).status_code == 204
    assert (await sms(web))["secrets"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given": SMS | {"colour": "red"}}, "colour"),
        ({"given": SMS | {"endpoint": "http://example.com"}}, "endpoint"),
        ({"given": {"sign_name": "雅安交警"}}, "access_key_id"),
        ({"timeout_seconds": 60}, "timeout_seconds"),
        ({"a_minute": 0}, "a_minute"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_cannot_be_is_refused_by_its_field(
    web: Client, changes: dict[str, Any], field: str
) -> None:
    body = {"active": True, "given": SMS} | changes
    assert error_of(await set_channel(web, **body)) == (422, "invalid_field", field)


async def an_owner(web: Client) -> dict[str, str]:
    incident, _ = await web.asked()
    token = await owner_token(web.store, incident)
    async with web.store.database.write() as connection:
        mine = participants.c.role == "owner"
        await connection.execute(update(participants).where(mine).values(contact_id="contact-one-1"))
    return bearer(token)


async def test_an_owner_says_by_which_ways_he_wants_to_be_told_and_one_stays(web: Client) -> None:
    headers = await an_owner(web)
    shown = (await web.get("/api/v1/ways", headers=headers)).json()["ways"]
    assert [(one["channel"], one["allowed"]) for one in shown] == [
        ("wechat", True),
        ("sms", True),
        ("call", True),
    ]
    wish = [
        {"channel": "wechat", "allowed": False},
        {"channel": "call", "allowed": True, "quiet_from": 22, "quiet_to": 7},
    ]
    assert (await web.put("/api/v1/ways", json={"ways": wish}, headers=headers)).status_code == 204
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(contact_channels))).all()
    assert {(row.channel, row.allowed, row.quiet_from) for row in rows} == {
        ("wechat", False, None),
        ("call", True, 22),
    }
    none = [{"channel": name, "allowed": False} for name in ("wechat", "sms", "call")]
    answer = await web.put("/api/v1/ways", json={"ways": none}, headers=headers)
    assert error_of(answer) == (422, "invalid_field", "allowed")


@pytest.mark.parametrize(
    "way",
    [
        {"channel": "pigeon", "allowed": True},
        {"channel": "call", "allowed": True, "quiet_from": 22},
        {"channel": "call", "allowed": True, "quiet_from": 22, "quiet_to": 24},
    ],
)
async def test_a_way_that_cannot_be_is_refused(web: Client, way: dict[str, Any]) -> None:
    answer = await web.put("/api/v1/ways", json={"ways": [way]}, headers=await an_owner(web))
    assert answer.status_code == 422


def test_a_dead_worker_is_one_that_missed_three_times() -> None:
    assert lives.SILENT == 3 * lives.SAYS_SO == timedelta(seconds=15)
    assert ADMIN.districts == {YUCHENG}
