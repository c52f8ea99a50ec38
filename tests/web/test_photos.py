"""Photos: judged by content, kept without what a phone writes into them, seen only by those entitled."""

from __future__ import annotations

import io
from pathlib import Path

import httpx2
from PIL import Image
from sqlalchemy import func, select

from models.tables import audit, photos
from tests.support.city import CHEN, MINGSHAN, WANG, ZHANG
from tests.support.recording import RecordingBell
from tests.web.client import Client, bearer, error_of, picture


async def upload(
    web: Client, incident: str, token: str, content: bytes, name: str = "photo"
) -> httpx2.Response:
    return await web.post(
        f"/api/v1/incidents/{incident}/photos",
        files={name: ("a.jpg", content, "image/jpeg")},
        headers=bearer(token),
    )


def kept(web: Client) -> list[Path]:
    return sorted((web.store.settings.home / "media").rglob("*.*"))


async def test_a_photo_is_kept_under_its_digest_without_its_metadata(web: Client) -> None:
    incident, token = await web.asked()
    answer = await upload(web, incident, token, picture())
    assert answer.status_code == 201
    view = answer.json()["photo"]
    assert (view["width"], view["height"]) == (64, 48)
    (file,) = kept(web)
    assert len(file.stem) == 64
    assert b"Zhang San" not in file.read_bytes()
    shown = await web.get(view["url"], headers=bearer(token))
    assert shown.headers["content-type"] == "image/jpeg"
    assert "no-store" in shown.headers["cache-control"]
    assert not Image.open(io.BytesIO(shown.content)).getexif()


async def test_a_photo_is_told_on_the_feed_and_stands_in_the_incident(
    web: Client, bell: RecordingBell
) -> None:
    incident, token = await web.asked()
    await upload(web, incident, token, picture())
    looked = (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(token))).json()["incident"]
    assert [photo["width"] for photo in looked["photos"]] == [64]
    assert looked["timeline"][-1]["event"] == "photographed"
    assert '"photos":1' in bell.entries[-1].data


async def test_what_is_no_photo_is_refused_and_nothing_is_kept(web: Client) -> None:
    incident, token = await web.asked()
    whole = picture(size=(400, 300))
    assert error_of(await upload(web, incident, token, b"%PDF-1.7 hello")) == (
        415,
        "unsupported_media",
        "photo",
    )
    assert error_of(await upload(web, incident, token, b"<svg onload=alert(1)>"))[:2] == (
        415,
        "unsupported_media",
    )
    assert error_of(await upload(web, incident, token, b""))[0] in {415, 422}
    assert error_of(await upload(web, incident, token, whole[: len(whole) // 2])) == (
        422,
        "invalid_field",
        "photo",
    )
    assert error_of(await upload(web, incident, token, whole, name="file")) == (422, "invalid_field", "photo")
    large = await upload(web, incident, token, b"\xff\xd8" + b"0" * (10 * 1024 * 1024 + 1))
    assert error_of(large)[:2] == (413, "payload_too_large")
    path = f"/api/v1/incidents/{incident}/photos"
    assert error_of(await web.post(path, json={}, headers=bearer(token)))[:2] == (415, "unsupported_media")
    assert kept(web) == []
    async with web.store.database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(photos))).scalar_one() == 0


async def test_a_torn_upload_is_refused_and_nothing_is_kept(web: Client) -> None:
    incident, token = await web.asked()
    headers = {"content-type": "multipart/form-data; boundary=xyz", **bearer(token)}
    path = f"/api/v1/incidents/{incident}/photos"
    begun = b'--xyz\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n' + picture()
    for body in (begun, begun[:40], b"garbage", b""):
        answer = await web.post(path, content=body, headers=headers)
        assert error_of(answer)[0] == 422, body[:40]
    no_boundary = {"content-type": "multipart/form-data", **bearer(token)}
    assert error_of(await web.post(path, content=begun, headers=no_boundary))[0] == 422
    assert kept(web) == []


async def test_strangers_neither_add_nor_see(web: Client) -> None:
    incident, token = await web.asked("one")
    _, stranger = await web.asked("two")
    elsewhere = await web.token_of(WANG)
    url = (await upload(web, incident, token, picture())).json()["photo"]["url"]
    for other in (stranger, elsewhere):
        assert error_of(await upload(web, incident, other, picture()))[:2] == (403, "forbidden")
        assert error_of(await web.get(url, headers=bearer(other)))[:2] == (403, "forbidden")
    assert (await web.get(url)).status_code == 401
    assert error_of(await web.get("/api/v1/photos/none", headers=bearer(token)))[:2] == (404, "not_found")
    assert WANG.districts == {MINGSHAN}


async def test_a_look_of_staff_is_recorded(web: Client) -> None:
    incident, token = await web.asked()
    view = (await upload(web, incident, token, picture())).json()["photo"]
    for officer in (ZHANG, CHEN):
        assert (await web.get(view["url"], headers=bearer(await web.token_of(officer)))).status_code == 200
    await web.get(view["url"], headers=bearer(token))
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.subject == f"photo:{view['id']}"))).all()
    assert {row.actor for row in rows} == {f"officer:{ZHANG.id}", f"officer:{CHEN.id}"}


async def test_the_same_photo_again_is_the_photo_that_is_there(web: Client) -> None:
    incident, token = await web.asked()
    first, again = [await upload(web, incident, token, picture()) for _ in range(2)]
    assert first.json() == again.json()


async def test_nine_photos_are_enough(web: Client) -> None:
    incident, token = await web.asked()
    for number in range(9):
        assert (await upload(web, incident, token, picture(size=(20 + number, 20)))).status_code == 201
    assert error_of(await upload(web, incident, token, picture(size=(99, 20))))[:2] == (409, "conflict")


async def test_nothing_joins_what_is_over(web: Client) -> None:
    incident, token = await web.asked()
    await web.post(f"/api/v1/incidents/{incident}/settle", json={}, headers=bearer(token))
    assert error_of(await upload(web, incident, token, picture()))[:2] == (409, "illegal_transition")
