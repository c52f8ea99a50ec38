"""The officers' pages as an app: what a browser is told about each door, and what it may keep."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from models.tiles import layers
from tests.web.client import Client
from web import installable
from web.assets import Assets
from web.site import Site


@pytest.fixture
def built(web: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The front end as if it were built, with a map that comes later, and a worker."""
    chunks = {
        "src/officer/main.ts": {
            "file": "assets/officer-1.js", "isEntry": True, "css": ["assets/officer-1.css"],
            "imports": ["_shared.js"], "dynamicImports": ["src/officer/Map.vue"],
            "assets": ["assets/digits.woff2", "assets/digits.woff"],
        },
        "_shared.js": {"file": "assets/shared-2.js"},
        "src/officer/Map.vue": {"file": "assets/Map-3.js", "css": ["assets/Map-3.css"], "imports": ["_shared.js"]},
        "src/worker/main.ts": {"file": "assets/worker-4.js", "isEntry": True},
    }  # fmt: skip
    (tmp_path / ".vite").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite/manifest.json").write_text(json.dumps(chunks))
    (tmp_path / "assets/worker-4.js").write_text("self.work();")
    monkeypatch.setattr(installable, "FOLDER", tmp_path)
    site: Site = web.app.state.site
    object.__setattr__(site, "assets", Assets.read(tmp_path))
    return web


@pytest.mark.parametrize(
    ("door", "zh", "en"), [("officer", "民警勤务", "Officer"), ("auxiliary", "辅警勤务", "Auxiliary")]
)
async def test_each_door_has_a_manifest_of_its_own_in_both_languages(
    web: Client, door: str, zh: str, en: str
) -> None:
    chinese = (await web.get(f"/{door}/manifest.webmanifest?lang=zh")).json()
    english = (await web.get(f"/{door}/manifest.webmanifest?lang=en")).json()
    assert (chinese["short_name"], english["short_name"]) == (zh, en)
    assert (chinese["lang"], english["lang"]) == ("zh-CN", "en")
    assert chinese["id"] == chinese["start_url"] == chinese["scope"] == f"/{door}"
    assert chinese["display"] == "standalone"
    assert [icon.get("purpose") for icon in chinese["icons"]] == [None, None, "maskable"]


async def test_the_icons_are_there_in_the_sizes_that_the_manifest_names(web: Client) -> None:
    for door in ("officer", "auxiliary"):
        manifest = (await web.get(f"/{door}/manifest.webmanifest")).json()
        for named in manifest["icons"]:
            answer = await web.get(named["src"])
            picture = Image.open(io.BytesIO(answer.content))
            assert (picture.format, f"{picture.width}x{picture.height}") == ("PNG", named["sizes"])
        assert (await web.get(f"/{door}/icon-180.png")).status_code == 200


async def test_a_maskable_icon_reaches_into_its_corners_and_an_ordinary_one_does_not(web: Client) -> None:
    async def corner(query: str) -> tuple[int, ...]:
        answer = await web.get(f"/officer/icon-512.png{query}")
        pixel = Image.open(io.BytesIO(answer.content)).convert("RGBA").getpixel((0, 0))
        assert isinstance(pixel, tuple)
        return pixel

    assert await corner("?maskable=1") == (20, 85, 217, 255)
    assert (await corner(""))[3] == 0


@pytest.mark.parametrize("size", ["1", "100000", "511"])
async def test_other_sizes_are_not_drawn(web: Client, size: str) -> None:
    assert (await web.get(f"/officer/icon-{size}.png")).status_code == 404


async def test_the_worker_names_its_build_and_may_speak_to_this_server_only(built: Client) -> None:
    answer = await built.get("/auxiliary/service-worker.js")
    assert answer.headers["service-worker-allowed"] == "/auxiliary"
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/javascript")
    first, rest = answer.text.split("\n", 1)
    found = re.fullmatch(r"const BUILD=(.*);", first)
    assert found
    build = json.loads(found[1])
    assert build["shell"] == "/auxiliary"
    assert rest == "self.work();"
    assert build["version"] == built.app.state.site.assets.version
    assert build["tiles"] == []


async def test_the_worker_may_ask_the_hosts_of_the_maps_tiles_and_no_other(built: Client) -> None:
    site: Site = built.app.state.site
    template = "https://t{0-1}.tiles.example/{z}/{x}/{y}.png"
    object.__setattr__(site, "settings", replace(site.settings, tiles_url=layers(template)))
    answer = await built.get("/officer/service-worker.js")
    hosts = ["https://t0.tiles.example", "https://t1.tiles.example"]
    assert f'"tiles": {json.dumps(hosts)}' in answer.text
    policy = f"default-src 'none'; connect-src 'self' {' '.join(hosts)}"
    assert answer.headers["content-security-policy"] == policy


async def test_the_worker_keeps_what_the_page_loads_later_too(built: Client) -> None:
    text = (await built.get("/officer/service-worker.js")).text
    build = json.loads(text.split("\n", 1)[0].removeprefix("const BUILD=").removesuffix(";"))
    assert set(build["files"]) == {
        "/static/dist/assets/officer-1.js",
        "/static/dist/assets/officer-1.css",
        "/static/dist/assets/shared-2.js",
        "/static/dist/assets/Map-3.js",
        "/static/dist/assets/Map-3.css",
        "/static/dist/assets/digits.woff2",
    }


async def test_a_page_says_of_which_build_it_is(built: Client) -> None:
    page = await built.get("/officer")
    assert page.headers["wufen-build"] == built.app.state.site.assets.version
    assert '<link rel="manifest" href="/officer/manifest.webmanifest?lang=zh">' in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_without_a_build_there_is_no_worker(web: Client) -> None:
    site: Site = web.app.state.site
    object.__setattr__(site, "assets", Assets({}))
    assert (await web.get("/officer/service-worker.js")).status_code == 404
