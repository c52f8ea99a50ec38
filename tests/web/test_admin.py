"""The administrator's desk: accounts and stickers of his own districts, and nobody else's business."""

from __future__ import annotations

from sqlalchemy import select, update

from models.tables import audit, districts, stickers
from tests.support.city import AUX, CHEN, MINGSHAN, YUCHENG, ZHANG, joins, officer
from tests.support.recording import RecordingBell
from tests.web.client import Client, bearer, error_of

SU = officer("051801", "administrator", YUCHENG)
NEW = {
    "username": "li.na",
    "password": "five-minutes",
    "role": "police",
    "service_number": "051999",
    "unit": "雨城二中队",
    "districts": [YUCHENG],
    "name": "李娜",
}


async def administrator(web: Client) -> dict[str, str]:
    await joins(web.store, SU)
    return bearer(await web.token_of(SU))


async def test_a_batch_is_issued_printed_and_revoked(web: Client) -> None:
    su = await administrator(web)
    made = await web.post("/api/v1/admin/stickers", json={"district": YUCHENG, "count": 3}, headers=su)
    assert made.status_code == 201
    batch = made.json()["batch"]
    assert len(set(batch["codes"])) == 3
    sheet = await web.get(batch["sheet"], headers=su)
    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.content.startswith(b"%PDF")
    code = batch["codes"][0]
    assert (await web.get(f"/api/v1/admin/stickers/{code}/qr.svg", headers=su)).text.startswith("<svg")
    png = await web.get(f"/api/v1/admin/stickers/{code}/qr.png", headers=su)
    assert png.content.startswith(b"\x89PNG")
    revoked = await web.post(f"/api/v1/admin/stickers/{code}/revoke", json={"reason": "丢失"}, headers=su)
    assert revoked.json() == {"sticker": code, "status": "revoked"}
    assert (await web.get(f"/api/v1/stickers/{code}")).json()["status"] == "revoked"
    assert (await web.get(f"/s/{code}")).status_code == 410
    listed = (await web.get("/api/v1/admin/stickers", headers=su)).json()["batches"]
    assert [(one["count"], one["fresh"]) for one in listed] == [(3, 2)]


async def test_a_batch_repeated_under_its_key_is_one_batch(web: Client) -> None:
    su = await administrator(web) | {"Idempotency-Key": "batch"}
    body = {"district": YUCHENG, "count": 2}
    first, again = [await web.post("/api/v1/admin/stickers", json=body, headers=su) for _ in range(2)]
    assert first.content == again.content


async def test_only_administrators_and_only_in_their_districts(web: Client) -> None:
    su = await administrator(web)
    elsewhere = {"district": MINGSHAN, "count": 1}
    assert error_of(await web.post("/api/v1/admin/stickers", json=elsewhere, headers=su))[:2] == (
        403,
        "forbidden",
    )
    for one in (ZHANG, AUX, CHEN):
        token = bearer(await web.token_of(one))
        for path in ("/api/v1/admin/stickers", "/api/v1/admin/officers"):
            assert error_of(await web.get(path, headers=token))[:2] == (403, "forbidden")
    _, requester = await web.asked()
    assert (await web.get("/api/v1/admin/officers", headers=bearer(requester))).status_code == 403
    assert (await web.get("/api/v1/admin/officers")).status_code == 401


async def test_an_account_is_made_and_signs_in(web: Client) -> None:
    su = await administrator(web)
    made = await web.post("/api/v1/admin/officers", json=NEW, headers=su)
    assert made.status_code == 201
    credentials = {"username": "li.na", "password": "five-minutes"}
    signed_in = await web.post("/api/v1/sessions", json=credentials)
    assert (signed_in.status_code, signed_in.json()["districts"]) == (200, [YUCHENG])
    taken = await web.post("/api/v1/admin/officers", json=NEW, headers=su)
    assert error_of(taken) == (409, "conflict", "username")
    listed = (await web.get("/api/v1/admin/officers", headers=su)).json()["officers"]
    assert "051999" in {one["service_number"] for one in listed}
    assert "李娜" not in str(listed)


async def test_accounts_that_are_not_as_agreed(web: Client) -> None:
    su = await administrator(web)
    refused = [
        (NEW | {"role": "emperor"}, (422, "invalid_field", "role")),
        (NEW | {"password": "short"}, (422, "invalid_field", "password")),
        (NEW | {"username": "li na"}, (422, "invalid_field", "username")),
        (NEW | {"districts": []}, (422, "invalid_field", "districts")),
        (NEW | {"districts": [MINGSHAN]}, (403, "forbidden", "districts")),
    ]
    for body, refusal in refused:
        assert error_of(await web.post("/api/v1/admin/officers", json=body, headers=su)) == refusal


async def test_an_account_that_ends_ends_at_once(web: Client, bell: RecordingBell) -> None:
    su = await administrator(web)
    token = bearer(await web.token_of(ZHANG))
    ended = await web.post(f"/api/v1/admin/officers/{ZHANG.id}/end", json={}, headers=su)
    assert ended.status_code == 200
    assert (await web.get("/api/v1/me", headers=token)).status_code == 401
    assert '"revoked"' in bell.entries[-1].data
    own = await web.post(f"/api/v1/admin/officers/{SU.id}/end", json={}, headers=su)
    assert error_of(own)[:2] == (409, "conflict")
    async with web.store.database.read() as connection:
        query = select(audit).where(audit.c.action == "end_officer").order_by(audit.c.number)
        rows = (await connection.execute(query)).all()
    # That one may not end oneself is on the record, too.
    assert [(row.subject, row.success) for row in rows] == [
        (f"officer:{ZHANG.id}", True),
        (f"officer:{SU.id}", False),
    ]


async def test_coverage_counts_cars_with_a_sticker_among_those_registered(web: Client) -> None:
    async with web.store.database.write() as connection:
        await connection.execute(update(districts).where(districts.c.code == YUCHENG).values(vehicles=61_000))
        await connection.execute(
            update(stickers).where(stickers.c.id == "sticker-two").values(status="paused")
        )
        await connection.execute(
            update(stickers).where(stickers.c.id == "sticker-three").values(status="revoked")
        )
    su = await administrator(web)
    answer = await web.get("/api/v1/admin/coverage", headers=su)
    assert answer.json() == {"coverage": [{"district": YUCHENG, "bound": 2, "vehicles": 61_000}]}
