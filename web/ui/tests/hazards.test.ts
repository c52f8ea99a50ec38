/** Hazards: in which situation a follower finds one, what a commander can do, and whose feed it is none of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { situationOf } from "../src/hazard/telling.ts";
import { spanOf } from "../src/hazard/spans.ts";
import type { PulledHazard } from "../src/hazard/data.ts";
import { stateOf, stepsOf, type Hazard } from "../src/hazards/data.ts";
import { useMessages } from "../src/shared/i18n.ts";
import type { Incident } from "../src/shared/incident.ts";
import { isElsewhere } from "../src/shared/urgency.ts";

const NOW = Date.parse("2026-11-28T08:00:00Z");

function hazard(events: string[], more: Partial<PulledHazard> = {}): PulledHazard {
  const timeline = events.map((event) => ({ event, at: "2026-11-28T07:00:00Z" }));
  return { kind: "hazard", status: "waiting", outcome: null, respond_by: "2026-11-30T08:00:00Z", promised_by: null, timeline, ...more } as PulledHazard;
}

test("a follower reads who has it, what was promised, and that it is late", () => {
  assert.equal(situationOf(hazard(["reported"]), NOW), "waiting");
  assert.equal(situationOf(hazard(["reported", "noted"]), NOW), "noted");
  assert.equal(situationOf(hazard(["reported", "noted", "referred"]), NOW), "waiting");
  assert.equal(situationOf(hazard(["reported", "noted"], { promised_by: "2026-11-29T08:00:00Z" }), NOW), "promised");
  assert.equal(situationOf(hazard(["reported"], { respond_by: "2026-11-28T07:59:59Z" }), NOW), "overdue");
  assert.equal(situationOf(hazard(["reported"], { status: "offered" }), NOW), "officers");
  assert.equal(situationOf(hazard(["mended"], { status: "closed", outcome: "settled" }), NOW), "mended");
  assert.equal(situationOf(hazard(["expired"], { status: "closed", outcome: "expired" }), NOW), "expired");
});

test("a span is told in days and hours", () => {
  useMessages({ "hazard.days": "{n} d", "hazard.days_hours": "{n} d {m} h", "hazard.hours": "{n} h", "hazard.minutes": "{n} min" });
  assert.equal(spanOf(4 * 86_400_000 + 3_600_000), "4 d");
  assert.equal(spanOf(2 * 86_400_000 + 3 * 3_600_000), "2 d 3 h");
  assert.equal(spanOf(-5 * 3_600_000), "5 h");
  assert.equal(spanOf(20_000), "1 min");
});

test("what a commander can do is what the life-cycle lets him", () => {
  const one = { status: "waiting", overdue: false, promised_by: null } as Hazard;
  assert.deepEqual(stepsOf(one), ["take_note", "mend", "refer", "resolve"]);
  assert.deepEqual(stepsOf({ ...one, status: "accepted" }), ["mend", "refer", "resolve"]);
  assert.deepEqual(stepsOf({ ...one, status: "closed" }), []);
  assert.equal(stateOf({ ...one, overdue: true }), "overdue");
  assert.equal(stateOf({ ...one, status: "closed", outcome: "expired" }), "closed");
});

test("what another body is to mend is on no officer's list", () => {
  assert.ok(isElsewhere({ kind: "hazard", status: "waiting" } as Incident));
  assert.ok(!isElsewhere({ kind: "hazard", status: "offered" } as Incident));
  assert.ok(!isElsewhere({ kind: "move_car", status: "waiting" } as Incident));
});
