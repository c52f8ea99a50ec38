/** Areas of a picture, by mouse and by keyboard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { areaOf, byKey, middle, moved, pointOf, sized } from "../src/review/areas.ts";

const size = { width: 960, height: 720 };
const area = { left: 100, top: 100, width: 160, height: 50 };

test("a pointer is where it is on the picture, however large that is shown, and never beside it", () => {
  const box = { left: 200, top: 50, width: 480, height: 360 };
  assert.deepEqual(pointOf(200, 50, box, size), { x: 0, y: 0 });
  assert.deepEqual(pointOf(440, 230, box, size), { x: 480, y: 360 });
  assert.deepEqual(pointOf(9000, -5, box, size), { x: 960, y: 0 });
});

test("an area is the same from whichever corner it is drawn, and a trembling click is none", () => {
  assert.deepEqual(areaOf({ x: 260, y: 150 }, { x: 100, y: 100 }), area);
  assert.deepEqual(areaOf({ x: 100, y: 150 }, { x: 260, y: 100 }), area);
  assert.equal(areaOf({ x: 100, y: 100 }, { x: 103, y: 180 }), null);
});

test("the arrows move it and with Shift size it, and it stays on the picture", () => {
  assert.deepEqual(byKey(area, "ArrowRight", false, size), { ...area, left: 110 });
  assert.deepEqual(byKey(area, "ArrowUp", true, size), { ...area, height: 40 });
  assert.equal(byKey(area, "a", false, size), null);
  assert.deepEqual(moved(area, -500, 900, size), { ...area, left: 0, top: 670 });
  assert.deepEqual(sized(area, 5000, -500, size), { ...area, width: 860, height: 8 });
});

test("a first area without a mouse lies in the middle", () => {
  const first = middle(size);
  assert.deepEqual(first, { left: 400, top: 335, width: 160, height: 51 });
});
