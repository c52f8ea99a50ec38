"""What the officers' map is told: outline, rivers, tiles; and that pictures may come from those hosts only."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from models.geography import Boundaries
from models.store import Store
from models.tiles import layers
from tests.support.city import MINGSHAN, YUCHENG, ZHANG
from tests.support.hazards import switch_on
from tests.web.client import Client, bearer
from tests.web.conftest import app_of
from web.assets import PageAssets

TILES = layers("https://t{0-1}.example.cn/vec/{z}/{x}/{y}?tk=abc")
SQUARE = [[[103.0, 29.9], [103.1, 29.9], [103.1, 30.0], [103.0, 30.0], [103.0, 29.9]]]


async def test_without_tiles_and_boundaries_an_officer_is_told_so(web: Client) -> None:
    answer = await web.get(f"/api/v1/districts/{YUCHENG}/map", headers=bearer(await web.token_of(ZHANG)))
    told = answer.json()
    assert (told["district"], told["layers"], told["outline"], told["crs"]) == (YUCHENG, [], [], "wgs84")


async def test_tiles_and_outline_come_from_the_settings(store: Store, tmp_path: Path) -> None:
    await store.configuration.refresh()
    feature = {"properties": {"code": YUCHENG}, "geometry": {"type": "Polygon", "coordinates": SQUARE}}
    path = tmp_path / "districts.geojson"
    path.write_text(json.dumps({"features": [feature]}), "utf-8")
    settings = replace(
        store.settings, tiles_url=TILES, tiles_crs="gcj02", tiles_attribution="审图号 GS(2026)0001号"
    )
    told_store = replace(store, settings=settings, boundaries=Boundaries.load(path))
    async with Client(app_of(told_store), told_store) as web:
        web.app.state.site.assets._pages["officer"] = PageAssets("/a.js", (), ())
        answer = await web.get(f"/api/v1/districts/{YUCHENG}/map", headers=bearer(await web.token_of(ZHANG)))
        told = answer.json()
        page, other = await web.get("/officer"), await web.get("/help")
        web.app.state.site.assets._pages["hazard"] = PageAssets("/a.js", (), ())
        await switch_on(told_store)
        pin = await web.get("/hazard")
        ground = await web.get("/api/v1/hazards/map", params={"district": YUCHENG})
    assert told["outline"] == SQUARE
    assert told["layers"] == [{"url": "https://t{s}.example.cn/vec/{z}/{x}/{y}?tk=abc", "hosts": "01"}]
    assert (told["crs"], told["attribution"]) == ("gcj02", "审图号 GS(2026)0001号")
    policy = page.headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://t0.example.cn https://t1.example.cn;" in policy
    assert (
        "img-src 'self' data: blob: https://t0.example.cn https://t1.example.cn;"
        in (pin.headers["content-security-policy"])
    ), "whoever puts a pin sees the same streets"
    assert ground.json() == told
    assert "img-src 'self' data: blob:;" in other.headers["content-security-policy"]


async def test_another_units_district_is_refused(web: Client) -> None:
    answer = await web.get(f"/api/v1/districts/{MINGSHAN}/map", headers=bearer(await web.token_of(ZHANG)))
    assert answer.status_code == 403


def test_an_outline_of_many_points_is_thinned_for_drawing(tmp_path: Path) -> None:
    ring = [[103 + n / 1e5, 30.0] for n in range(10_000)]
    area = {"properties": {"code": "1"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = tmp_path / "long.geojson"
    path.write_text(json.dumps({"features": [area]}), "utf-8")
    (thinned,) = Boundaries.load(path).outline_of("1")
    assert 1000 < len(thinned) <= 2000
    assert thinned[0] == (103.0, 30.0)
    assert Boundaries().outline_of("1") == []
