import assert from "node:assert/strict";
import { test } from "node:test";
import { dayBeginning, wallDate, wallTime } from "../src/shared/beijing.ts";

const NOON = Date.parse("2026-11-23T04:00:00Z");
const MIDNIGHT = Date.parse("2026-11-22T16:00:00Z");
// A phone that was set abroad: its own zone must not show.
process.env.TZ = "America/New_York";

test("the day begins at midnight in China, whatever the phone's own zone", () => {
  assert.equal(dayBeginning(NOON), MIDNIGHT);
  assert.equal(dayBeginning(MIDNIGHT), MIDNIGHT);
  assert.equal(dayBeginning(MIDNIGHT - 1), MIDNIGHT - 86_400_000);
});

test("an instant reads as on the walls there", () => {
  assert.equal(wallTime("2026-11-25T10:37:12.900Z"), "18:37");
  assert.equal(wallTime("2026-11-25T10:37:12.900Z", true), "18:37:12");
  assert.equal(wallTime(MIDNIGHT, true), "00:00:00");
  assert.equal(wallDate(MIDNIGHT), "2026-11-23");
  assert.equal(wallDate(MIDNIGHT - 1), "2026-11-22");
});

test("what has not happened yet reads as nothing", () => {
  assert.equal(wallTime(""), "");
});
