"""One officer, one photo, over HTTP: kept sealed and stamped, filed, ended, countersigned, printed, exported."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import Any

import httpx2
from PIL import Image
from redis.asyncio import Redis
from sqlalchemy import select

from models import readers
from models.actions import readings
from models.actions.captures import SEALED
from models.clock import iso
from models.parking.signs import Candidate
from models.tables import audit, captures, parking_records
from tests.support.city import AUX, CHEN, LI, PLATES, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.support.parking import capture_id
from tests.web.client import Client, bearer, error_of, picture

PLACE = {"lat": "29.9876", "lng": "103.0133", "accuracy_m": "12"}


async def shoot(
    web: Client,
    token: str,
    name: str = "one",
    content: bytes | None = None,
    asked: dict[str, str] | None = None,
) -> httpx2.Response:
    said = {"device_at": iso(web.store.clock.now()), **PLACE, **(asked or {})}
    return await web.post(
        f"/api/v1/captures/{capture_id(name)}/photos",
        params=said,
        files={"photo": ("a.jpg", content or picture(size=(640, 480)), "image/jpeg")},
        headers=bearer(token),
    )


async def filed(web: Client, token: str, name: str = "one", plate: str = PLATES["one"]) -> dict[str, Any]:
    shot = await shoot(web, token, name)
    assert shot.status_code == 201, shot.text
    body = {"capture": capture_id(name), "plate": plate}
    done = await web.post("/api/v1/parking-records", json=body, headers=bearer(token))
    assert done.status_code == 201, done.text
    answer: dict[str, Any] = done.json()["filed"]
    return answer


async def test_the_original_is_kept_sealed_and_the_copy_says_what_it_is_of(web: Client) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    content = picture(size=(640, 480))
    answer = (await shoot(web, token, content=content)).json()["capture"]
    assert answer["sha256"] == hashlib.sha256(content).hexdigest()
    async with web.store.database.read() as connection:
        row = (await connection.execute(select(captures))).one()
    sealed = web.store.media.read(row.original)
    assert b"Phone of Zhang San" not in sealed
    assert web.store.vault.open_bytes(SEALED, row.id, sealed) == content
    shown = await web.get(answer["url"], headers=bearer(token))
    copy = Image.open(io.BytesIO(shown.content))
    assert copy.size[0] == 640
    assert copy.size[1] > 480  # the stamp is below the picture and covers nothing
    assert not copy.getexif()
    red = copy.getpixel((320, 240))
    assert isinstance(red, tuple)
    assert red[0] > 180
    small = await web.get(answer["url"], params={"size": "thumb"}, headers=bearer(token))
    assert max(Image.open(io.BytesIO(small.content)).size) == 320


async def test_the_same_photo_again_leaves_no_second_file_and_another_is_refused(web: Client) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    first = await shoot(web, token)
    again = await shoot(web, token)
    assert again.status_code == 201
    assert again.json()["capture"]["received_at"] == first.json()["capture"]["received_at"]
    assert len(sorted((web.store.settings.home / "media").rglob("*.sealed"))) == 1
    other = await shoot(web, token, content=picture(size=(320, 240)))
    assert error_of(other)[:2] == (409, "conflict")
    li = await web.on_duty(LI, YUCHENG)
    assert error_of(await shoot(web, li))[:2] == (409, "conflict")


async def test_what_is_no_photo_from_nowhere_or_from_another_year_is_refused(web: Client) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    for more, field in (
        ({"device_at": "yesterday"}, "device_at"),
        ({"device_at": "2020-01-01T00:00:00Z"}, "device_at"),
        ({"lat": "north"}, "location"),
        ({"lat": "0", "lng": "0"}, "location"),
    ):
        assert error_of(await shoot(web, token, asked=more)) == (422, "invalid_field", field)
    assert error_of(await shoot(web, token, content=b"MZ not a photo"))[:2] == (415, "unsupported_media")
    off = await web.token_of(LI)
    assert error_of(await shoot(web, off, "two"))[:2] == (403, "not_on_duty")
    assert not list((web.store.settings.home / "media").rglob("*.sealed"))


async def test_a_record_is_filed_shown_to_its_officer_and_ended(web: Client, clock: FakeClock) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    done = await filed(web, token)
    assert (done["state"], done["joined"], done["told"]) == ("noticed", False, 1)
    (mine,) = (await web.get("/api/v1/parking-records", headers=bearer(token))).json()["records"]
    assert (mine["plate"], mine["offence"], mine["mine"], mine["state"]) == (
        "川TA***5",
        1039,
        True,
        "noticed",
    )
    assert "plate_full" not in mine
    path = f"/api/v1/parking-records/{done['id']}"
    early = await web.post(f"{path}/end", json={"how": "stays"}, headers=bearer(token))
    assert error_of(early)[:2] == (409, "conflict")
    nothing = await web.post(f"{path}/end", json={"how": "left"}, headers=bearer(token))
    assert error_of(nothing) == (422, "invalid_field", "capture")
    clock.advance(120)
    assert (await shoot(web, token, "gone")).status_code == 201
    body = {"how": "left", "capture": capture_id("gone")}
    gone = await web.post(f"{path}/end", json=body, headers=bearer(token))
    assert gone.json() == {"record": {"id": done["id"], "state": "left"}}
    one = (await web.get(path, headers=bearer(token))).json()["record"]
    assert one["plate_full"] == PLATES["one"]
    assert [photo["kind"] for photo in one["photos"]] == ["first", "left"]
    async with web.store.database.read() as connection:
        looks = await connection.execute(select(audit.c.subject).where(audit.c.action == "look"))
        assert f"record:{done['id']}" in set(looks.scalars())


async def test_an_auxiliary_officer_drafts_and_an_officer_sees_the_photo_and_signs(web: Client) -> None:
    aux, police = await web.on_duty(AUX, YUCHENG), await web.token_of(ZHANG)
    done = await filed(web, aux)
    assert (done["state"], done["told"], done["respond_by"]) == ("waits", 0, None)
    path = f"/api/v1/parking-records/{done['id']}"
    own = (await web.get(path, headers=bearer(aux))).json()["record"]
    assert "plate_full" not in own
    assert PLATES["one"] not in str(own)
    (waits,) = (await web.get("/api/v1/parking-records/waiting", headers=bearer(police))).json()["records"]
    assert (waits["id"], waits["mine"], waits["waits"]) == (done["id"], False, True)
    assert (await web.get(waits["photos"][0]["url"], headers=bearer(police))).status_code == 200
    other = await web.token_of(WANG)
    assert (await web.get(waits["photos"][0]["url"], headers=bearer(other))).status_code == 403
    signed = await web.post(f"{path}/countersign", json={"approve": True}, headers=bearer(police))
    assert signed.json()["record"]["state"] == "noticed"
    assert (await web.get("/api/v1/parking-records/waiting", headers=bearer(police))).json() == {
        "records": []
    }


async def test_a_paper_notice_says_no_more_than_whoever_holds_it_has(web: Client, clock: FakeClock) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    done = await filed(web, token, plate="川TD01234")
    assert done["told"] == 0
    path = f"/api/v1/parking-records/{done['id']}"
    code = (await web.get(path, headers=bearer(token))).json()["record"]["code"]
    pdf = await web.get(f"{path}/notice.pdf", headers=bearer(token))
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    page = await web.get(f"/n/{code.lower()}", headers={"accept-language": "zh"})
    assert page.status_code == 200
    assert "请您挪车" in page.text
    assert "051827" in page.text
    assert "川TD01234" not in page.text
    assert done["id"] not in page.text
    await web.post(f"{path}/withdraw", json={"reason": "救护车"}, headers=bearer(await web.token_of(LI)))
    after = await web.get(f"/n/{code}", headers={"accept-language": "en"})
    assert "The notice is withdrawn" in after.text
    assert "救护车" not in after.text


async def test_a_code_that_was_written_by_hand_is_typed_and_read_however_it_is_grouped(web: Client) -> None:
    empty = await web.get("/n", headers={"accept-language": "zh"})
    assert empty.status_code == 200
    assert 'name="code"' in empty.text
    assert 'role="alert"' not in empty.text
    for typed in ("7k3m-9q2-fxr", "7K3M 9Q2 FXR", " 7K3M9Q2FXR "):
        led = await web.get("/n", params={"code": typed})
        assert (led.status_code, led.headers["location"]) == (303, "/n/7K3M9Q2FXR")
    unknown = await web.get("/n/7K3M9Q2FXR", headers={"accept-language": "zh"})
    assert unknown.status_code == 404
    assert "没有这个编号的告知单" in unknown.text
    assert 'value="7K3M-9Q2-FXR"' in unknown.text, "what was typed stays to be corrected"
    wrong = await web.get("/n", params={"code": '"><script>alert(1)'}, headers={"accept-language": "en"})
    assert wrong.status_code == 422
    assert "ten letters and digits" in wrong.text
    assert "<script>" not in wrong.text


async def test_codes_cannot_be_tried_through(web: Client) -> None:
    statuses = [(await web.get(f"/n/{number:010d}")).status_code for number in range(121)]
    assert statuses == [404] * 120 + [429]
    late = await web.get("/n/0000000000", headers={"accept-language": "zh"})
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) <= 60
    assert 'role="alert"' in late.text
    assert (await web.get("/n")).status_code == 200, "typing asks nobody"


async def test_drafts_are_exported_once_with_their_documented_fields_and_withdrawn_ones_once_more(
    web: Client, clock: FakeClock
) -> None:
    token, chen = await web.on_duty(ZHANG, YUCHENG), await web.token_of(CHEN)
    done = await filed(web, token)
    async with web.store.database.write() as connection:
        values = {"state": "penalty", "ended_at": clock.now(), "place": "=HYPERLINK(1)"}
        await connection.execute(parking_records.update().values(**values))
    begun = iso(clock.now())
    clock.advance(60)
    body = {"district": YUCHENG, "since": begun, "until": iso(clock.now()), "reason": "月度移交"}
    unsaid = await web.post("/api/v1/parking-exports", json=body | {"reason": " "}, headers=bearer(chen))
    assert error_of(unsaid) == (422, "invalid_field", "reason")
    period = {"since": begun, "until": iso(clock.now())}
    counts = f"/api/v1/districts/{YUCHENG}/parking-exports"
    before = await web.get(counts, params=period, headers=bearer(chen))
    assert before.json() == {"drafts": 1, "withdrawn": 0, "exports": []}
    assert PLATES["one"] not in before.text
    first = await web.post("/api/v1/parking-exports", json=body, headers=bearer(chen))
    assert first.status_code == 201, first.text
    export = first.json()["export"]
    (draft,) = export["drafts"]
    assert (draft["record"], draft["status"], draft["plate"], draft["offence"]) == (
        done["id"],
        "draft",
        PLATES["one"],
        1039,
    )
    assert len(draft["photo_sha256"]) == 64
    assert (await web.post("/api/v1/parking-exports", json=body, headers=bearer(chen))).json()["export"][
        "drafts"
    ] == []
    (taken,) = (await web.get(counts, params=period, headers=bearer(chen))).json()["exports"]
    assert (taken["id"], taken["drafts"], taken["csv"]) == (export["id"], 1, export["csv"])
    same = await web.get(export["json"], headers=bearer(chen))
    assert same.json() == {"export": export["id"], "drafts": export["drafts"]}
    assert "attachment" in same.headers["content-disposition"]
    csv = (await web.get(export["csv"], headers=bearer(chen))).content.decode("utf-8-sig").splitlines()
    assert csv[0].startswith(
        "record,status,district,zone,place,lat,lng,accuracy_m,plate,plate_class,offence,"
    )
    assert PLATES["one"] in csv[1]
    assert "'=HYPERLINK(1)" in csv[1]
    li = await web.token_of(LI)
    withdrawn = await web.post(
        f"/api/v1/parking-records/{done['id']}/withdraw", json={"reason": "套牌"}, headers=bearer(li)
    )
    assert withdrawn.status_code == 200, withdrawn.text
    told = (await web.get(counts, params=period, headers=bearer(chen))).json()
    assert (told["drafts"], told["withdrawn"]) == (0, 1), "what was told and is withdrawn is told once more"
    assert (await web.get(counts, headers=bearer(li))).status_code == 403
    again = (await web.post("/api/v1/parking-exports", json=body, headers=bearer(chen))).json()["export"]
    assert [(one["status"], one["withdrawn_reason"]) for one in again["drafts"]] == [("withdrawn", "套牌")]
    assert error_of(await web.post("/api/v1/parking-exports", json=body, headers=bearer(li)))[:2] == (
        403,
        "forbidden",
    )
    query = select(audit.c.reason).where(audit.c.action == "export_drafts", audit.c.success)
    async with web.store.database.read() as connection:
        reasons = list((await connection.execute(query)).scalars())
    assert sorted(reasons) == ["again", "again", "月度移交", "月度移交", "月度移交"]


async def test_the_time_from_shutter_to_filed_is_told_with_its_n(web: Client, clock: FakeClock) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    assert (await shoot(web, token)).status_code == 201
    clock.advance(40)
    body = {"capture": capture_id("one"), "plate": PLATES["one"]}
    await web.post("/api/v1/parking-records", json=body, headers=bearer(token))
    clock.advance(1)
    figures = (await web.get(f"/api/v1/districts/{YUCHENG}/parking-figures", headers=bearer(token))).json()
    assert figures["filing_seconds"] == {"median": 40.0, "p90": 40.0, "n": 1}
    assert figures["records"] == 1


async def test_what_was_read_is_told_to_whom_the_photo_is_and_gone_once_it_is_filed(
    web: Client, redis_url: str
) -> None:
    token, other = await web.on_duty(ZHANG, YUCHENG), await web.on_duty(LI, YUCHENG)
    async with Redis.from_url(redis_url) as redis:
        web.app.state.site = replace(web.app.state.site, redis=redis)
        without = (await shoot(web, token, "before")).json()["capture"]
        assert (without["reading"], without["candidates"]) == ("none", []), "nobody reads"
        await readers.announce(redis)
        assert (await shoot(web, token)).json()["capture"]["reading"] == "queued"
    claimed = await readings.claim(web.store)
    assert claimed is not None
    await readings.finish(
        web.store, claimed, [Candidate(PLATES["one"], 0.9), Candidate("川TA2346", 0.3)], 150
    )
    url = f"/api/v1/captures/{capture_id('one')}"
    told = (await web.get(url, headers=bearer(token))).json()["capture"]
    assert told["reading"] == "read"
    assert told["candidates"] == [
        {"plate": PLATES["one"], "confidence": 0.9, "sure": True},
        {"plate": "川TA2346", "confidence": 0.3, "sure": False},
    ]
    assert (await web.get(url, headers=bearer(other))).status_code == 404
    body = {"capture": capture_id("one"), "plate": PLATES["one"]}
    await web.post("/api/v1/parking-records", json=body, headers=bearer(token))
    told = (await web.get(url, headers=bearer(token))).json()["capture"]
    assert (told["reading"], told["candidates"]) == ("none", [])
