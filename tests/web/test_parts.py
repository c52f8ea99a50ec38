"""The small parts, each by itself: bodies, languages, signatures, sentences, the build's manifest."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.requests import Request

from models.errors import (
    InvalidField,
    InvalidJson,
    PlateTailLocked,
    PlateTailWrong,
    TooManyRequests,
    Unavailable,
    WufenError,
)
from models.media import Folder
from models.texts.sentences import Sentences
from web.assets import Assets
from web.body import canonical, decode
from web.endpoint import Shape
from web.language import choose
from web.limits import LookUps
from web.passwords import gate
from web.refusals import refusal
from web.signing import Signer
from web.visitor import address_of, from_this_machine

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


class Inner(Shape):
    number: int


class Outer(Shape):
    name: str
    inner: Inner | None = None
    many: list[Inner] = msgspec.field(default_factory=list)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "name"),
        (b'{"name": 1}', "name"),
        (b'{"name": "a", "x.y": 1}', "x.y"),
        (b'{"name": "a", "inner": {}}', "inner.number"),
        (b'{"name": "a", "inner": {"number": 1, "more": 2}}', "inner.more"),
        (b'{"name": "a", "many": [{"number": 1}, {"number": "2"}]}', "many[1].number"),
        (b'{"name": "a\\u0000"}', "name"),
        (b"[]", "body"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(body: bytes, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        decode(body, Outer)
    assert refused.value.field == field


@pytest.mark.parametrize("body", [b"{", b'{"name": 1', b'{"name": "\\ud800"}', b'{"name": "a"}x', b"\xff"])
def test_what_is_no_json_is_no_json_even_if_its_beginning_is_wrong_too(body: bytes) -> None:
    with pytest.raises(InvalidJson):
        decode(body, Outer)


def test_a_backslash_before_u0000_is_only_text() -> None:
    assert decode(rb'{"name": "\\u0000"}', Outer).name == r"\u0000"


def test_equal_bodies_have_one_canonical_form() -> None:
    assert canonical(b'{"b": 1, "a": [1, 2]}') == canonical(b' {"a":[1,2],\n"b":1}')
    assert canonical(b'{"a": [2, 1]}') != canonical(b'{"a": [1, 2]}')


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "chosen"),
    [
        ("", "", "", "zh"),
        ("lang=en", "wufen_lang=zh", "zh", "en"),
        ("lang=xx", "wufen_lang=en", "zh", "en"),
        ("", "wufen_lang=xx", "en-GB,en;q=0.9", "en"),
        ("", "", "zh-TW, en;q=0.9", "zh"),
        ("", "", "en;q=0.1, zh-CN;q=0.2", "zh"),
        ("", "", "de, fr;q=0.5", "zh"),
        ("", "", "en;q=0", "zh"),
        ("", "", "en;q=nonsense", "zh"),
    ],
)
def test_the_language_is_the_one_asked_for_then_kept_then_accepted(
    query: str, cookie: str, accepted: str, chosen: str
) -> None:
    headers = [(b"cookie", cookie.encode()), (b"accept-language", accepted.encode())]
    assert choose({"type": "http", "query_string": query.encode(), "headers": headers}) == chosen


def test_a_signature_is_for_one_purpose_and_one_value() -> None:
    signer = Signer("key")
    text = signer.sign("device", "abc")
    assert signer.verify("device", text) == "abc"
    for other in (signer.sign("owner", "abc"), text[:-1], "abd" + text[3:], "abc", "", "abc.", ".x", "é.é"):
        assert signer.verify("device", other) is None
    assert Signer("other key").verify("device", text) is None


def test_a_refusal_says_when_to_try_again_on_the_wall_clock() -> None:
    sentences = Sentences.read()
    soon = refusal(PlateTailLocked(retry_at=NOW + timedelta(seconds=61)), "en", sentences, NOW)
    assert "16:02" in soon.body["error"]["message"]
    assert soon.headers["retry-after"] == "61"
    tomorrow = refusal(TooManyRequests(retry_at=NOW + timedelta(hours=20)), "zh", sentences, NOW)
    assert "11-03 12:00" in tomorrow.body["error"]["message"]


def test_after_the_last_try_a_refusal_says_how_it_goes_on_instead_of_counting_to_nought() -> None:
    sentences = Sentences.read()

    def said(error: WufenError) -> str:
        return str(refusal(error, "en", sentences, NOW).body["error"]["message"])

    assert "tries left: 1" in said(PlateTailWrong(remaining=1))
    assert "locked until 16:10" in said(PlateTailWrong(remaining=0, retry_at=NOW + timedelta(minutes=10)))
    assert "1 tries left" in said(InvalidField(field="code", why="wrong", remaining=1))
    assert "ask for a new one" in said(InvalidField(field="code", why="wrong", remaining=0))


def test_a_sentence_keeps_what_it_was_not_given() -> None:
    one = Sentences({"zh": {"a": {"k": "{x}-{y}"}}, "en": {"a": {}}})
    assert one.say("zh", "k", {"x": 1}) == "1-{y}"
    assert one.say("en", "k") == "k"


def test_look_ups_are_counted_per_address_and_minute() -> None:
    look_ups = LookUps(most=2)
    for _ in range(2):
        look_ups.count(b"a", NOW)
    with pytest.raises(TooManyRequests) as refused:
        look_ups.count(b"a", NOW)
    assert refused.value.retry_at == NOW + timedelta(minutes=1)
    look_ups.count(b"b", NOW)
    look_ups.count(b"a", NOW + timedelta(minutes=1))


def test_a_page_loads_what_its_entry_imports_and_not_what_comes_later(tmp_path: Path) -> None:
    (tmp_path / ".vite").mkdir()
    manifest: dict[str, Any] = {
        "src/officer/main.ts": {
            "file": "assets/officer-1.js", "isEntry": True, "css": ["assets/officer-1.css"],
            "imports": ["_shared.js"], "dynamicImports": ["_map.js"],
        },
        "_shared.js": {"file": "assets/shared-2.js", "css": ["assets/shared-2.css"], "imports": ["_vue.js"]},
        "_vue.js": {"file": "assets/vue-3.js"},
        "_map.js": {"file": "assets/map-4.js"},
    }  # fmt: skip
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    page = Assets.read(tmp_path).of("officer")
    assert page is not None
    assert page.js == "/static/dist/assets/officer-1.js"
    assert page.css == ("/static/dist/assets/officer-1.css", "/static/dist/assets/shared-2.css")
    assert page.preload == ("/static/dist/assets/shared-2.js", "/static/dist/assets/vue-3.js")
    assert Assets.read(tmp_path / "none").built is False


def test_media_is_read_by_names_of_ours_only(tmp_path: Path) -> None:
    media = Folder(tmp_path)
    name = media.keep(b"picture")
    assert media.read(name) == b"picture"
    assert media.keep(b"picture") == name
    assert list(media.names()) == [name]
    assert [path.name for path in (tmp_path / "media").rglob("*.*")] == [name]
    for other in ("../secrets.json", "0" * 64, f"{'0' * 64}.jpg/../x", ""):
        with pytest.raises(FileNotFoundError):
            media.read(other)


def request(host: str, client: str | None, *headers: tuple[str, str]) -> Request:
    raw = [(b"host", host.encode()), *((name.encode(), value.encode()) for name, value in headers)]
    return Request({"type": "http", "headers": raw, "client": None if client is None else (client, 1)})


@pytest.mark.parametrize(
    ("host", "client", "local"),
    [
        ("localhost:8000", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("[::1]:8000", "::1", True),
        ("[::1]", "::1", True),
        ("LOCALHOST:8000", "127.3.2.1", True),
        ("evil.example:8000", "127.0.0.1", False),
        ("localhost.evil.example", "127.0.0.1", False),
        ("localhost:8000", "192.168.1.5", False),
        ("localhost:8000", None, False),
        ("", "127.0.0.1", False),
    ],
)
def test_this_machine_is_known_by_address_and_name(host: str, client: str | None, local: bool) -> None:
    assert from_this_machine(request(host, client)) is local


def test_a_line_of_ipv6_is_one_address() -> None:
    assert address_of(request("x", "2001:db8:1:2:aaaa::1")) == address_of(request("x", "2001:db8:1:2::9"))
    assert address_of(request("x", "2001:db8:1:2::1")) != address_of(request("x", "2001:db8:1:3::1"))
    assert address_of(request("x", "::ffff:203.0.113.9")) == "203.0.113.9"


async def test_a_flood_of_sign_ins_is_refused_rather_than_kept_waiting() -> None:
    verify = gate(at_once=1, most_waiting=1)
    answers = await asyncio.gather(*(verify(None, "x") for _ in range(5)), return_exceptions=True)
    assert answers.count(False) == 2
    assert sum(isinstance(answer, Unavailable) for answer in answers) == 3
