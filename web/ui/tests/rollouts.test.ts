import assert from "node:assert/strict";
import { test } from "node:test";
import { between, figured, flagName, guardOf, subjectOf } from "../src/admin/rollouts.ts";
import { useMessages } from "../src/shared/i18n.ts";

useMessages({ "admin.seconds": "{n} s", "admin.figure.not_reached": "not reached", "admin.flag.module.duty": "Duty", "admin.flag.rule": "Rule: {table}", "rules.table.response": "Response time" });

const of = (n: number, value: number | null) => ({ n, value, low: null, high: null });

test("a share is written in per cent, a time in seconds", () => {
  assert.equal(figured("kept", of(81, 0.9136)), "91.4%");
  assert.equal(figured("answer_p90", of(40, 83.6)), "84 s");
});

test("nothing is said of no cases, and it is said when fewer than nine of ten came", () => {
  assert.equal(figured("kept", of(0, null)), "–");
  assert.equal(figured("answer_p90", of(0, null)), "–");
  assert.equal(figured("answer_p90", of(40, null)), "not reached");
  assert.equal(between("answer_p90", of(40, null)), "");
});

test("an interval has an open end where too few came to bound it, and none without cases", () => {
  assert.equal(between("breached", { n: 40, value: 0.2, low: 0.105, high: 0.3478 }), "10.5% … 34.8%");
  assert.equal(between("accept_p90", { n: 20, value: 41, low: 30.2, high: null }), "30 s … –");
  assert.equal(between("kept", { n: 0, value: null, low: null, high: null }), "");
});

test("what is on trial is named, and said to the server", () => {
  assert.equal(flagName("module.duty"), "Duty");
  assert.equal(flagName("rule.response.abc"), "Rule: Response time");
  assert.deepEqual(subjectOf("rule.response.abc"), { type: "rule", name: "response", version: "abc" });
  assert.deepEqual(subjectOf("feature.request_photos"), { type: "feature", name: "request_photos" });
});

test("the guard that took a pilot back is told from a person's reason", () => {
  assert.equal(guardOf("guard:breached"), "breached");
  assert.equal(guardOf("guard:nonsense"), null);
  assert.equal(guardOf("too many complaints"), null);
  assert.equal(guardOf(null), null);
});
