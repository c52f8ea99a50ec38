"""Who sees what of a picture that somebody sent: as it is, covered, or nothing at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.store import Store
from models.tables import audit, regions
from tests.support.city import AUX, CHEN, WANG, YUCHENG, ZHANG
from tests.support.examined import ORIGINAL, VIDEO, examined, grey
from tests.support.resumable import upload_id
from tests.web.client import Client, bearer, error_of
from tests.web.people import People, people

PICTURE, UPLOAD = "/api/v1/pictures", "/api/v1/uploads"


@pytest.fixture
async def everybody(web: Client) -> People:
    return await people(web)


@pytest.fixture
async def picture(everybody: People, store: Store) -> str:
    """A photo that somebody else sent, part of the incident of everybody."""
    return await examined(store, "one", about=everybody.incident)


async def records(store: Store, action: str) -> list[tuple[str, str | None]]:
    async with store.database.read() as connection:
        query = select(audit.c.actor, audit.c.subject, audit.c.reason).where(audit.c.action == action)
        return [(f"{row.actor} {row.subject}", row.reason) for row in await connection.execute(query)]


async def test_police_see_it_plain_those_concerned_covered_and_others_nothing(
    web: Client, everybody: People, picture: str, store: Store
) -> None:
    for role in ("police", "commander"):
        headers = await everybody.headers(role)
        assert (await web.get(f"{PICTURE}/{picture}", headers=headers)).content == grey(10)
        assert (await web.get(f"{PICTURE}/{picture}?size=thumb", headers=headers)).content == grey(60)
        as_others = await web.get(f"{PICTURE}/{picture}?as=others", headers=headers)
        assert as_others.content == grey(120)
    assert (f"officer:{ZHANG.id} picture:{picture}", None) in await records(store, "look")
    for role in ("requester", "owner"):
        headers = await everybody.headers(role)
        assert (await web.get(f"{PICTURE}/{picture}", headers=headers)).content == grey(120)
        assert (await web.get(f"{PICTURE}/{picture}?size=thumb", headers=headers)).content == grey(200)
    neighbour = bearer(await web.token_of(WANG))
    _, stranger = await web.asked("two")
    auxiliary = await everybody.headers("auxiliary")
    for headers in (neighbour, bearer(stranger), auxiliary):
        assert error_of(await web.get(f"{PICTURE}/{picture}", headers=headers)) == (404, "not_found", None)
        assert error_of(await web.get(f"{UPLOAD}/{upload_id('one')}", headers=headers))[0] == 404


async def test_an_auxiliary_officer_sees_what_he_is_at(web: Client, everybody: People, picture: str) -> None:
    auxiliary = bearer(await web.on_duty(AUX, YUCHENG))
    accepted = await web.post(f"/api/v1/incidents/{everybody.incident}/accept", headers=auxiliary)
    assert accepted.status_code == 200, accepted.text
    assert (await web.get(f"{PICTURE}/{picture}", headers=auxiliary)).content == grey(10)


async def test_where_it_was_taken_is_for_the_police(web: Client, everybody: People, picture: str) -> None:
    police = (await web.get(f"{UPLOAD}/{upload_id('one')}", headers=await everybody.headers("police"))).json()
    assert police["upload"]["taken_place"] == {"lat": 29.9876, "lng": 103.0133}
    requester = await web.get(f"{UPLOAD}/{upload_id('one')}", headers=await everybody.headers("requester"))
    assert "taken_place" not in requester.json()["upload"]
    assert [one["id"] for one in requester.json()["upload"]["pictures"]] == [picture]
    assert "29.98" not in requester.text


async def test_before_it_belongs_to_something_nobody_else_sees_it(
    web: Client, everybody: People, store: Store
) -> None:
    picture = await examined(store, "one")
    for role in ("police", "commander", "requester"):
        headers = await everybody.headers(role)
        assert error_of(await web.get(f"{PICTURE}/{picture}", headers=headers)) == (404, "not_found", None)
    await examined(store, "two", purpose="no hook", about=everybody.incident)
    headers = await everybody.headers("police")
    assert error_of(await web.get(f"{UPLOAD}/{upload_id('two')}", headers=headers))[0] == 404


async def test_a_browser_that_has_it_asks_whether_it_may_and_is_told_no_more(
    web: Client, everybody: People, picture: str
) -> None:
    headers = await everybody.headers("requester")
    first = await web.get(f"{PICTURE}/{picture}", headers=headers)
    assert first.headers["cache-control"] == "private, no-cache"
    again = await web.get(f"{PICTURE}/{picture}", headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    nobody = await web.get(f"{PICTURE}/{picture}", headers={"If-None-Match": first.headers["etag"]})
    assert nobody.status_code == 401


async def test_an_area_that_is_covered_by_hand_hides_the_picture_until_it_is_drawn(
    web: Client, everybody: People, picture: str, store: Store
) -> None:
    police, requester = await everybody.headers("police"), await everybody.headers("requester")
    area = {"left": 10, "top": 20, "width": 30, "height": 40}
    covered = await web.post(f"{PICTURE}/{picture}/regions", json=area, headers=police)
    assert covered.status_code == 201, covered.text
    region = covered.json()["region"]
    again = await web.post(f"{PICTURE}/{picture}/regions", json=area, headers=police)
    assert again.json()["region"]["id"] == region["id"]
    hidden = await web.get(f"{PICTURE}/{picture}", headers=requester)
    assert error_of(hidden) == (409, "conflict", None)
    assert "请稍等" in hidden.json()["error"]["message"]
    assert (await web.get(f"{PICTURE}/{picture}", headers=police)).content == grey(10)
    listed = (await web.get(f"{PICTURE}/{picture}/regions", headers=police)).json()
    assert (listed["ready"], len(listed["regions"])) == (False, 1)
    removed = await web.delete(f"{PICTURE}/{picture}/regions/{region['id']}", headers=police)
    assert removed.status_code == 204
    unknown = await web.delete(f"{PICTURE}/{picture}/regions/{'a' * 26}", headers=police)
    assert error_of(unknown) == (404, "not_found", None)
    async with store.database.read() as connection:
        row = (await connection.execute(select(regions))).one()
    assert (row.by, row.removed_by) == (f"officer:{ZHANG.id}", f"officer:{ZHANG.id}")
    assert [who for who, _ in await records(store, "cover")] == [f"officer:{ZHANG.id} picture:{picture}"]
    assert [who for who, _ in await records(store, "uncover")] == [f"officer:{ZHANG.id} picture:{picture}"]


@pytest.mark.parametrize(
    "area", [(-1, 0, 9, 9), (0, 0, 641, 9), (0, 472, 9, 9), (0, 0, 3, 9), (639, 0, 9, 9)]
)
async def test_an_area_outside_the_picture_is_refused(
    web: Client, everybody: People, picture: str, area: tuple[int, ...]
) -> None:
    given = dict(zip(("left", "top", "width", "height"), area, strict=True))
    answer = await web.post(
        f"{PICTURE}/{picture}/regions", json=given, headers=await everybody.headers("police")
    )
    assert error_of(answer) == (422, "invalid_field", "area")


async def test_an_original_takes_a_reason_that_is_kept(
    web: Client, everybody: People, picture: str, store: Store
) -> None:
    commander, url = await everybody.headers("commander"), f"{UPLOAD}/{upload_id('one')}/original"
    assert error_of(await web.post(url, json={"reason": " "}, headers=commander))[2] == "reason"
    answer = await web.post(url, json={"reason": "复核举报"}, headers=commander)
    assert answer.content == ORIGINAL
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{upload_id("one")}.jpg"'
    assert answer.headers["cache-control"] == "no-store"
    assert await records(store, "look.original") == [
        (f"officer:{CHEN.id} upload:{upload_id('one')}", "复核举报")
    ]
    neighbour = bearer(await web.token_of(WANG))
    assert error_of(await web.post(url, json={"reason": "复核"}, headers=neighbour))[0] == 404
    requester = await everybody.headers("requester")
    assert error_of(await web.post(url, json={"reason": "复核"}, headers=requester))[0] == 403


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        (None, 200, 0, 999),
        ("bytes=0-9", 206, 0, 9),
        ("bytes=990-", 206, 990, 999),
        ("bytes=990-5000", 206, 990, 999),
        ("bytes=-10", 206, 990, 999),
        ("bytes=-5000", 206, 0, 999),
        ("bytes=0-1,4-5", 200, 0, 999),
        ("bytes=-", 200, 0, 999),
    ],
)
async def test_a_video_plays_in_parts_for_the_police_and_not_for_those_concerned(
    web: Client, everybody: People, store: Store, asked: str | None, status: int, first: int, last: int
) -> None:
    name = store.media.keep(VIDEO, "mp4")
    await examined(store, "one", about=everybody.incident, kind="video", video=name, seconds=3.0)
    url = f"{UPLOAD}/{upload_id('one')}/video"
    headers: dict[str, Any] = await everybody.headers("police") | ({"Range": asked} if asked else {})
    answer = await web.get(url, headers=headers)
    assert (answer.status_code, answer.content) == (status, VIDEO[first : last + 1])
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {first}-{last}/1000"
    beyond = await web.get(url, headers={**headers, "Range": "bytes=1000-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */1000")
    requester = await everybody.headers("requester")
    assert error_of(await web.get(url, headers=requester))[0] == 404
    view = (await web.get(f"{UPLOAD}/{upload_id('one')}", headers=requester)).json()["upload"]
    assert view["video"] is None
