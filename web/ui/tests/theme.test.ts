import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTheme, paintedAs, readTheme } from "../src/shared/theme.ts";

test("the device decides until somebody has chosen", () => {
  assert.equal(readTheme(null), "auto");
  assert.equal(readTheme("dusk"), "auto");
  assert.equal(paintedAs("auto", true), "night");
  assert.equal(paintedAs("auto", false), "day");
});

test("what was chosen holds, whatever the device says", () => {
  assert.equal(readTheme("night"), "night");
  assert.equal(readTheme("day"), "day");
  assert.equal(paintedAs("night", false), "night");
  assert.equal(paintedAs("day", true), "day");
});

test("the button at a desk goes through all three and comes back to the device's own", () => {
  assert.equal(nextTheme("auto"), "day");
  assert.equal(nextTheme("day"), "night");
  assert.equal(nextTheme("night"), "auto");
});
