"""The case file of an incident: everything in order, for a reason, and an archive whose hashes anybody can check."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from models.actions import captures
from models.tables import audit
from models.tables import captures as shots
from tests.support.city import CHEN, MINGSHAN, YUCHENG, ZHANG, joins, on_duty
from tests.support.clock import FakeClock
from tests.support.parking import file, record
from tests.web.client import Client, bearer, error_of, picture

NEIGHBOUR = replace(CHEN, id="052999", service_number="052999", districts=frozenset({MINGSHAN}))
COLUMNS = (
    "district", "offset", "name", "at", "incident_id", "incident_offset", "officer_id", "officer_offset",
    "data", "offer", "deadlines", "actor", "detail",
)  # fmt: skip


async def open_case(web: Client, incident: str, token: str, reason: str = "投诉复核") -> Any:
    path = f"/api/v1/incidents/{incident}/case-file"
    return await web.post(path, json={"reason": reason}, headers=bearer(token))


async def order(web: Client, incident: str, what: str, token: str, **body: Any) -> None:
    answer = await web.post(f"/api/v1/incidents/{incident}/{what}", json=body, headers=bearer(token))
    assert answer.status_code == 200, answer.text


async def a_whole_case(web: Client, clock: FakeClock) -> tuple[str, str]:
    """Asked for with words and a photo, given to an officer, looked at, done; and a commander's token."""
    incident, requester = await web.asked(message="车号川T，急事")
    photo = {"photo": ("a.jpg", picture(), "image/jpeg")}
    added = await web.post(f"/api/v1/incidents/{incident}/photos", files=photo, headers=bearer(requester))
    assert added.status_code == 201
    police = await web.on_duty(ZHANG, YUCHENG)
    await web.get(f"/api/v1/incidents/{incident}", headers=bearer(police))
    clock.advance(10)
    await order(web, incident, "accept", police)
    clock.advance(60)
    await order(web, incident, "arrive", police)
    clock.advance(60)
    commander = await web.token_of(CHEN)
    await order(web, incident, "resolve", commander)
    return incident, commander


async def test_everything_stands_in_it_in_order(web: Client, clock: FakeClock) -> None:
    incident, token = await a_whole_case(web, clock)
    answer = await open_case(web, incident, token)
    assert answer.status_code == 200, answer.text
    case = answer.json()["case_file"]
    assert (case["id"], case["status"], case["plate"]) == (incident, "closed", "川TA1235")
    entries = case["entries"]
    assert [one["at"] for one in entries] == sorted(one["at"] for one in entries)
    said = [(one["what"], one["name"]) for one in entries]
    events = [name for what, name in said if what == "event"]
    assert events[0] == "requested"
    assert events[-1] == "resolved"
    assert {"photographed", "accepted", "arrived"} <= set(events)
    accepted = next(one for one in entries if (one["what"], one["name"]) == ("event", "accepted"))
    assert accepted["by"] == ZHANG.service_number
    assert len(accepted["detail"]["hash"]) == 64
    assert ("evidence", "photo") in said
    assert ("notice", "written") in said
    assert next(one for one in entries if one["what"] == "message")["detail"] == {"text": "车号川T，急事"}
    decision = next(one for one in entries if (one["what"], one["name"]) == ("decision", "response"))
    assert decision["detail"]["version"]
    assert decision["detail"]["results"]
    looks = [(one["name"], one["by"], one["detail"]["success"]) for one in entries if one["what"] == "audit"]
    assert looks[0] == ("look", ZHANG.service_number, True)
    assert looks[-1] == ("open_case_file", CHEN.service_number, True)


async def test_an_archive_is_checked_by_hand_file_by_file(web: Client, clock: FakeClock) -> None:
    incident, token = await a_whole_case(web, clock)
    opened = (await open_case(web, incident, token)).json()["case_file"]
    answer = await web.get(opened["archive"], headers=bearer(token))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="case-{YUCHENG}-{incident}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    signature = json.loads(files["manifest.signature.json"])
    listed = {one["name"]: one for one in manifest["files"]}
    assert set(files) == set(listed) | {"manifest.json", "manifest.signature.json"}
    for name, one in listed.items():
        assert hashlib.sha256(files[name]).hexdigest() == one["sha256"]
        assert len(files[name]) == one["bytes"]
    assert (manifest["by"], manifest["reason"], manifest["missing"]) == (CHEN.service_number, "投诉复核", [])
    (photo,) = [name for name in listed if name.startswith("photos/")]
    assert listed[photo]["recorded_original_sha256"] == hashlib.sha256(picture()).hexdigest()
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public_key"]))
    public.verify(bytes.fromhex(signature["signature"]), files["manifest.json"])
    # Each event proves itself, as docs/records.md says.
    log = json.loads(files["events.json"])
    assert len(log) >= 5
    for event in log:
        values = ["wufen event 1", event["hash_before"] or "0" * 64, *(event[name] for name in COLUMNS)]
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == event["hash"]
    lines = list(csv.DictReader(io.StringIO(files["chronology.csv"].decode("utf-8-sig"))))
    # What has happened between opening it and taking it along stands in it too: that it is taken along.
    assert len(lines) == len(opened["entries"]) + 1
    assert lines[-1]["name"] == "fetch_case_file"


async def test_an_officers_original_is_in_it_as_it_came(web: Client) -> None:
    await on_duty(web.store, ZHANG)
    filed = await file(web.store, ZHANG)
    row = await record(web.store, filed.id)
    original = picture(size=(80, 60))
    async with web.store.database.write() as connection:
        (capture,) = (await connection.execute(select(shots))).all()
        sealed = web.store.vault.seal_bytes(captures.SEALED, capture.id, original)
        name = web.store.media.keep(sealed, "sealed")
        changed = {"original": name, "sha256": hashlib.sha256(original).digest()}
        await connection.execute(shots.update().values(changed))
    token = await web.token_of(CHEN)
    await open_case(web, row.incident_id, token)
    path = f"/api/v1/incidents/{row.incident_id}/case-file.zip"
    answer = await web.get(path, headers=bearer(token))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        (one,) = [one for one in manifest["files"] if one["name"].startswith("captures/")]
        assert archive.read(one["name"]) == original
    assert one["as_recorded"] is True
    # A file that somebody changed is told as broken, and everything else is there.
    kept = web.store.media._of(name)  # type: ignore[attr-defined]
    kept.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    answer = await web.get(path, headers=bearer(token))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    # Of the display copy this test made no file.
    missing = {lost["name"].partition("/")[0]: lost["why"] for lost in manifest["missing"]}
    assert missing == {"captures": "broken", "photos": "not_kept"}


async def test_it_is_opened_for_a_reason_by_a_commander_of_the_district(
    web: Client, clock: FakeClock
) -> None:
    incident, _ = await web.asked()
    path = f"/api/v1/incidents/{incident}/case-file.zip"
    await joins(web.store, NEIGHBOUR)
    chen, other, zhang = [await web.token_of(one) for one in (CHEN, NEIGHBOUR, ZHANG)]
    assert error_of(await web.get(path, headers=bearer(chen))) == (409, "conflict", None)
    assert error_of(await open_case(web, incident, chen, " "))[::2] == (422, "reason")
    assert error_of(await open_case(web, incident, other))[0] == 403
    assert error_of(await open_case(web, incident, zhang))[0] == 403
    assert error_of(await open_case(web, "nothing", chen))[0] == 404
    assert (await open_case(web, incident, chen)).status_code == 200
    assert (await web.get(path, headers=bearer(chen))).status_code == 200
    clock.advance(3_601)
    chen = await web.token_of(CHEN)
    assert error_of(await web.get(path, headers=bearer(chen))) == (409, "conflict", None)
    query = select(audit.c.actor, audit.c.action, audit.c.reason, audit.c.success).order_by(audit.c.number)
    async with web.store.database.read() as connection:
        told = [tuple(row) for row in await connection.execute(query.where(audit.c.action.like("%case%")))]
    assert (NEIGHBOUR.subject, "open_case_file", "投诉复核", False) in told
    assert (CHEN.subject, "open_case_file", "投诉复核", True) in told
    assert (CHEN.subject, "fetch_case_file", "投诉复核", True) in told
    assert (ZHANG.subject, "case_file", "forbidden", False) in told
