"""The OpenAPI document says what the routes do, both ways, and real answers look as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from starlette.routing import Route

import models
from models.errors import all_errors
from tests.support.city import CHEN, YUCHENG, ZHANG
from tests.web.client import Client, bearer, picture
from web.app import routes
from web.endpoints import ENDPOINTS

# What programs from outside rely on.
CONTRACT = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("post", "/api/v1/sessions"),
    ("post", "/api/v1/auxiliary/sessions"),
    ("get", "/api/v1/connection-token"),
    ("post", "/api/v1/move-requests"),
    ("get", "/api/v1/incidents/{id}"),
    *(
        ("post", f"/api/v1/incidents/{{id}}/{name}")
        for name in (
            "answer", "settle", "cancel", "hand_over", "accept", "decline", "arrive", "resolve", "release", "reopen"
        )
    ),
    ("get", "/api/v1/districts/{code}/board"),
    ("put", "/api/v1/duty"),
}  # fmt: skip


async def document(web: Client) -> dict[str, Any]:
    answer = await web.get("/api/openapi.json")
    assert answer.status_code == 200
    whole: dict[str, Any] = answer.json()
    return whole


async def test_the_document_is_valid_openapi(web: Client) -> None:
    whole = await document(web)
    assert whole["openapi"].startswith("3.1")
    validate(whole)


async def test_document_and_routes_name_the_same_operations(web: Client) -> None:
    described = {(method, path) for path, item in (await document(web))["paths"].items() for method in item}
    answered = {
        (method.lower(), route.path)
        for route in routes()
        if isinstance(route, Route) and re.match(r"/(api/|healthz|readyz|metrics)", route.path)
        for method in (route.methods or set()) - ({"HEAD"} if "GET" in (route.methods or ()) else set())
    }
    assert described == answered
    assert described >= CONTRACT


async def test_every_operation_has_a_name_a_sentence_and_its_refusals(web: Client) -> None:
    whole = await document(web)
    names = [operation["operationId"] for item in whole["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))
    codes = {error.code for error in all_errors()}
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            assert operation["summary"].endswith((".", "?")), path
            if not path.startswith("/api/"):
                continue
            told = set(
                re.findall(r"`(\w+)`", " ".join(r["description"] for r in operation["responses"].values()))
            )
            assert told <= codes, path
            secured = operation["security"] != [{}]
            assert ("unauthenticated" in told) == secured, (method, path)
            if "requestBody" in operation:
                assert "invalid_field" in told, path


async def test_every_sentence_of_a_refusal_is_in_the_catalogue(web: Client) -> None:
    sentences = web.app.state.site.store.texts.product
    for error in all_errors():
        assert sentences.has("zh", f"errors.{error.code}"), error.code
        assert sentences.has("en", f"errors.{error.code}"), error.code


async def test_every_conflict_says_what_collides(web: Client) -> None:
    sentences = web.app.state.site.store.texts.product
    sources = (path.read_text("utf-8") for path in Path(models.__file__).parent.rglob("*.py"))
    reasons = {why for source in sources for why in re.findall(r'Conflict\(why="(\w+)"', source)}
    assert "vehicle_bound" in reasons
    for why in reasons:
        assert sentences.has("zh", f"errors.conflict.{why}"), why
        assert sentences.has("en", f"errors.conflict.{why}"), why


async def test_real_answers_look_as_described(unlimited: Client) -> None:
    web = unlimited
    whole = await document(web)

    def check(answer: Any, path: str, method: str = "get") -> Any:
        responses = whole["paths"][path][method]["responses"]
        schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": whole["components"]})
        validator.validate(answer.json())
        return answer.json()

    asked = await web.ask(location={"lat": 29.98, "lng": 103.01})
    body = check(asked, "/api/v1/move-requests", "post")
    incident, requester = body["incident"]["id"], bearer(body["access_token"])
    check(await web.ask(), "/api/v1/move-requests", "post")
    check(await web.ask(reason="?"), "/api/v1/move-requests", "post")
    police = bearer(await web.on_duty(ZHANG, YUCHENG))
    commander = bearer(await web.token_of(CHEN))
    files = {"photo": ("a.jpg", picture(), "image/jpeg")}
    added = await web.post(f"/api/v1/incidents/{incident}/photos", files=files, headers=requester)
    check(added, "/api/v1/incidents/{id}/photos", "post")
    handed = await web.post(f"/api/v1/incidents/{incident}/hand_over", headers=requester)
    check(handed, "/api/v1/incidents/{id}/hand_over", "post")
    for headers in (requester, police, commander):
        check(await web.get(f"/api/v1/incidents/{incident}", headers=headers), "/api/v1/incidents/{id}")
    check(await web.get("/api/v1/duty", headers=police), "/api/v1/duty")
    check(await web.get("/api/v1/me", headers=police), "/api/v1/me")
    check(await web.get("/api/v1/connection-token", headers=commander), "/api/v1/connection-token")
    check(await web.get("/api/v1/stickers/sticker-one"), "/api/v1/stickers/{code}")
    check(await web.get("/api/v1/districts"), "/api/v1/districts")
    for name in ("board", "figures", "closed"):
        path = f"/api/v1/districts/{YUCHENG}/{name}"
        check(await web.get(path, headers=commander), f"/api/v1/districts/{{code}}/{name}")
    accepted = await web.post(f"/api/v1/incidents/{incident}/accept", headers=police)
    check(accepted, "/api/v1/incidents/{id}/accept", "post")
    check(await web.get("/api/v1/me"), "/api/v1/me")


def test_whatever_changes_something_can_be_repeated_safely() -> None:
    # PUT and DELETE say where to end up; signing in gives a new session each time, and ending an account is final.
    # Some only ask, with more than fits behind a question mark.
    plain = {one.name for one in ENDPOINTS if one.method == "POST" and not one.repeatable}
    asking = {
        "validate_rules",
        "ask_rules",
        "replay_rules",
        "search_history",
        "check_watch_list",
        "check_calendar",
        "upload_original",
        "call_party",
        "case_file",
    }
    # Sleeping, waking and being signed out twice is the same as once; a secret is told once, and never kept.
    sessions = {"lock_session", "unlock_session", "sign_out_officer", "reset_second_factor"}
    secrets = {"begin_second_factor", "confirm_second_factor", "begin_upload_pass", "make_api_key"}
    # Begun again under the id that the phone made, it is the same upload; the same area covered again, the same region;
    # what an officer has before him is his again.
    # Asked again, WeChat's door is another door, and the first one leads nowhere any more.
    same = {"begin_upload", "cover_region", "take_report", "begin_wechat"}
    assert plain == {"sign_in", "sign_in_auxiliary", "end_officer", *asking, *sessions, *secrets, *same}
