"""Stickers and their owners: bound by a code to the phone, changed by the owner's token, lost to nobody else."""

from __future__ import annotations

from typing import Any

import httpx2
from sqlalchemy import insert, select

from models.store import Store
from models.tables import bindings, cities, contacts, notices, owners, ownerships, stickers, vehicles
from tests.support.city import YUCHENG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of
from tests.web.test_incidents import owners_token

PHONE = "138 1234 1234"
PLATE = "川T·B6789"


async def fresh(store: Store, *codes: str) -> None:
    async with store.database.write() as connection:
        for code in codes:
            await connection.execute(
                insert(stickers).values(
                    id=f"id-{code}", code=code, district=YUCHENG, status="fresh", issued_at=store.clock.now()
                )
            )


async def begin(web: Client, code: str = "new", **changes: Any) -> httpx2.Response:
    body = {"plate": PLATE, "phone": PHONE} | changes
    given = {name: value for name, value in body.items() if value is not None}
    return await web.post(f"/api/v1/stickers/{code}/binding", json=given)


async def code_sent(store: Store, binding: str, phone: str = "+8613812341234") -> str:
    """What the notice of this binding would tell the phone."""
    async with store.database.read() as connection:
        query = select(notices).where(notices.c.key.startswith(f"{binding}:binding_code"))
        row = (await connection.execute(query)).first()
    assert row is not None
    assert row.contact_id is None
    assert store.vault.open("notices.phone_sealed", row.id, row.phone_sealed) == phone
    return store.vault.open("notices.secret_sealed", row.id, row.secret_sealed)


async def confirm(web: Client, binding: str, code: str) -> httpx2.Response:
    return await web.post(f"/api/v1/bindings/{binding}/confirm", json={"code": code})


async def test_an_electric_bicycle_is_bound_by_its_citys_plate(web: Client) -> None:
    await fresh(web.store, "new")
    async with web.store.database.write() as connection:
        await connection.execute(cities.update().values(ebike_plates="雅安@#####"))
    refused = await begin(web, plate="雅安12345", plate_class="ebike")
    assert (refused.status_code, refused.json()["error"]["why"]) == (422, "local_form")
    await bound(web, plate="雅安·A12345", plate_class="ebike")
    async with web.store.database.read() as connection:
        row = (await connection.execute(select(vehicles).where(vehicles.c.plate == "雅安A12345"))).one()
    assert row.plate_class == "ebike"


async def bound(web: Client, code: str = "new", **changes: Any) -> str:
    """Binds and returns the owner's token."""
    begun = await begin(web, code, **changes)
    assert begun.status_code == 202, begun.text
    binding = begun.json()["binding"]
    answer = await confirm(web, binding, await code_sent(web.store, binding))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["owner_token"])


async def change(web: Client, code: str, what: str, token: str, body: Any = None) -> httpx2.Response:
    return await web.post(f"/api/v1/stickers/{code}/{what}", json=body or {}, headers=bearer(token))


async def look(web: Client, code: str) -> dict[str, Any]:
    view: dict[str, Any] = (await web.get(f"/api/v1/stickers/{code}")).json()
    return view


async def test_a_fresh_sticker_is_bound_by_the_code_that_came_to_the_phone(web: Client) -> None:
    await fresh(web.store, "new")
    assert (await look(web, "new"))["plate_hint"] is None
    begun = await begin(web, name="张三")
    assert begun.status_code == 202
    assert begun.json()["expires_at"] == "2026-11-02T08:10:00.000Z"
    binding = begun.json()["binding"]
    code = await code_sent(web.store, binding)
    assert len(code) == 6
    answer = await confirm(web, binding, code)
    assert answer.json()["sticker"] == "new"
    view = await look(web, "new")
    assert (view["status"], view["plate_hint"], view["plate_length"]) == ("bound", "川T·•••••", 7)
    assert (await web.ask(sticker="new", plate_tail="789")).status_code == 201


async def test_phone_and_name_are_sealed_and_the_code_is_nowhere(web: Client) -> None:
    await fresh(web.store, "new")
    binding = (await begin(web, name="张三")).json()["binding"]
    code = await code_sent(web.store, binding)
    await confirm(web, binding, code)
    async with web.store.database.read() as connection:
        tables = [(await connection.execute(select(table))).all() for table in (bindings, contacts, owners)]
    everything = repr(tables)
    assert "13812341234" not in everything
    assert "张三" not in everything
    assert f"'{code}'" not in everything


async def test_a_wrong_code_is_counted_and_five_make_the_binding_worthless(web: Client) -> None:
    await fresh(web.store, "new")
    binding = (await begin(web)).json()["binding"]
    right = await code_sent(web.store, binding)
    wrong = "000000" if right != "000000" else "111111"
    for remaining in (4, 3, 2, 1, 0):
        answer = await confirm(web, binding, wrong)
        assert error_of(answer) == (422, "invalid_field", "code")
        assert answer.json()["error"]["remaining"] == remaining
    assert error_of(await confirm(web, binding, right))[:2] == (429, "locked_out")
    assert (await look(web, "new"))["status"] == "fresh"


async def test_a_code_is_good_for_ten_minutes_and_once(web: Client, clock: FakeClock) -> None:
    await fresh(web.store, "new")
    binding = (await begin(web)).json()["binding"]
    code = await code_sent(web.store, binding)
    clock.advance(600)
    assert error_of(await confirm(web, binding, code)) == (422, "invalid_field", "code")
    binding = (await begin(web)).json()["binding"]
    code = await code_sent(web.store, binding)
    assert (await confirm(web, binding, code)).status_code == 200
    assert error_of(await confirm(web, binding, code)) == (422, "invalid_field", "code")
    assert error_of(await confirm(web, "none", code))[:2] == (404, "not_found")


async def test_what_is_typed_wrong_is_refused_by_name(web: Client) -> None:
    await fresh(web.store, "new")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"plate": "川TI2345"}, "plate"),
        ({"plate": "hello"}, "plate"),
        ({"plate": None}, "plate"),
        ({"plate_class": "spaceship"}, "plate_class"),
        ({"phone": "12345"}, "phone"),
        ({"phone": 13812341234}, "phone"),
        ({"name": "x" * 41}, "name"),
        ({"purpose": "steal"}, "purpose"),
        ({"role": "admin"}, "role"),
    ]
    for changes, field in refused:
        assert error_of(await begin(web, **changes)) == (422, "invalid_field", field), changes
    assert error_of(await begin(web, "no-such"))[:2] == (404, "sticker_unknown")
    assert error_of(await begin(web, "sticker-one"))[:2] == (409, "sticker_bound")
    async with web.store.database.read() as connection:
        assert (await connection.execute(select(bindings))).all() == []


async def test_nobody_binds_himself_to_another_ones_car(web: Client) -> None:
    await fresh(web.store, "new", "trap")
    await bound(web)
    begun = await begin(web, "trap", phone="13900000000")
    assert begun.status_code == 202  # tells nothing about the plate
    binding = begun.json()["binding"]
    confirmed = await confirm(web, binding, await code_sent(web.store, binding, "+8613900000000"))
    assert error_of(confirmed)[:2] == (409, "conflict")
    assert (await look(web, "trap"))["status"] == "fresh"
    assert (await look(web, "new"))["status"] == "bound"


async def test_a_second_sticker_of_the_owner_replaces_the_first(web: Client) -> None:
    await fresh(web.store, "new", "newer")
    await bound(web)
    await bound(web, "newer")
    assert (await look(web, "newer"))["status"] == "bound"
    old = await look(web, "new")
    assert (old["status"], old["plate_hint"]) == ("replaced", None)
    assert error_of(await web.ask(sticker="new", plate_tail="789"))[:2] == (410, "sticker_revoked")


async def test_the_owner_pauses_and_resumes(web: Client) -> None:
    await fresh(web.store, "new")
    token = await bound(web)
    assert (await change(web, "new", "pause", token)).json()["status"] == "paused"
    assert error_of(await web.ask(sticker="new", plate_tail="789"))[:2] == (409, "sticker_paused")
    assert error_of(await change(web, "new", "pause", token))[:2] == (409, "sticker_paused")
    assert (await change(web, "new", "resume", token)).json()["status"] == "bound"
    assert error_of(await change(web, "new", "resume", token))[:2] == (409, "conflict")


async def test_replacing_makes_the_old_print_worthless(web: Client) -> None:
    await fresh(web.store, "new", "spare")
    token = await bound(web)
    made = (await change(web, "new", "replace", token)).json()
    assert made["sticker"] != "new"
    assert made["url"].endswith(f"/s/{made['sticker']}")
    assert (await look(web, made["sticker"]))["status"] == "bound"
    assert (await look(web, "new"))["status"] == "replaced"
    taken = await change(web, made["sticker"], "replace", token, {"sticker": "spare"})
    assert taken.json()["sticker"] == "spare"
    page = await web.get("/s/new")
    assert page.status_code == 410


async def test_unbinding_frees_the_sticker_and_ends_the_token(web: Client) -> None:
    await fresh(web.store, "new")
    token = await bound(web)
    assert (await change(web, "new", "unbind", token)).json()["status"] == "fresh"
    async with web.store.database.read() as connection:
        open_now = select(ownerships).where(ownerships.c.ended_at.is_(None), ownerships.c.vehicle_id != "x")
        vehicles = {row.vehicle_id for row in await connection.execute(open_now)}
    assert vehicles == {"car-one", "car-two", "car-three"}
    await bound(web, phone=PHONE)
    assert error_of(await change(web, "new", "pause", token))[:2] == (401, "unauthenticated")


async def test_no_other_token_changes_a_sticker(web: Client) -> None:
    await fresh(web.store, "new")
    token = await bound(web)
    _, requester = await web.asked("one")
    assert error_of(await change(web, "sticker-one", "unbind", token))[:2] == (403, "forbidden")
    assert error_of(await change(web, "sticker-one", "unbind", requester))[:2] == (403, "forbidden")
    forged = token[:-1] + ("y" if token[-1] == "x" else "x")
    assert error_of(await change(web, "new", "unbind", forged))[:2] == (401, "unauthenticated")
    assert error_of(await web.post("/api/v1/stickers/new/unbind", json={}))[:2] == (401, "unauthenticated")
    assert (await look(web, "new"))["status"] == "bound"


async def test_an_owner_who_lost_his_token_proves_himself_by_his_phone(web: Client) -> None:
    await fresh(web.store, "new")
    await bound(web)
    token = await bound(web, purpose="manage")
    assert (await change(web, "new", "pause", token)).status_code == 200


async def test_a_stranger_who_claims_a_sticker_hears_the_same_and_gets_no_code(web: Client) -> None:
    await fresh(web.store, "new")
    await bound(web)
    async with web.store.database.read() as connection:
        before = len((await connection.execute(select(notices))).all())
    for changes in ({"phone": "13900000000"}, {"plate": "川TB6780"}):
        assert (await begin(web, purpose="manage", **changes)).status_code == 202
    async with web.store.database.read() as connection:
        assert len((await connection.execute(select(notices))).all()) == before


async def test_codes_to_one_phone_are_limited(web: Client, clock: FakeClock) -> None:
    await fresh(web.store, *(f"n{number}" for number in range(6)))
    for number in range(5):
        assert (await begin(web, f"n{number}")).status_code == 202
    refused = await begin(web, "n5")
    assert error_of(refused)[:2] == (429, "too_many_requests")
    assert refused.json()["error"]["retry_at"] == "2026-11-02T09:00:00.000Z"
    clock.advance(3600)
    assert (await begin(web, "n5")).status_code == 202


async def test_binding_again_under_the_same_key_sends_one_code(web: Client) -> None:
    await fresh(web.store, "new")
    body, key = {"plate": PLATE, "phone": PHONE}, {"Idempotency-Key": "k"}
    answers = [await web.post("/api/v1/stickers/new/binding", json=body, headers=key) for _ in range(2)]
    assert answers[0].content == answers[1].content
    binding = answers[0].json()["binding"]
    code = {"code": await code_sent(web.store, binding)}
    path = f"/api/v1/bindings/{binding}/confirm"
    confirmed = [await web.post(path, json=code, headers=key) for _ in range(2)]
    assert {answer.status_code for answer in confirmed} == {200}
    assert confirmed[0].content == confirmed[1].content


async def test_a_link_from_before_the_car_was_sold_changes_nothing(web: Client, clock: FakeClock) -> None:
    await fresh(web.store, "new")
    await bound(web)
    incident, _ = await web.asked("one", sticker="new", plate_tail="789")
    old_link = await owners_token(web.store, incident, vehicle=await vehicle_of(web.store, "new"))
    assert (await change(web, "new", "pause", old_link)).status_code == 200
    clock.advance(60)
    assert (await change(web, "new", "unbind", old_link)).status_code == 200
    await bound(web)
    assert error_of(await change(web, "new", "unbind", old_link))[:2] == (403, "forbidden")
    assert (await look(web, "new"))["status"] == "bound"


async def vehicle_of(store: Store, code: str) -> str:
    async with store.database.read() as connection:
        query = select(stickers.c.vehicle_id).where(stickers.c.code == code)
        return str((await connection.execute(query)).scalar_one())
