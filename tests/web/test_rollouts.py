"""The administrator's rollout desk over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.caller import Officer
from models.store import Store
from models.tables import audit
from tests.support.city import AUX, CHEN, MINGSHAN, YUCHENG, ZHANG, joins, officer
from tests.support.rules import approved
from tests.web.client import Client, bearer, error_of

ADMIN = officer("051900", "administrator", YUCHENG, MINGSHAN)
OF_YUCHENG = officer("051901", "administrator", YUCHENG)
MOVE_CAR, DUTY, PHOTOS = "module.move_car", "module.duty", "feature.request_photos"


@pytest.fixture(autouse=True)
async def administrators(store: Store) -> None:
    await joins(store, ADMIN, OF_YUCHENG)


DESK: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "/api/v1/admin/flags", None),
    ("PUT", f"/api/v1/admin/flags/{MOVE_CAR}/districts/{YUCHENG}", {"state": "off"}),
    ("PUT", f"/api/v1/admin/flags/{MOVE_CAR}/kill", {"killed": True, "reason": "-"}),
    ("GET", "/api/v1/admin/rollouts", None),
    (
        "POST",
        "/api/v1/admin/rollouts",
        {"subject": {"type": "module", "name": "move_car"}, "districts": [YUCHENG], "percent": 10},
    ),
    ("GET", "/api/v1/admin/rollouts/x", None),
    ("POST", "/api/v1/admin/rollouts/x/widen", {"percent": 50}),
    ("POST", "/api/v1/admin/rollouts/x/pause", {}),
    ("POST", "/api/v1/admin/rollouts/x/resume", {}),
    ("POST", "/api/v1/admin/rollouts/x/guards", {"guards": [], "reason": "-"}),
    ("GET", "/api/v1/admin/flags/history", None),
    ("POST", f"/api/v1/admin/flags/{MOVE_CAR}/go_back", {"version": 0, "reason": "-"}),
    ("POST", "/api/v1/admin/rollouts/x/finish", {}),
    ("POST", "/api/v1/admin/rollouts/x/roll_back", {"reason": "-"}),
)


@pytest.mark.parametrize("who", [ZHANG, AUX, CHEN], ids=lambda one: one.role)
async def test_the_desk_is_for_administrators_only(web: Client, store: Store, who: Officer) -> None:
    headers = bearer(await web.token_of(who))
    for method, path, body in DESK:
        assert error_of(await web.request(method, path, json=body, headers=headers)) == (
            403,
            "forbidden",
            None,
        )
        assert error_of(await web.request(method, path, json=body))[:2] == (401, "unauthenticated")
    async with store.database.read() as connection:
        kept = (await connection.execute(select(audit.c.success))).scalars().all()
    assert kept == [False] * len(DESK), "each try is kept, and nothing was done"


async def test_the_grid_shows_the_administrator_s_own_districts(web: Client) -> None:
    own = (await web.get("/api/v1/admin/flags", headers=bearer(await web.token_of(OF_YUCHENG)))).json()
    assert not own["may_kill"]
    assert {code for one in own["flags"] for code in one["stages"]} == {YUCHENG}
    every = (await web.get("/api/v1/admin/flags", headers=bearer(await web.token_of(ADMIN)))).json()
    assert every["may_kill"]
    assert {one["key"]: (one["built"], one["stages"][MINGSHAN]["state"]) for one in every["flags"]} == {
        "module.move_car": (True, "live"),
        "module.accidents": (True, "off"),
        "module.reports": (True, "off"),
        "module.hazards": (True, "off"),
        "module.parking": (False, "off"),
        "module.duty": (True, "live"),
        "feature.request_photos": (True, "live"),
    }


async def test_an_approved_version_of_a_rule_can_be_tried_where_it_is_made_for(
    web: Client, store: Store
) -> None:
    version = await approved(store, "response", MINGSHAN, {"seconds": "120"})
    admin, other = bearer(await web.token_of(ADMIN)), bearer(await web.token_of(OF_YUCHENG))

    async def rules(headers: dict[str, str]) -> list[tuple[str, str, list[str]]]:
        flags = (await web.get("/api/v1/admin/flags", headers=headers)).json()["flags"]
        return [(one["key"], one["rule"], list(one["stages"])) for one in flags if one["kind"] == "rule"]

    assert await rules(admin) == [(f"rule.response.{version}", f"1 · {MINGSHAN}", [MINGSHAN])]
    assert await rules(other) == []
    subject = {"type": "rule", "name": "response", "version": version}
    body = {"subject": subject, "districts": [MINGSHAN], "percent": 10}
    begun = await web.post("/api/v1/admin/rollouts", json=body, headers=admin)
    assert begun.status_code == 201, begun.text
    assert begun.json()["rollout"]["flag"] == f"rule.response.{version}"
    odd = body | {"subject": subject | {"version": "' OR 1=1 --"}}
    assert error_of(await web.post("/api/v1/admin/rollouts", json=odd, headers=admin))[:2] == (
        422,
        "invalid_field",
    )


async def test_what_the_desk_refuses_it_says_with_the_field(web: Client) -> None:
    admin = bearer(await web.token_of(OF_YUCHENG))
    flags = "/api/v1/admin/flags"

    async def refused(method: str, path: str, body: dict[str, Any]) -> tuple[int, str, str | None]:
        return error_of(await web.request(method, path, json=body, headers=admin))

    off, live = {"state": "off"}, {"state": "live"}
    assert await refused("PUT", f"{flags}/module.x/districts/{YUCHENG}", off) == (404, "not_found", "flag")
    assert await refused("PUT", f"{flags}/{MOVE_CAR}/districts/{MINGSHAN}", off) == (
        403,
        "forbidden",
        "district",
    )
    unbuilt = await web.put(f"{flags}/module.parking/districts/{YUCHENG}", json=live, headers=admin)
    assert error_of(unbuilt) == (422, "invalid_field", f"districts.{YUCHENG}.state")
    assert "还没有做好" in unbuilt.json()["error"]["message"]
    pilot = {"state": "pilot"}
    assert (await refused("PUT", f"{flags}/{MOVE_CAR}/districts/{YUCHENG}", pilot))[:2] == (
        422,
        "invalid_field",
    )
    start = {"subject": {"type": "module", "name": "move_car"}, "districts": [YUCHENG], "percent": 10}
    path = "/api/v1/admin/rollouts"
    assert await refused("POST", path, start) == (409, "conflict", None)
    assert (await refused("POST", path, start | {"percent": 0}))[2] == "percent"
    assert (await refused("POST", path, start | {"subject": {"type": "colour", "name": "red"}}))[:2] == (
        422,
        "invalid_field",
    )
    nothing = {"guards": [{"figure": "kept"}]}
    await web.put(f"{flags}/{MOVE_CAR}/districts/{YUCHENG}", json=off, headers=admin)
    assert await refused("POST", path, start | nothing) == (422, "invalid_field", "guards.kept")
    unknown = {"subject": {"type": "feature", "name": "../x"}}
    assert (await refused("POST", path, start | unknown))[:2] == (422, "invalid_field")


async def test_a_pilot_from_its_start_to_its_end(web: Client, store: Store) -> None:
    admin = bearer(await web.token_of(ADMIN))
    await web.put(f"/api/v1/admin/flags/{PHOTOS}/districts/{YUCHENG}", json={"state": "off"}, headers=admin)
    body = {
        "subject": {"type": "feature", "name": "request_photos"},
        "districts": [YUCHENG],
        "percent": 100,
        "guards": [{"figure": "breached", "worse_by": 0.05, "least_n": 30}],
        "reason": "先在雨城试",
    }
    begun = await web.post("/api/v1/admin/rollouts", json=body, headers=admin | {"Idempotency-Key": "once"})
    assert begun.status_code == 201, begun.text
    again = await web.post("/api/v1/admin/rollouts", json=body, headers=admin | {"Idempotency-Key": "once"})
    assert again.json() == begun.json()
    rollout = begun.json()["rollout"]
    assert (rollout["status"], rollout["percent"], rollout["districts"]) == ("running", 100, [YUCHENG])
    await store.configuration.refresh()
    await web.asked("one")
    path = f"/api/v1/admin/rollouts/{rollout['id']}"
    groups = (await web.get(path, headers=admin)).json()["rollout"]["groups"]
    assert groups["control_is"] == "outside"
    assert groups["pilot"]["breached"] == {"n": 0, "value": None, "low": None, "high": None}
    for step, after in (("pause", "paused"), ("resume", "running")):
        answer = await web.post(f"{path}/{step}", json={}, headers=admin)
        assert answer.json()["rollout"]["status"] == after
    back = await web.post(f"{path}/roll_back", json={"reason": "照片太大"}, headers=admin)
    assert (back.json()["rollout"]["status"], back.json()["rollout"]["reason"]) == ("rolled_back", "照片太大")
    assert error_of(await web.post(f"{path}/finish", json={}, headers=admin)) == (409, "conflict", None)
    listed = (await web.get("/api/v1/admin/rollouts", headers=admin)).json()["rollouts"]
    assert [one["id"] for one in listed] == [rollout["id"]]
    other = bearer(await web.token_of(OF_YUCHENG))
    assert (await web.get(path, headers=other)).status_code == 200
    async with store.database.read() as connection:
        rows = await connection.execute(
            select(audit.c.action).where(audit.c.subject == f"rollout:{rollout['id']}")
        )
        assert sorted(rows.scalars()) == [
            "pause_rollout",
            "resume_rollout",
            "roll_back_rollout",
            "start_rollout",
        ]


async def test_guards_are_read_beside_their_figures_and_changed_with_a_reason(
    web: Client, store: Store
) -> None:
    admin = bearer(await web.token_of(ADMIN))
    await web.put(f"/api/v1/admin/flags/{PHOTOS}/districts/{YUCHENG}", json={"state": "off"}, headers=admin)
    first = {"figure": "breached", "worse_by": 0.05, "limit": 0.2, "least_n": 30}
    body = {
        "subject": {"type": "feature", "name": "request_photos"},
        "districts": [YUCHENG],
        "percent": 50,
        "guards": [first],
    }
    begun = await web.post("/api/v1/admin/rollouts", json=body, headers=admin)
    path = f"/api/v1/admin/rollouts/{begun.json()['rollout']['id']}"
    told = (await web.get(path, headers=admin)).json()["rollout"]
    assert told["guards"] == [first]
    limit, control = told["groups"]["checks"]
    assert limit == {
        "figure": "breached", "against": "limit", "allowed": 0.2, "found": None, "used": None,
        "state": "too_few", "n": 0, "control_n": None, "least_n": 30,
    }  # fmt: skip
    assert (control["against"], control["allowed"], control["control_n"]) == ("control", 0.05, 0)
    second = {"figure": "kept", "worse_by": 0.02, "limit": None, "least_n": 50}
    change = {"guards": [second], "reason": "更谨慎"}
    answer = await web.post(f"{path}/guards", json=change, headers=admin)
    assert answer.json()["rollout"]["guards"] == [{"figure": "kept", "worse_by": 0.02}]
    for wrong, where in (
        ({"guards": [second]}, "reason"),
        ({"guards": [second | {"worse_by": 2}], "reason": "-"}, "guards.kept.worse_by"),
        ({"guards": [second | {"least_n": 19}], "reason": "-"}, "guards[0].least_n"),
        ({"guards": [second, second], "reason": "-"}, "guards.kept"),
    ):
        refused = await web.post(f"{path}/guards", json=wrong, headers=admin)
        assert error_of(refused) == (422, "invalid_field", where)


async def test_the_history_is_read_and_gone_back_in(web: Client) -> None:
    admin = bearer(await web.token_of(ADMIN))
    path, key = "/api/v1/admin/flags", {"Idempotency-Key": "back"}
    for state in ("off", "integrating"):
        body = {"state": state, "reason": f"改为 {state}"}
        await web.put(f"{path}/{PHOTOS}/districts/{YUCHENG}", json=body, headers=admin)
    told = (await web.get(f"{path}/history", params={"flag": PHOTOS}, headers=admin)).json()
    assert told["older"] is None
    newest, first = told["versions"]
    assert first == {
        "key": PHOTOS, "version": 1, "at": first["at"], "by": "051900", "reason": "改为 off",
        "changes": [
            {
                "district": YUCHENG,
                "before": {"state": "live", "percent": None},
                "after": {"state": "off", "percent": None},
            }
        ],
        "killed": None, "step": None, "rule": None, "is_current": False, "may_return": True,
    }  # fmt: skip
    assert (newest["version"], newest["is_current"], newest["may_return"]) == (2, True, False)
    back = {"version": 1, "reason": "还不行"}
    for _ in range(2):
        answer = await web.post(f"{path}/{PHOTOS}/go_back", json=back, headers=admin | key)
        assert answer.json() == {"version": 3}
    odd = await web.get(f"{path}/history", params={"before": "yesterday"}, headers=admin)
    assert error_of(odd) == (422, "invalid_field", "before")
