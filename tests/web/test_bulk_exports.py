"""Records of whole periods over the API: asked for, watched, fetched alone and as one archive."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from models.actions import bulk_writing
from models.clock import iso
from tests.support.city import CHEN, YUCHENG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of

ALL = "/api/v1/bulk-exports"
OF_YUCHENG = f"/api/v1/districts/{YUCHENG}/bulk-exports"


def body(clock: FakeClock, **changes: Any) -> dict[str, Any]:
    now = clock.now()
    period = {"since": iso(now - timedelta(days=1)), "until": iso(now + timedelta(hours=1))}
    return {"district": YUCHENG, **period, "format": "json", "reason": "月报"} | changes


async def test_an_export_is_asked_for_once_shown_as_it_goes_and_fetched(
    web: Client, clock: FakeClock
) -> None:
    token = await web.token_of(CHEN)
    incident, _ = await web.asked("one")
    headers = bearer(token) | {"Idempotency-Key": "key-of-the-desk"}
    asked = [await web.post(ALL, json=body(clock), headers=headers) for _ in range(2)]
    assert [one.status_code for one in asked] == [202, 202]
    assert asked[0].json() == asked[1].json()
    (waiting,) = (await web.get(OF_YUCHENG, headers=bearer(token))).json()["exports"]
    assert (waiting["status"], waiting["total"], waiting["rows"], waiting["files"]) == ("waiting", 1, 0, [])
    assert waiting["officer"] == CHEN.service_number
    early = await web.get(f"{ALL}/{waiting['id']}/files.zip", headers=bearer(token))
    assert error_of(early) == (404, "not_found", None)
    await bulk_writing.write_next(web.store)
    (ready,) = (await web.get(OF_YUCHENG, headers=bearer(token))).json()["exports"]
    (file,) = ready["files"]
    had = await web.get(file["url"], headers=bearer(token))
    assert had.headers["content-disposition"] == f'attachment; filename="{file["name"]}"'
    assert hashlib.sha256(had.content).hexdigest() == file["sha256"]
    assert [row["incident"] for row in had.json()] == [incident]


async def test_the_archive_says_by_which_sums_its_files_are_known(web: Client, clock: FakeClock) -> None:
    token = await web.token_of(CHEN)
    await web.asked("one")
    export_id = (await web.post(ALL, json=body(clock), headers=bearer(token))).json()["id"]
    await bulk_writing.write_next(web.store)
    answer = await web.get(f"{ALL}/{export_id}/files.zip", headers=bearer(token))
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        (file,) = manifest["files"]
        assert sorted(archive.namelist()) == sorted(["manifest.json", file["name"]])
        assert hashlib.sha256(archive.read(file["name"])).hexdigest() == file["sha256"]
    assert (manifest["rows"], manifest["district"]) == (1, YUCHENG)


async def test_what_is_wrong_with_a_request_is_said_at_its_field(web: Client, clock: FakeClock) -> None:
    headers = bearer(await web.token_of(CHEN))
    now = clock.now()
    for changes, field in (
        ({"reason": " "}, "reason"),
        ({"since": iso(now - timedelta(days=400))}, "since"),
        ({"until": iso(now + timedelta(days=3))}, "until"),
        ({"since": "2026-11-01T00:00:00"}, "since"),
    ):
        answer = await web.post(ALL, json=body(clock, **changes), headers=headers)
        assert error_of(answer) == (422, "invalid_field", field)
    assert error_of(await web.get(f"{ALL}/nobody/files/0x1", headers=headers))[0] == 404
    assert error_of(await web.request("DELETE", f"{ALL}/nobody", headers=headers))[0] == 404


async def test_one_that_is_given_up_is_over(web: Client, clock: FakeClock) -> None:
    headers = bearer(await web.token_of(CHEN))
    export_id = (await web.post(ALL, json=body(clock), headers=headers)).json()["id"]
    assert (await web.request("DELETE", f"{ALL}/{export_id}", headers=headers)).status_code == 204
    (over,) = (await web.get(OF_YUCHENG, headers=headers)).json()["exports"]
    assert over["status"] == "cancelled"
    assert error_of(await web.request("DELETE", f"{ALL}/{export_id}", headers=headers))[0] == 409
