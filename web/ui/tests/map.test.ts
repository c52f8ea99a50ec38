import assert from "node:assert/strict";
import { test } from "node:test";
import { GONE_MS, markOf, moved, SHAPES, STALE_MS, unitsShown, type Unit } from "../src/officer/marks.ts";
import { shifted } from "../src/shared/projection.ts";
import { fromGcj02, metresBetween, routeLinks, toGcj02, type Point } from "../src/shared/geography.ts";
import { incident } from "./incident.ts";

const NOON = Date.parse("2026-11-23T04:00:00Z");
// WGS-84 and GCJ-02 of three places, as published; longitude first.
const VECTORS = [
  [103.0133, 29.9876, 103.015167, 29.98494],
  [103.1126, 30.0847, 103.114707, 30.082181],
  [116.404, 39.915, 116.410244, 39.916404],
] as const;
const RADIUS = 6_378_137;
const mercator = {
  project: ({ lat, lng }: Point) => ({ x: (RADIUS * lng * Math.PI) / 180, y: RADIUS * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) }),
  unproject: ({ x, y }: { x: number; y: number }) => ({ lng: (x / RADIUS / Math.PI) * 180, lat: ((2 * Math.atan(Math.exp(y / RADIUS)) - Math.PI / 2) / Math.PI) * 180 }),
};
const near = (actual: number, expected: number, within: number): void => assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);

test("on shifted tiles a place stands where its GCJ-02 stands on plain ones", () => {
  for (const [lng, lat, shiftedLng, shiftedLat] of VECTORS) {
    const [ours, theirs] = [shifted(mercator).project({ lat, lng }), mercator.project({ lat: shiftedLat, lng: shiftedLng })];
    near(ours.x, theirs.x, 0.2);
    near(ours.y, theirs.y, 0.2);
  }
});

test("the projection gives back what it was given, to a millimetre", () => {
  for (const [lng, lat] of VECTORS) {
    const there = shifted(mercator);
    assert.ok(metresBetween(there.unproject(there.project({ lat, lng })), { lat, lng }) < 0.001);
  }
});

test("GCJ-02 comes back as WGS-84, at every published place and beyond the border", () => {
  for (const [lng, lat, shiftedLng, shiftedLat] of VECTORS) assert.ok(metresBetween(fromGcj02({ lat: shiftedLat, lng: shiftedLng }), { lat, lng }) < 0.2);
  const vienna = { lat: 48.2, lng: 16.37 };
  assert.deepEqual(fromGcj02(vienna), vienna);
  for (let lat = 20; lat <= 50; lat += 2.5) for (let lng = 80; lng <= 130; lng += 5) assert.ok(metresBetween(fromGcj02(toGcj02({ lat, lng })), { lat, lng }) < 0.001);
});

test("each map gets the coordinates that it expects", () => {
  const links = new Map(routeLinks({ lat: 29.9876, lng: 103.0133 }, "康藏路", false).map(({ map, url }) => [map, url]));
  assert.match(links.get("amap")!, /^https:\/\/uri\.amap\.com\/navigation\?to=103\.015167,29\.984940,.*&coordinate=gaode/);
  assert.match(links.get("tencent")!, /tocoord=29\.984940,103\.015167&/);
  assert.match(links.get("baidu")!, /^baidumap:\/\/map\/direction\?destination=name:%E5%BA%B7%E8%97%8F%E8%B7%AF\|latlng:29\.984940,103\.015167&coord_type=gcj02&/);
  assert.match(links.get("system")!, /^geo:29\.987600,103\.013300\?q=29\.987600,103\.013300\(/);
  assert.equal(links.has("apple"), false);
});

test("a phone of Apple's gets Apple's map instead of a link that it does not know", () => {
  const links = new Map(routeLinks({ lat: 39.915, lng: 116.404 }, "天安门", true).map(({ map, url }) => [map, url]));
  assert.equal(links.get("apple"), "https://maps.apple.com/?daddr=39.916404,116.410244&dirflg=d");
  assert.equal(links.has("system"), false);
});

test("a mark says by its shape how much time is left", () => {
  const at = (seconds: number, more = {}): string => markOf(incident({ respond_by: new Date(NOON + seconds * 1000).toISOString(), ...more }), NOON);
  assert.deepEqual([at(299), at(150), at(60), at(0), at(-90)], ["calm", "soon", "last", "over", "over"]);
  assert.equal(at(-90, { status: "accepted", accepted_at: "2026-11-23T04:00:00.000Z" }), "taken");
  assert.equal(new Set(Object.values(SHAPES)).size, 5);
});

test("colleagues are fresh, then a memory, then gone; oneself is not among them", () => {
  const unit = (officer: string, age: number): Unit => ({ officer, lat: 30, lng: 103, at: NOON - age, status: null });
  const shown = unitsShown([unit("me", 0), unit("a", STALE_MS), unit("b", STALE_MS + 60_000), unit("c", GONE_MS)], "me", NOON);
  assert.deepEqual(shown.map(({ unit: { officer }, stale, minutes }) => [officer, stale, minutes]), [["a", false, 2], ["b", true, 3]]);
});

test("an older position never takes the place of a newer one", () => {
  const unit = (at: number, lat: number): Unit => ({ officer: "a", lat, lng: 103, at, status: null });
  const known = moved(new Map(), [unit(2000, 1)]);
  assert.equal(moved(known, [unit(1000, 2)]).get("a")?.lat, 1);
  assert.equal(moved(known, [unit(3000, 3)]).get("a")?.lat, 3);
});
