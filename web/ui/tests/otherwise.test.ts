import assert from "node:assert/strict";
import { test } from "node:test";
import { decidedOf, formOf, wishOf, type Column } from "../src/officer/otherwise.ts";
import type { Decision } from "../src/officer/pulled.ts";

const ladder = { results: [{ step: 1, after_percent: 20, after_seconds: null, actions: ["offer"], channel: null, unless_answered: true }] } as unknown as Decision;
const columns: Column[] = [
  { field: "after_seconds", type: "number", least: 1, most: 86400, many: false, optional: true },
  { field: "actions", type: "choice", choices: ["offer", "widen"], many: true, optional: false },
  { field: "channel", type: "choice", choices: ["simulator"], many: false, optional: true },
  { field: "unless_answered", type: "flag", many: false, optional: false },
];
const rings: Column[] = [{ field: "rings_m", type: "number", least: 50, most: 50000, many: true, optional: false }];

test("a share of the response time stands in the form as seconds", () => {
  const decided = decidedOf(ladder, 1, 300);
  assert.deepEqual(formOf(columns, decided), { after_seconds: "60", actions: ["offer"], channel: "", unless_answered: true });
});

test("only what is otherwise is sent, and nothing is no wish", () => {
  const decided = decidedOf(ladder, 1, 300);
  const form = formOf(columns, decided);
  assert.deepEqual(wishOf(columns, form, decided), { unchanged: true });
  assert.deepEqual(wishOf(columns, { ...form, after_seconds: "30", actions: [] }, decided), { result: { after_seconds: 30, actions: [] } });
  assert.deepEqual(wishOf(columns, { ...form, unless_answered: false }, decided), { result: { unless_answered: false } });
});

test("what is no number, or outside its bounds, is named", () => {
  const decided = decidedOf(ladder, 1, 300);
  for (const typed of ["", "0", "86401", "1.5", "-3", "soon", "3 4"]) assert.deepEqual(wishOf(columns, { ...formOf(columns, decided), after_seconds: typed }, decided), { wrong: "after_seconds" });
});

test("several numbers come with commas of either kind, and none is none", () => {
  const decided = { rings_m: [300, 500] };
  assert.deepEqual(wishOf(rings, { rings_m: "300，500、1000" }, decided), { result: { rings_m: [300, 500, 1000] } });
  assert.deepEqual(wishOf(rings, { rings_m: "" }, decided), { result: { rings_m: [] } });
  assert.deepEqual(wishOf(rings, { rings_m: "300, 20" }, decided), { wrong: "rings_m" });
});
