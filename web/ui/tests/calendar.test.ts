/** A year's calendar as it is shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, isWorking, monthsOf, rangesOf, weekday } from "../src/admin/calendar.ts";

const october = [
  { day: "2026-10-10", working: true, name: "国庆节调休" },
  { day: "2026-10-01", working: false, name: "国庆节" },
  { day: "2026-10-02", working: false, name: "国庆节" },
];

test("a month's weeks begin on Monday and hold each day once", () => {
  const months = monthsOf(2026);
  // 1 October 2026 is a Thursday; the month ends on a Saturday.
  assert.deepEqual(months[9]![0], [null, null, null, "2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"]);
  assert.deepEqual(months[9]!.at(-1), ["2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31", null]);
  // February 2026 begins on a Sunday and fills five weeks.
  assert.equal(months[1]!.length, 5);
  assert.equal(months.flat(2).filter(Boolean).length, 365);
  assert.equal(monthsOf(2028).flat(2).filter(Boolean).length, 366);
});

test("days in a row that are the same are one range", () => {
  assert.deepEqual(rangesOf(october), [
    { first: "2026-10-01", last: "2026-10-02", days: 2, working: false, name: "国庆节" },
    { first: "2026-10-10", last: "2026-10-10", days: 1, working: true, name: "国庆节调休" },
  ]);
});

test("what is said of a day counts before the week", () => {
  assert.equal(weekday("2026-10-10"), 6);
  assert.equal(isWorking("2026-10-10", undefined), false);
  assert.equal(isWorking("2026-10-10", october[0]), true);
  assert.equal(isWorking("2026-10-01", undefined), true);
});

test("the file of a year has ranges, and nothing in it is a formula", () => {
  assert.equal(csvOf(october), "\uFEFF日期,结束日期,类型,名称\r\n2026-10-01,2026-10-02,放假,国庆节\r\n2026-10-10,,上班,国庆节调休\r\n");
  assert.match(csvOf([{ day: "2026-10-01", working: false, name: "=1+1,2" }]), /"'=1\+1,2"/);
});
