/** The report of refused lines, and what is asked of the server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, queryOf } from "../src/admin/watch-lists.ts";
import { resultOf } from "../src/shared/vehicle-result.ts";

test("a cell that a spreadsheet would run as a formula is a text in the report", () => {
  const line = { line: 3, column: "plate", why: "bad_character", value: '=HYPERLINK("x")', message: "号牌里有“不该有”的字符。" };
  const report = csvOf([line]);
  assert.ok(report.startsWith("\uFEFF"));
  const [, row] = report.split("\r\n");
  assert.ok(row!.includes(`"'=HYPERLINK(""x"")"`), row);
  assert.ok(row!.startsWith('"3",'));
});

test("what a whole list ends is asked for by its number", () => {
  const wish = { scope: "511802", source: "市局 & 省厅", kind: "", whole: true, refuse: "line" as const };
  assert.equal(queryOf(wish, 2), "scope=511802&source=%E5%B8%82%E5%B1%80+%26+%E7%9C%81%E5%8E%85&refuse=line&whole=1&ends=2");
});

test("a car that went after its owner was told has left after the notice", () => {
  const at = "2026-11-28T04:00:00.000000Z";
  const later = "2026-11-28T04:03:00.000000Z";
  assert.equal(resultOf({ status: "closed", outcome: "settled", notified_at: at, moved_at: later }), "vehicles.result.left");
  assert.equal(resultOf({ status: "closed", outcome: "settled", notified_at: null, moved_at: later }), "vehicles.result.settled");
  assert.equal(resultOf({ status: "closed", outcome: "settled", notified_at: later, moved_at: at }), "vehicles.result.settled");
  assert.equal(resultOf({ status: "accepted", outcome: null, notified_at: at, moved_at: null }), "vehicles.result.open");
});
