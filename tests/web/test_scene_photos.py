"""Photos of accidents and hazards: uploads that belong to the scene from their first byte, and join it examined."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select, update

from models.actions import flags
from models.flags.content import Stage
from models.store import Store
from models.tables import incidents, photos, regions, uploads
from tests.support.city import CHEN, YUCHENG, ZHANG, joins
from tests.support.clock import FakeClock
from tests.support.examined import SHADES, examine_all, grey
from tests.support.hazards import switch_on
from tests.support.resumable import Phone, upload_id
from tests.web.client import Client, bearer, error_of, picture
from tests.web.test_accidents import ADMIN, HAND, details, party, report
from tests.web.test_hazards import sent
from web.signing import PASS, SHOWN


@pytest.fixture(autouse=True)
async def both_are_on(store: Store) -> None:
    await joins(store, ADMIN)
    await flags.set_stage(store, "module.accidents", YUCHENG, Stage("live"), ADMIN)
    await switch_on(store)


async def two_parties(web: Client) -> tuple[str, dict[str, str], dict[str, str]]:
    """The accident's address, and the headers of each; the form is chosen."""
    url, a = await party(web, await report(web))
    _, b = await party(web, await web.post(f"{url}/parties", headers=a))
    stated = {"form": "rear_end", "mine": "rear_end", "theirs": "ordinary", "weather": "rain"}
    assert (await web.put(f"{url}/terms", json=stated, headers=a)).status_code == 200
    return url, a, b


async def seen_by(web: Client, url: str, headers: dict[str, str]) -> dict[str, Any]:
    answer = await web.get(url, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["accident"]
    return found


async def row_of(store: Store, name: str) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(uploads).where(uploads.c.id == upload_id(name)))).one()


async def test_a_photo_of_the_guide_joins_the_accident_with_the_hash_of_what_was_sent(
    web: Client, store: Store
) -> None:
    url, a, b = await two_parties(web)
    phone = Phone(web, a, "accident")
    await phone.begin("front", 10, shot="front")
    assert (await row_of(store, "front")).about == url[-26:], "from its first byte on"
    assert (await seen_by(web, url, b))["coming"] == 1
    await phone.append("front", 0, b"0123456789")
    assert (await seen_by(web, url, b))["photos"] == []
    before = (await seen_by(web, url, a))["terms"]
    assert await examine_all(store) == [None]
    seen = await seen_by(web, url, b)
    (shown,) = seen["photos"]
    assert (shown["id"], shown["shot"], seen["coming"]) == (upload_id("front"), "front", 0)
    assert seen["terms"] == before + 1, "what is signed names each photo"
    async with store.database.read() as connection:
        row = (await connection.execute(select(photos))).one()
        counted = (await connection.execute(select(incidents.c.photos))).scalar_one()
    assert (bytes(row.sha256), row.by[:6], counted) == (hashlib.sha256(b"0123456789").digest(), "party:", 1)
    told = (await web.get(url.replace("accidents", "incidents"), headers=b)).json()["incident"]
    assert told["timeline"][-1]["event"] == "photographed"


async def test_who_sent_it_and_the_police_see_it_plain_and_the_other_party_covered(
    web: Client, store: Store
) -> None:
    zhang = bearer(await web.on_duty(ZHANG, YUCHENG))
    url, a, b = await two_parties(web)
    await Phone(web, a, "accident").send("front", b"01234", shot="front")
    await examine_all(store)
    (shown,) = (await seen_by(web, url, b))["photos"]
    for headers, shade in ((a, SHADES["file"]), (zhang, SHADES["file"]), (b, SHADES["covered"])):
        assert (await web.get(shown["url"], headers=headers)).content == grey(shade, 5)
    _, stranger = await party(web, await report(web))
    assert error_of(await web.get(shown["url"], headers=stranger))[0] == 404
    # The direct address knows nothing of covered copies, so it knows nothing of this photo.
    for headers in (a, b, zhang):
        direct = await web.get(f"/api/v1/photos/{upload_id('front')}", headers=headers)
        assert error_of(direct)[0] == 404


async def test_the_direct_way_is_closed_to_those_concerned(web: Client) -> None:
    files = {"photo": ("a.jpg", picture(), "image/jpeg")}
    url, a = await party(web, await report(web))
    hazard, token = await sent(web)
    for incident, headers in ((url[-26:], a), (hazard, bearer(token))):
        refused = await web.post(f"/api/v1/incidents/{incident}/photos", files=files, headers=headers)
        assert error_of(refused)[:2] == (409, "conflict")
    chen = bearer(await web.token_of(CHEN))
    assert (
        await web.post(f"/api/v1/incidents/{hazard}/photos", files=files, headers=chen)
    ).status_code == 201


async def test_a_photo_is_taken_anew_or_is_another_one_of_the_guide(web: Client, store: Store) -> None:
    url, a, _ = await two_parties(web)
    phone = Phone(web, a, "accident")
    # The very same file again is the photo that is there already.
    for name, content, shot in (
        ("first", b"01234", "front"), ("second", b"56789", "front"), ("twin", b"01234", "rear"),
    ):  # fmt: skip
        await phone.send(name, content, shot=shot)
        assert await examine_all(store) == [None]
    seen = await seen_by(web, url, a)
    assert {(one["id"], one["shot"]) for one in seen["photos"]} == {
        (upload_id("first"), "rear"), (upload_id("second"), "front"),
    }  # fmt: skip
    named = await web.put(f"{url}/shots/impact", json={"photo": upload_id("second")}, headers=a)
    assert named.status_code == 200
    assert error_of(await phone.begin("third", 5, shot="moon")) == (422, "invalid_field", "shot")
    assert (await web.put(f"{url}/shots/rear", json={"photo": "none"}, headers=a)).status_code == 404


async def test_nobody_signs_while_a_photo_is_on_its_way_and_one_that_died_holds_up_nobody_for_long(
    web: Client, store: Store, clock: FakeClock
) -> None:
    url, a, b = await two_parties(web)
    owners = ("吴建国", "川TA1235", "13812340001"), ("罗小梅", "川TD12345", "13812340002")
    for headers, own in zip((a, b), owners, strict=True):
        await web.put(f"{url}/party", json=details(*own), headers=headers)
    phone = Phone(web, a, "accident")
    await phone.begin("front", 10, shot="front")

    async def sign(headers: dict[str, str]) -> Any:
        terms = (await seen_by(web, url, a))["terms"]
        return await web.post(f"{url}/sign", json={"terms": terms, "strokes": HAND}, headers=headers)

    assert error_of(await sign(b))[:2] == (409, "conflict")
    await phone.append("front", 0, b"0123456789")
    assert error_of(await sign(b))[:2] == (409, "conflict"), "nor while it is looked at"
    await examine_all(store)
    assert (await sign(b)).status_code == 200
    await phone.begin("rear", 10, shot="rear")
    assert (await phone.give_up("rear")).status_code == 204
    await phone.begin("impact", 10, shot="impact")
    clock.advance(seconds=601)
    assert (await sign(a)).status_code == 200
    assert (await seen_by(web, url, a))["documents"]
    # What comes when all is settled is not added, and says so.
    assert (await phone.append("impact", 0, b"0123456789")).status_code == 204
    assert await examine_all(store) == ["closed"]
    assert (await phone.show("impact")).json()["upload"]["why"] == "closed"
    assert error_of(await phone.begin("later", 10))[:2] == (409, "illegal_transition")


async def test_as_many_as_the_rule_says_and_none_of_last_week(
    web: Client, store: Store, clock: FakeClock
) -> None:
    url, a, b = await two_parties(web)
    phone, other = Phone(web, a, "accident"), Phone(web, b, "accident")
    for number in range(20):
        assert (await (phone, other)[number % 2].begin(f"{number}", 5)).status_code == 201
    refused = await phone.begin("20", 5)
    assert error_of(refused)[:2] == (409, "conflict")
    assert "20" in refused.json()["error"]["message"]
    await phone.append("0", 0, b"01234")
    assert await examine_all(store, clock.now() - timedelta(days=2)) == ["too_old"]
    assert (await phone.begin("20", 5)).status_code == 201, "a refused one is none of the twenty"
    await other.append("1", 0, b"01234")
    assert await examine_all(store, clock.now() + timedelta(hours=1)) == ["not_yet"]
    assert (await seen_by(web, url, a))["photos"] == []


async def test_followers_of_a_hazard_see_covered_copies_and_a_merged_one_goes_on(
    web: Client, store: Store
) -> None:
    hazard, token = await sent(web)
    joined = (await web.post(f"/api/v1/hazards/{hazard}/join", json={})).json()["access_token"]
    await Phone(web, bearer(token), "hazard").send("hole", b"01234")
    await examine_all(store)
    told = (await web.get(f"/api/v1/incidents/{hazard}", headers=bearer(joined))).json()["incident"]
    (shown,) = told["photos"]
    assert (await web.get(shown["url"], headers=bearer(joined))).content == grey(SHADES["covered"], 5)
    assert (await web.get(shown["url"], headers=bearer(token))).content == grey(SHADES["file"], 5)
    # On its way while a commander finds that both are one.
    other, late = await sent(web, location={"lat": 29.9976, "lng": 103.0133})
    phone = Phone(web, bearer(late), "hazard")
    await phone.begin("late", 6)
    async with store.database.write() as connection:
        await connection.execute(
            update(incidents).where(incidents.c.id == other).values(status="closed", merged_into=hazard)
        )
    await phone.append("late", 0, b"012345")
    assert await examine_all(store) == [None]
    async with store.database.read() as connection:
        query = select(photos.c.incident_id).where(photos.c.id == upload_id("late"))
        assert (await connection.execute(query)).scalar_one() == hazard
    assert (await row_of(store, "late")).about == hazard


async def test_whoever_reads_hazards_by_open311_gets_the_covered_copy_and_no_other(
    web: Client, store: Store
) -> None:
    hazard, token = await sent(web)
    requests = f"/open311/v2/requests/{hazard}"

    async def told(suffix: str = "json") -> httpx2.Response:
        answer = await web.get(f"{requests}.{suffix}")
        assert answer.status_code == 200
        return answer

    assert (await told()).json()[0]["media_url"] is None
    await Phone(web, bearer(token), "hazard").send("hole", b"01234")
    assert (await told()).json()[0]["media_url"] is None, "not before it was looked at"
    await examine_all(store)
    url = (await told()).json()[0]["media_url"]
    assert f"<media_url>{url}</media_url>" in (await told("xml")).text
    path = url[url.index("/api/") :]
    shown = await web.get(path)
    assert (shown.content, shown.headers["content-type"]) == (grey(SHADES["covered"], 5), "image/jpeg")
    assert shown.headers["cache-control"] == "public, no-cache"
    assert shown.headers["x-robots-tag"] == "noindex"
    known = await web.get(path, headers={"If-None-Match": shown.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")

    # A picture's id alone, another one's signature, something else that was signed here: nothing.
    picture_id, _, mac = path.rpartition("/")[2].partition(".")
    accident, a, _ = await two_parties(web)
    await Phone(web, a, "accident").send("crash", b"012345")
    await examine_all(store)
    (crash,) = (await seen_by(web, accident, a))["photos"]
    of_crash = crash["url"].rpartition("/")[2]
    signer = web.app.state.site.signer
    for link in (
        picture_id,
        f"{of_crash}.{mac}",
        signer.sign(PASS, picture_id),
        signer.sign(SHOWN, of_crash),
    ):
        assert error_of(await web.get(f"/api/v1/hazard-pictures/{link}"))[0] == 404

    # An officer covers something more: until it is drawn nobody gets it, whatever a cache has kept.
    chen = bearer(await web.token_of(CHEN))
    area = {"left": 1, "top": 1, "width": 9, "height": 9}
    covered = await web.post(f"/api/v1/pictures/{picture_id}/regions", json=area, headers=chen)
    assert covered.status_code == 201
    again = await web.get(path, headers={"If-None-Match": shown.headers["etag"]})
    assert error_of(again)[0] == 404
    assert (await told()).json()[0]["media_url"] is None


@pytest.mark.parametrize("why", ["all of it is covered", "it was rejected"])
async def test_what_shows_nothing_or_was_rejected_is_shown_to_nobody(
    web: Client, store: Store, why: str
) -> None:
    hazard, token = await sent(web)
    await Phone(web, bearer(token), "hazard").send("hole", b"01234")
    await examine_all(store)
    path = (await web.get(f"/open311/v2/requests/{hazard}.json")).json()[0]["media_url"]
    path = path[path.index("/api/") :]
    async with store.database.write() as connection:
        if why == "it was rejected":
            await connection.execute(update(incidents).values(status="closed", outcome="rejected"))
        else:
            picture_id = path.rpartition("/")[2].partition(".")[0]
            row = {"id": "r", "picture_id": picture_id, "kind": "whole", "at": store.clock.now()}
            box = {"left": 0, "top": 0, "width": 640, "height": 480}
            await connection.execute(insert(regions).values(row | box))
    assert error_of(await web.get(path))[0] == 404
    assert (await web.get(f"/open311/v2/requests/{hazard}.json")).json()[0]["media_url"] is None


async def test_an_upload_of_somebody_who_has_no_part_in_it_belongs_to_nothing(
    web: Client, store: Store
) -> None:
    _, mover = await web.asked()
    await Phone(web, bearer(mover), "accident").begin("none", 5)
    assert (await row_of(store, "none")).about is None
    hazard, token = await sent(web)
    await Phone(web, bearer(token), "accident").begin("wrong", 5)
    assert (await row_of(store, "wrong")).about is None
