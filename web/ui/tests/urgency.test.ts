import assert from "node:assert/strict";
import { test } from "node:test";
import { byUrgency, clockOf } from "../src/shared/urgency.ts";
import { incident } from "./incident.ts";

const NOON = Date.parse("2026-11-23T04:00:00Z");
const ids = (list: { id: string }[]): string[] => list.map(({ id }) => id);

test("what is over stands above what is due soon, and that above what has time", () => {
  const list = [
    incident({ id: "has_time", respond_by: "2026-11-23T04:04:00.000Z" }),
    incident({ id: "over", respond_by: "2026-11-23T03:59:00.000Z" }),
    incident({ id: "soon", respond_by: "2026-11-23T04:00:38.000Z" }),
    incident({ id: "long_over", respond_by: "2026-11-23T03:50:00.000Z" }),
  ];
  assert.deepEqual(ids(list.sort(byUrgency)), ["long_over", "over", "soon", "has_time"]);
});

test("of two that are due together the more important stands first", () => {
  const list = [incident({ id: "space", priority: 1 }), incident({ id: "fire_lane", priority: 3 })];
  assert.deepEqual(ids(list.sort(byUrgency)), ["fire_lane", "space"]);
});

test("somebody hurt stands above everything, however much time there is", () => {
  const list = [
    incident({ id: "long_over", respond_by: "2026-11-23T03:50:00.000Z" }),
    incident({ id: "hurt", priority: 3, respond_by: "2026-11-23T04:04:00.000Z" }),
  ];
  assert.deepEqual(ids(list.sort(byUrgency)), ["hurt", "long_over"]);
});

test("while nobody has it the common clock runs from the request to the deadline", () => {
  const open = incident({ status: "offered", respond_by: "2026-11-23T04:00:00.000Z", response_seconds: 300 });
  assert.deepEqual(clockOf(open), { startAt: NOON - 300_000, dueAt: NOON, since: null });
});

test("once somebody has it the time since then is shown, and since he is there from his arrival", () => {
  const taken = incident({ status: "accepted", accepted_at: "2026-11-23T04:00:00.000Z" });
  assert.deepEqual([clockOf(taken).startAt, clockOf(taken).since], [NOON, "accepted"]);
  const there = incident({ status: "on_scene", accepted_at: "2026-11-23T03:50:00.000Z", arrived_at: "2026-11-23T04:00:00.000Z" });
  assert.deepEqual([clockOf(there).startAt, clockOf(there).since], [NOON, "on_scene"]);
});
