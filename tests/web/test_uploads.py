"""Uploads over a bad connection, as tus 1.0 has them: nothing that came is sent again, and nothing is counted that is

not on the disk.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models import partial
from models.actions import uploads as upload_actions
from models.errors import Conflict, InvalidField
from models.store import Store
from models.tables import uploads
from tests.support.city import YUCHENG, ZHANG
from tests.support.resumable import PATH, SPEAKS, Phone, said, upload_id
from tests.web.client import Client, bearer, error_of
from web.app import make_app


@pytest.fixture(autouse=True)
def modules_are_on(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    monkeypatch.setattr(type(store.flags), "is_anywhere", lambda *_: True)


async def a_pass(web: Client) -> dict[str, str]:
    answer = await web.post("/api/v1/upload-passes", json={"purpose": "report"})
    assert answer.status_code == 201, answer.text
    return bearer(answer.json()["token"])


@pytest.fixture
async def phone(web: Client) -> Phone:
    return Phone(web, await a_pass(web))


async def row_of(store: Store, name: str) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(uploads).where(uploads.c.id == upload_id(name)))).one()


async def test_what_is_spoken_and_how_much_is_taken_is_announced(web: Client) -> None:
    answer = await web.options(PATH)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,expiration,checksum,termination"
    assert answer.headers["tus-max-size"] == "31457280"
    assert answer.headers["tus-checksum-algorithm"] == "sha256,sha1"
    limits = (await web.post("/api/v1/upload-passes", json={"purpose": "report"})).json()["limits"]
    assert limits == {
        "photos": 20, "photo_bytes": 20971520, "videos": 1, "video_bytes": 31457280, "video_seconds": 60,
    }  # fmt: skip


async def test_an_upload_goes_on_where_it_broke_off(phone: Phone, store: Store) -> None:
    begun = await phone.begin("one", 10)
    assert begun.status_code == 201
    assert begun.headers["location"] == f"{PATH}/{upload_id('one')}"
    assert begun.headers["tus-resumable"] == "1.0.0"
    assert begun.headers["upload-expires"] == "Tue, 03 Nov 2026 08:00:00 GMT"
    first = await phone.append("one", 0, b"01234")
    assert (first.status_code, first.headers["upload-offset"]) == (204, "5")
    assert await phone.offset("one") == 5
    assert (await row_of(store, "one")).state == "receiving"
    assert (await phone.append("one", 5, b"56789")).headers["upload-offset"] == "10"
    row = await row_of(store, "one")
    assert (row.state, row.received, row.received_at) == ("waiting", 10, store.clock.now())
    assert partial.read(store.settings.home, store.vault, row.id, 10) == b"0123456789"
    path = partial.path_of(store.settings.home, store.vault, row.id)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not {b"01234", b"56789"} & {path.read_bytes()[:5], path.read_bytes()[5:]}, "never in the clear"


async def test_bytes_at_another_offset_are_refused_and_change_nothing(phone: Phone, store: Store) -> None:
    await phone.begin("one", 10)
    await phone.append("one", 0, b"01234")
    for offset in (0, 4, 6, 10):
        answer = await phone.append("one", offset, b"xxx")
        assert error_of(answer) == (409, "conflict", None)
        assert answer.json()["error"]["offset"] == 5
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert await phone.offset("one") == 5
    assert partial.read(store.settings.home, store.vault, upload_id("one"), 5) == b"01234"


async def test_more_bytes_than_were_announced_are_refused(phone: Phone) -> None:
    await phone.begin("one", 10)
    assert error_of(await phone.append("one", 0, b"0" * 11)) == (413, "payload_too_large", None)
    assert await phone.offset("one") == 0


async def test_a_creation_whose_answer_was_lost_is_the_same_one(
    phone: Phone, web: Client, store: Store
) -> None:
    await phone.begin("one", 10)
    await phone.append("one", 0, b"01234")
    again = await phone.begin("one", 10)
    assert (again.status_code, again.headers["upload-offset"]) == (201, "5")
    assert error_of(await phone.begin("one", 11)) == (409, "conflict", None)
    other = Phone(web, await a_pass(web))
    assert error_of(await other.begin("one", 10)) == (409, "conflict", None)


async def test_a_part_that_was_damaged_on_its_way_is_not_taken(phone: Phone) -> None:
    await phone.begin("one", 10)
    for algorithm in ("sha256", "sha1"):
        digest = base64.b64encode(hashlib.new(algorithm, b"01234").digest()).decode()
        wrong = await phone.append("one", 0, b"01x34", **{"Upload-Checksum": f"{algorithm} {digest}"})
        assert error_of(wrong) == (460, "checksum_wrong", None)
        assert await phone.offset("one") == 0
    right = await phone.append("one", 0, b"01234", **{"Upload-Checksum": f"{algorithm} {digest}"})
    assert right.headers["upload-offset"] == "5"
    strange = await phone.append("one", 5, b"5", **{"Upload-Checksum": "md5 xxxx"})
    assert error_of(strange) == (422, "invalid_field", "Upload-Checksum")


async def test_a_request_that_hangs_on_a_dead_line_moves_nothing_once_another_has_taken_over(
    phone: Phone, store: Store
) -> None:
    await phone.begin("one", 10)
    holder = (await row_of(store, "one")).holder
    _, hanging = await upload_actions.take_up(store, holder, upload_id("one"), 0)
    _, writer = await upload_actions.take_up(store, holder, upload_id("one"), 0)
    assert not await upload_actions.advance(store, upload_id("one"), hanging, 3, 10)
    assert await upload_actions.advance(store, upload_id("one"), writer, 5, 10)
    assert await phone.offset("one") == 5
    with pytest.raises(Conflict):
        await upload_actions.take_up(store, holder, upload_id("one"), 0)


async def test_what_a_dead_try_left_behind_the_offset_is_overwritten(phone: Phone, store: Store) -> None:
    await phone.begin("one", 10)
    # The process was killed after the bytes were on the disk and before the row said so.
    partial.write(store.settings.home, store.vault, upload_id("one"), 0, b"xxxxxxxxxxxxxxxx")
    assert await phone.offset("one") == 0
    await phone.append("one", 0, b"0123456789")
    assert partial.read(store.settings.home, store.vault, upload_id("one"), 10) == b"0123456789"


async def test_what_is_said_wrongly_is_named(phone: Phone, web: Client) -> None:
    def headers(**more: str) -> dict[str, str]:
        return {**phone.headers, **SPEAKS, "Upload-Length": "5", **more}

    good = said(id=upload_id("one"), purpose="report", kind="photo")
    told = {"Upload-Metadata": good}
    assert error_of(await web.post(PATH, headers=phone.headers)) == (412, "protocol_version", None)
    wrong = {
        "Upload-Length": headers(**told) | {"Upload-Length": "-1"},
        "Upload-Metadata": headers(**{"Upload-Metadata": "id ***"}),
        "id": headers(**{"Upload-Metadata": said(id="../../etc", purpose="report", kind="photo")}),
        "purpose": headers(**{"Upload-Metadata": said(id=upload_id("one"), purpose="x", kind="photo")}),
        "kind": headers(**{"Upload-Metadata": said(id=upload_id("one"), purpose="report", kind="x")}),
        "size": headers(**told) | {"Upload-Length": "0"},
    }
    for field, sent in wrong.items():
        assert error_of(await web.post(PATH, headers=sent)) == (422, "invalid_field", field)
    assert error_of(await phone.begin("one", 20971521)) == (413, "payload_too_large", "photo")
    assert error_of(await phone.begin("one", 31457281, "video")) == (413, "payload_too_large", "video")
    await phone.begin("one", 5)
    form = await phone.append("one", 0, b"12345", **{"Content-Type": "text/plain"})
    assert error_of(form) == (415, "unsupported_media", "Content-Type")


async def test_nobody_sees_or_continues_anothers_upload(phone: Phone, web: Client, store: Store) -> None:
    await phone.begin("one", 10)
    other = Phone(web, await a_pass(web))
    officer = Phone(web, bearer(await web.on_duty(ZHANG, YUCHENG)))
    for stranger in (other, officer):
        assert error_of(await stranger.append("one", 0, b"x")) == (404, "not_found", None)
        assert error_of(await stranger.show("one")) == (404, "not_found", None)
        assert error_of(await stranger.give_up("one")) == (404, "not_found", None)
    nobody = Phone(web, {})
    assert error_of(await nobody.show("one")) == (401, "unauthenticated", None)
    forged = Phone(web, bearer("x~9999999999.AAAAAAAAAAAAAAAAAAAAAAAA"))
    assert error_of(await forged.show("one")) == (401, "unauthenticated", None)
    assert await phone.offset("one") == 0


async def test_a_pass_ends_after_a_day_and_opens_nothing_else(phone: Phone, web: Client, clock: Any) -> None:
    await phone.begin("one", 10)
    assert error_of(await web.get("/api/v1/me", headers=phone.headers)) == (401, "unauthenticated", None)
    clock.advance(86_400)
    assert error_of(await phone.show("one")) == (401, "unauthenticated", None)


async def test_participants_and_officers_send_under_their_own_tokens(web: Client, store: Store) -> None:
    _, token = await web.asked()
    requester = Phone(web, bearer(token), "accident")
    officer = Phone(web, bearer(await web.on_duty(ZHANG, YUCHENG)), "accident")
    await requester.send("hers", b"12345")
    await officer.send("his", b"12345")
    assert (await row_of(store, "hers")).holder.startswith("participant:")
    assert (await row_of(store, "his")).holder == f"officer:{ZHANG.id}"
    shown = (await officer.show("his")).json()["upload"]
    assert (shown["state"], shown["received"], shown["pictures"]) == ("waiting", 5, [])


async def test_twenty_photos_are_taken_and_one_video_and_no_more(phone: Phone) -> None:
    for number in range(20):
        await phone.send(f"photo-{number}", b"12345")
    full = await phone.begin("photo-20", 5)
    assert error_of(full) == (409, "conflict", None)
    assert full.json()["error"]["limit"] == 20
    assert (await phone.begin("video", 5, "video")).status_code == 201
    assert error_of(await phone.begin("another", 5, "video")) == (409, "conflict", None)


async def test_a_holder_an_address_and_the_folder_have_their_bounds(web: Client, clock: Any) -> None:
    large = 20_971_520
    first = Phone(web, await a_pass(web))
    for number in range(15):
        assert (await first.begin(f"1-{number}", large)).status_code == 201
    day = await first.begin("1-15", large)
    assert error_of(day) == (429, "too_many_requests", None)
    # The media folder takes a gigabyte that is not examined yet; others have their share of it.
    for holder in range(2, 10):
        phone = Phone(web, await a_pass(web))
        answers = [(await phone.begin(f"{holder}-{number}", large)).status_code for number in range(15)]
        if answers[-1] == 503:
            break
    assert holder == 4
    assert answers.count(201) == 51 - 3 * 15
    clock.advance(86_401)
    assert (await Phone(web, await a_pass(web)).begin("later", large)).status_code == 201


async def test_what_is_not_whole_can_be_given_up_and_what_is_handed_in_not(
    phone: Phone, store: Store
) -> None:
    await phone.begin("one", 10)
    await phone.append("one", 0, b"01234")
    assert (await phone.give_up("one")).status_code == 204
    assert not partial.path_of(store.settings.home, store.vault, upload_id("one")).exists()
    assert error_of(await phone.show("one")) == (404, "not_found", None)
    await phone.send("two", b"12345")
    assert error_of(await phone.give_up("two")) == (409, "conflict", None)


async def test_what_is_given_up_again_and_again_counts_for_the_day_all_the_same(phone: Phone) -> None:
    large = 20_971_520
    for number in range(15):
        assert (await phone.begin(f"{number}", large)).status_code == 201
        assert (await phone.give_up(f"{number}")).status_code == 204
        assert error_of(await phone.begin(f"{number}", large)) == (409, "conflict", None)
    assert error_of(await phone.begin("15", large)) == (429, "too_many_requests", None)


async def test_one_that_nobody_took_into_his_own_is_gone_after_a_day(
    web: Client, clock: Any, store: Store
) -> None:
    _, token = await web.asked()
    phone = Phone(web, bearer(token), "accident")
    await phone.begin("one", 10)
    clock.advance(86_399)
    assert await phone.offset("one") == 0
    clock.advance(1)
    assert error_of(await phone.show("one")) == (404, "not_found", None)
    assert error_of(await phone.append("one", 0, b"x")) == (404, "not_found", None)


async def test_a_module_that_is_on_nowhere_takes_nothing(
    web: Client, phone: Phone, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    monkeypatch.setattr(type(store.flags), "is_anywhere", lambda *_: False)
    off = await phone.begin("one", 5)
    assert error_of(off) == (403, "switched_off", None)
    assert "没有开通违法举报" in off.json()["error"]["message"]
    answer = await web.post("/api/v1/upload-passes", json={"purpose": "report"})
    assert error_of(answer) == (403, "switched_off", None)


async def test_uploads_become_part_of_something_in_its_own_transaction(phone: Phone, store: Store) -> None:
    await phone.send("one", b"12345")
    await phone.begin("two", 5)
    holder = (await row_of(store, "one")).holder
    ids = [upload_id("two"), upload_id("one")]
    async with store.change() as change:
        rows = await upload_actions.attach(change, holder, "report", ids, "incident-1")
    assert [row.id for row in rows] == ids
    assert {(await row_of(store, name)).about for name in ("one", "two")} == {"incident-1"}
    async with store.change() as change:
        await upload_actions.attach(change, holder, "report", ids, "incident-1")
    for wrong in ({"about": "incident-2"}, {"holder": "pass:other"}, {"purpose": "hazard"}):
        given = {"holder": holder, "purpose": "report", "about": "incident-1"} | wrong
        with pytest.raises(InvalidField):
            async with store.change() as change:
                await upload_actions.attach(change, given["holder"], given["purpose"], ids, given["about"])


async def test_a_page_of_another_origin_may_upload_where_the_operator_names_it(
    web: Client, store: Store
) -> None:
    settings = replace(store.settings, origins=("https://city.example",))
    app = make_app(settings)
    app.state.site = web.app.state.site
    async with Client(app, store) as client:
        asked = {
            "Origin": "https://city.example",
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,tus-resumable,upload-offset,content-type",
        }
        answer = await client.options(f"{PATH}/x", headers=asked)
        assert answer.status_code == 200, answer.text
        assert "PATCH" in answer.headers["access-control-allow-methods"]
