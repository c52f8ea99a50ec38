import assert from "node:assert/strict";
import { test } from "node:test";
import { useMessages } from "../src/shared/i18n.ts";
import { insteadOf, tellPairs } from "../src/officer/why.ts";

useMessages({
  "officer.why.pair": "{name}: {value}", "officer.why.comma": ", ", "officer.why.or": " and ",
  "officer.why.instead.district": "the district's {n}", "officer.why.instead.setting": "the installation's {n}", "officer.why.instead.override": "a person's",
  "rules.column.reason": "Reason", "rules.column.actions": "Actions", "rules.value.fire_lane": "fire lane",
  "rules.value.offer": "ask", "rules.value.widen": "widen", "rules.value.true": "yes",
}); // prettier-ignore

test("what was asked and said is told in words, and what is empty is not", () => {
  assert.equal(tellPairs({ reason: "fire_lane", hour: 3, channel: null, note: "" }), "Reason: fire lane, hour: 3");
  assert.equal(tellPairs({ actions: ["offer", "widen"], unless_answered: true }), "Actions: ask and widen, unless_answered: yes");
});

test("a number that held instead says whose it was", () => {
  assert.equal(insteadOf("district:240"), "the district's 240");
  assert.equal(insteadOf("setting:60"), "the installation's 60");
  assert.equal(insteadOf("override:abc"), "a person's");
  assert.equal(insteadOf(null), "");
  assert.equal(insteadOf("moon:1"), "");
});
