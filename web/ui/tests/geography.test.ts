import assert from "node:assert/strict";
import { test } from "node:test";
import { bearing, distanceText, metresBetween, toGcj02 } from "../src/shared/geography.ts";

const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);

test("a degree of latitude is some 111 kilometres, and no way is no distance", () => {
  near(metresBetween({ lat: 30, lng: 103 }, { lat: 31, lng: 103 }), 111_195, 5);
  assert.equal(metresBetween({ lat: 30, lng: 103 }, { lat: 30, lng: 103 }), 0);
});

test("a degree of longitude is shorter the farther north", () => {
  near(metresBetween({ lat: 60, lng: 103 }, { lat: 60, lng: 104 }), 55_597, 10);
});

test("north is 0, east 90, south 180, west 270", () => {
  const here = { lat: 30, lng: 103 };
  assert.equal(bearing(here, { lat: 30.1, lng: 103 }), 0);
  assert.equal(bearing(here, { lat: 30, lng: 103.1 }), 90);
  assert.equal(bearing(here, { lat: 29.9, lng: 103 }), 180);
  assert.equal(bearing(here, { lat: 30, lng: 102.9 }), 270);
});

test("a distance is said no finer than a phone knows it", () => {
  assert.deepEqual([3, 44, 94, 95, 820, 9949, 9950, 56_400].map(distanceText), [
    "10 m", "40 m", "90 m", "0.1 km", "0.8 km", "9.9 km", "10 km", "56 km",
  ]);
});

test("the shift of Chinese maps at three known places", () => {
  for (const [lng, lat, shiftedLng, shiftedLat] of [
    [103.0133, 29.9876, 103.015167, 29.98494],
    [103.1126, 30.0847, 103.114707, 30.082181],
    [116.404, 39.915, 116.410244, 39.916404],
  ] as const) {
    const shifted = toGcj02({ lat, lng });
    near(shifted.lng, shiftedLng, 0.000002);
    near(shifted.lat, shiftedLat, 0.000002);
  }
});

test("outside the box nothing is shifted", () => {
  assert.deepEqual(toGcj02({ lat: 48.2, lng: 16.37 }), { lat: 48.2, lng: 16.37 });
});
