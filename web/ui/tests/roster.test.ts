/** The week of a roster: days of Beijing, rows by zone, who is there, missing or gone, and files of spreadsheets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, clockText, daysOf, lacking, presenceOf, rowsOf, spanText, textOf, weekOf, whenOf, type Place, type Roster, type Shift } from "../src/roster/week.ts";

const place = (officer: string, more: Partial<Place> = {}): Place => ({ officer, role: "police", signed_on_at: null, signed_off_at: null, status: null, ended_how: null, returned: null, ...more });
const night = (more: Partial<Shift> = {}): Shift => ({
  id: "a",
  name: "夜班",
  zone: null,
  starts_at: "2026-12-01T14:00:00.000Z",
  ends_at: "2026-12-01T22:00:00.000Z",
  grace_minutes: 30,
  needs: { police: 2 },
  places: [],
  readiness: [{ role: "police", required: 2, rostered: 1, signed_on: 0, missing: 2 }],
  ...more,
});
const zone = (code: string, active = true) => ({ code, name: code, name_en: code, active });
const roster = (shifts: Shift[]): Roster => ({ district: "511802", week: "2026-11-30", at: "", published_at: null, shifts, unplanned: [], zones: [zone("north"), zone("old", false), zone("gone", false)], templates: [], officers: [] });
const before = Date.parse("2026-12-01T13:59:59Z");
const during = Date.parse("2026-12-01T18:00:00Z"); // two in the morning in Beijing
const after = Date.parse("2026-12-01T22:00:00Z");

test("a week begins on Monday in Beijing, whatever day it is in Greenwich", () => {
  assert.equal(weekOf("2026-11-29T15:59:59Z"), "2026-11-23");
  assert.equal(weekOf("2026-11-29T16:00:00Z"), "2026-11-30");
  assert.deepEqual(daysOf("2026-12-28").slice(3), ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"]);
  assert.equal(addDays("2026-03-01", -1), "2026-02-28");
});

test("a night stands on the day on which it begins", () => {
  const rows = rowsOf(roster([night(), night({ id: "b", zone: "old" })]));
  assert.deepEqual(rows.map((row) => row.zone?.code ?? null), [null, "north", "old"]);
  assert.deepEqual(rows[0]!.days.map((shifts) => shifts.length), [0, 1, 0, 0, 0, 0, 0]);
  assert.equal(spanText(night()), "22:00–06:00");
});

test("a shift is ahead, now or over", () => {
  assert.deepEqual([before, during, after].map((now) => whenOf(night(), now)), ["ahead", "now", "over"]);
});

test("who is not there counts as missing only once the shift has begun", () => {
  const came = place("1", { signed_on_at: "2026-12-01T13:50:00Z" });
  const left = place("2", { signed_on_at: "2026-12-01T13:50:00Z", signed_off_at: "2026-12-01T16:00:00Z" });
  assert.equal(presenceOf(place("3"), night(), before), "planned");
  assert.equal(presenceOf(place("3"), night(), during), "missing");
  assert.equal(presenceOf(came, night(), during), "there");
  assert.equal(presenceOf(left, night(), during), "left");
  assert.equal(presenceOf(left, night(), after), "there");
});

test("before its begin a shift lacks those who are not planned, then those who have not come", () => {
  assert.equal(lacking(night(), before), 1);
  assert.equal(lacking(night(), during), 2);
});

test("minutes of a day are told as a clock, across midnight too", () => {
  assert.deepEqual([0, 1320, 1320 + 480].map(clockText), ["00:00", "22:00", "06:00"]);
});

test("a file is read as UTF-8, and else as spreadsheets here write it", () => {
  assert.equal(textOf(new TextEncoder().encode("警号").buffer as ArrayBuffer), "警号");
  const gbk = new Uint8Array([0xbe, 0xaf, 0xba, 0xc5]);
  assert.equal(textOf(gbk.buffer), "警号");
});
