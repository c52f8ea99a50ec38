import assert from "node:assert/strict";
import { test } from "node:test";
import { byDue, commandOf, commandsOf, type Report } from "../src/review/report.ts";

test("a key says what it says on its button, and only what may be said of a report in its state", () => {
  assert.equal(commandOf("v", "waiting"), "verify");
  assert.equal(commandOf("R", "waiting"), "reject");
  assert.equal(commandOf("V", "second"), null);
  assert.equal(commandOf("a", "second"), "agree");
  assert.deepEqual([commandOf("u", "objected"), commandOf("v", "objected"), commandOf("r", "objected")], ["uphold", "verify", null]);
  for (const state of ["verified", "rejected", "duplicate", "lapsed", "withdrawn", "more"] as const) assert.deepEqual(commandsOf(state), []);
});

test("what is due first stands first, and of one day what was told first", () => {
  const one = (id: string, due_by: string, filed_at: string): Report => ({ id, due_by, filed_at }) as Report;
  const sorted = byDue([
    one("late", "2026-11-12T16:00:00Z", "2026-11-05T01:00:00Z"),
    one("second", "2026-11-10T16:00:00Z", "2026-11-03T02:00:00Z"),
    one("first", "2026-11-10T16:00:00Z", "2026-11-03T01:00:00Z"),
  ]);
  assert.deepEqual(sorted.map(({ id }) => id), ["first", "second", "late"]);
});
