import assert from "node:assert/strict";
import { test } from "node:test";
import { afterSteps, outcomesOf, stepsOf, type Command } from "../src/officer/steps.ts";
import { incident } from "./incident.ts";

const police = { role: "police", service_number: "051827" };
const commander = { role: "commander", service_number: "050001" };
const nothing = { next: null, others: [] };

test("an officer on duty goes by one big button: accept, arrive, resolve", () => {
  const mine = { officer: "051827" };
  assert.deepEqual(stepsOf(incident({ status: "waiting" }), police, true, false), { next: "accept", others: ["settle"] });
  assert.deepEqual(stepsOf(incident({ status: "offered" }), police, true, false), { next: "accept", others: ["settle"] });
  assert.deepEqual(stepsOf(incident({ status: "accepted", ...mine }), police, true, false), {
    next: "arrive",
    others: ["backup", "settle", "resolve", "release"],
  });
  assert.deepEqual(stepsOf(incident({ status: "on_scene", ...mine }), police, true, false), {
    next: "resolve",
    others: ["backup", "release"],
  });
  assert.deepEqual(stepsOf(incident({ status: "closed", ...mine }), police, true, false), nothing);
});

test("only who was asked can decline", () => {
  assert.deepEqual(stepsOf(incident({ status: "offered" }), police, true, true).others, ["settle", "decline"]);
});

test("a colleague's incident is his, but everyone can see that the car is gone", () => {
  const his = { officer: "051830" };
  assert.deepEqual(stepsOf(incident({ status: "accepted", ...his }), police, true, false), { next: null, others: ["settle"] });
  assert.deepEqual(stepsOf(incident({ status: "on_scene", ...his }), police, true, false), nothing);
});

test("who was sent says first that he goes, and may give it back", () => {
  const sent = incident({ status: "accepted", officer: "051827", to_confirm: true });
  assert.deepEqual(stepsOf(sent, police, true, true), { next: "accept", others: ["release", "settle", "backup"] });
});

test("backup comes beside the officer who has it: asked, under way, there", () => {
  const called = { officer: "051830", backup_at: "2026-11-23T04:02:00.000Z", backup_wanted: 1 };
  const beside = (arrived_at: string | null, to_confirm = false) => ({ supporting: [{ officer: "051827", unit: "一中队", since: "", to_confirm, arrived_at }] });
  const steps = (given: object, asked = false) => stepsOf(incident({ status: "on_scene", ...called, ...given }), police, true, asked);
  assert.deepEqual(steps({}, true), { next: "support", others: ["decline"] });
  assert.deepEqual(steps({}), { next: "support", others: [] });
  assert.deepEqual(steps(beside(null)), { next: "arrive", others: ["backup", "release"] });
  assert.deepEqual(steps(beside("2026-11-23T04:05:00.000Z")), { next: null, others: ["backup", "release"] });
  assert.equal(steps(beside(null, true)).next, "support");
  const full = { supporting: [{ officer: "051999", unit: "", since: "", to_confirm: false, arrived_at: null }] };
  assert.deepEqual(steps(full), nothing);
});

test("off duty nothing can be pressed", () => {
  assert.deepEqual(stepsOf(incident({ status: "waiting" }), police, false, true), nothing);
});

test("a commander hands over, resolves and reopens, on duty or not", () => {
  assert.equal(stepsOf(incident({ status: "waiting" }), commander, false, false).next, "hand_over");
  assert.deepEqual(stepsOf(incident({ status: "on_scene" }), commander, false, false).others, ["resolve"]);
  assert.deepEqual(stepsOf(incident({ status: "closed" }), commander, false, false).others, ["reopen"]);
});

test("an administrator has no part in incidents", () => {
  const administrator = { role: "administrator", service_number: "059999" };
  assert.deepEqual(stepsOf(incident({ status: "waiting" }), administrator, true, false), nothing);
});

test("an auxiliary officer never says that somebody was wrong", () => {
  assert.deepEqual(outcomesOf("auxiliary"), ["resolved", "settled"]);
  assert.deepEqual(outcomesOf("police"), ["resolved", "settled", "rejected", "duplicate"]);
});

const did = (...commands: Command[]) => commands.map((command, i) => ({ command, at: Date.parse("2026-11-23T04:01:00Z") + i * 1000 }));

test("what is queued shows as done, so that the next step can be queued too", () => {
  const waiting = incident({ status: "waiting" });
  assert.equal(afterSteps(waiting, [], "051827"), waiting);
  assert.deepEqual(
    [afterSteps(waiting, did("accept"), "051827").status, afterSteps(waiting, did("accept"), "051827").officer],
    ["accepted", "051827"],
  );
  assert.equal(afterSteps(waiting, did("accept", "arrive"), "051827").status, "on_scene");
  assert.equal(afterSteps(waiting, did("accept", "arrive", "resolve"), "051827").status, "closed");
  assert.equal(afterSteps(waiting, did("accept", "release"), "051827").officer, null);
  assert.deepEqual(afterSteps(waiting, did("decline"), "051827"), waiting);
});

test("queued steps count from when they were done, not from when they are sent", () => {
  const there = afterSteps(incident({ status: "waiting" }), did("accept", "arrive"), "051827");
  assert.deepEqual([there.accepted_at, there.arrived_at], ["2026-11-23T04:01:00.000Z", "2026-11-23T04:01:01.000Z"]);
});
