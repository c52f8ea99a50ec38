import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/shared/api.ts";
import { closed, due, MOST_WAITING, waitOn, wakeUp } from "../src/shared/wake.ts";

Object.assign(globalThis, { dispatchEvent: () => true });

const IDLE = 900_000;

test("a page that a hand touched a moment ago tells the server once a minute", () => {
  assert.equal(due(59_999, 59_000, 0, IDLE), "nothing");
  assert.equal(due(60_000, 59_000, 0, IDLE), "tell");
  assert.equal(due(120_000, 59_000, 60_000, IDLE), "nothing");
});

test("an empty chair falls asleep at the server's limit and not before", () => {
  assert.equal(due(899_999, 0, 0, IDLE), "nothing");
  assert.equal(due(900_000, 0, 0, IDLE), "lock");
  // A computer that slept for an hour wakes to a page that asks who is there.
  assert.equal(due(4_500_000, 899_000, 899_000, IDLE), "lock");
});

test("a bounded number of calls waits before the door; one more is told that nothing was decided", async () => {
  const ended = new ApiError(401, { code: "unauthenticated" });
  const waits = Array.from({ length: MOST_WAITING }, () => waitOn(ended)!);
  await assert.rejects(waitOn(ended)!, (refused: ApiError) => refused.transient && refused.code === "unavailable");
  assert.equal(closed.value, "ended");
  wakeUp();
  await Promise.all(waits);
  const again = waitOn(ended)!;
  wakeUp();
  await again;
});

test("what was refused for another reason does not wait", () => {
  assert.equal(waitOn(new ApiError(403, { code: "forbidden" })), null);
  assert.equal(closed.value, null);
});
