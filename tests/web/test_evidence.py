"""What a city wants of photos is wanted of everybody, and said clearly in both languages."""

from __future__ import annotations

import io

import pytest
from PIL import ExifTags, Image

from models.store import Store
from tests.support.city import CHEN, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.support.rules import in_force
from tests.web.client import Client, bearer, error_of
from tests.web.test_decisions import override
from tests.web.test_overrides import decision
from tests.web.test_photos import upload


def photo(number: int, taken: str = "", zone: str = "") -> bytes:
    """A picture of its own, with the time that the phone wrote into it (the wall clock's)."""
    out, exif = io.BytesIO(), Image.Exif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    if taken:
        details[ExifTags.Base.DateTimeOriginal] = taken
    if zone:
        details[ExifTags.Base.OffsetTimeOriginal] = zone
    Image.new("RGB", (20 + number, 20), (200, 30, 40)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture(autouse=True)
async def _two_photos(store: Store, clock: FakeClock) -> None:
    """Two photos, ten seconds apart, of the last hour; it is 16:00:02 in Beijing then."""
    row = {
        "photos_least": "2", "photos_most": "3", "seconds_apart": "10", "oldest_seconds": "3600", "live_only": "false",
    }  # fmt: skip
    await in_force(store, clock, "evidence", YUCHENG, row)


async def test_a_photo_that_is_too_old_too_close_or_from_tomorrow_is_refused_with_a_sentence(
    web: Client,
) -> None:
    incident, token = await web.asked()
    for number, (taken, why) in enumerate(
        [
            ("2026:11:02 14:59:00", "too_old"),
            ("2026:11:02 16:10:00", "not_yet"),
            ("2020:01:01 00:00:00", "too_old"),
        ]
    ):
        answer = await upload(web, incident, token, photo(number, taken))
        assert error_of(answer) == (422, "invalid_field", "photo")
        assert answer.json()["error"]["why"] == why
    assert (await upload(web, incident, token, photo(5, "2026:11:02 15:59:00"))).status_code == 201
    close = await upload(web, incident, token, photo(6, "2026:11:02 15:59:09"))
    assert close.json()["error"]["why"] == "too_close"
    assert "10" in close.json()["error"]["message"]
    assert (await upload(web, incident, token, photo(7, "2026:11:02 15:59:10"))).status_code == 201
    # The same upload again is the photo that is there, however close it is to itself.
    assert (await upload(web, incident, token, photo(7, "2026:11:02 15:59:10"))).status_code == 201


async def test_a_phone_abroad_says_its_zone_and_one_that_says_nothing_counts_from_its_arrival(
    web: Client, clock: FakeClock
) -> None:
    incident, token = await web.asked()
    zoned = photo(1, "2026:11:02 08:30:00", "+01:00")
    assert (await upload(web, incident, token, zoned)).status_code == 201, "15:30 in Beijing"
    for broken in ("0000:00:00 00:00:00", "soon"):
        answer = await upload(web, incident, token, photo(len(broken), broken))
        assert answer.status_code == 201, answer.text
        clock.advance(10)


async def test_a_requester_calls_officers_early_only_with_the_photos_and_time_waits_for_none(
    web: Client, clock: FakeClock
) -> None:
    incident, token = await web.asked()
    path = f"/api/v1/incidents/{incident}/hand_over"
    answer = await web.post(path, json={}, headers=bearer(token))
    assert error_of(answer)[:2] == (409, "conflict")
    assert {"why": "photos_too_few", "least": 2, "missing": 2}.items() <= answer.json()["error"].items()
    assert (await web.post(path, json={}, headers=bearer(await web.token_of(CHEN)))).status_code == 200


async def test_an_officer_closes_it_as_dealt_with_only_with_his_photos_or_when_somebody_decided_otherwise(
    web: Client, clock: FakeClock
) -> None:
    incident, _ = await web.asked()
    token = await web.on_duty(ZHANG, YUCHENG)
    for name in ("accept", "arrive"):
        await web.post(f"/api/v1/incidents/{incident}/{name}", json={}, headers=bearer(token))
    assert (await upload(web, incident, token, photo(1))).status_code == 201
    path = f"/api/v1/incidents/{incident}/resolve"
    few = await web.post(path, json={}, headers=bearer(token))
    assert (error_of(few)[0], few.json()["error"]["missing"]) == (409, 1)
    wanted = await decision(web, incident, "evidence")
    done = await override(web, incident, wanted["id"], CHEN, result={"photos_least": 1}, reason="雨夜")
    assert done.status_code == 201
    assert (await web.post(path, json={}, headers=bearer(token))).status_code == 200
