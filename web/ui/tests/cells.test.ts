import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, cellOfOutput, condition, output, tellCondition, tellOutput, type Names } from "../src/admin/cells.ts";
import type { Column } from "../src/admin/rules.ts";

const common = { usual: null, many: false, optional: false };
const place: Column = { ...common, field: "place", type: "choice", choices: ["street", "fire_lane", "school"] };
const hour: Column = { ...common, field: "hour", type: "number", least: 0, most: 23 };
const watched: Column = { ...common, field: "watched", type: "flag" };
const rings: Column = { ...common, field: "rings_m", type: "number", least: 50, most: 50_000, many: true };
const roles: Column = { ...common, field: "roles", type: "choice", choices: ["police", "auxiliary"], many: true };
const names: Names = {
  word: (_, value) => value.toUpperCase(),
  say: (key, params = {}) => ({ any: "any", except: `all but ${params.list}`, yes: "yes", no: "no", none: "–", between: `${params.low} to ${params.high}`, or: " or " })[key],
};

test("a cell becomes a form and the form the same cell again", () => {
  for (const [column, cell] of [
    [place, ""], [place, "'street'"], [place, "'street', 'school'"], [place, "not in ['school']"],
    [hour, "5"], [hour, "> 5"], [hour, ">= 5"], [hour, "< 5"], [hour, "<= 5"], [hour, "[7..9]"], [hour, "[7..9], [17..19]"], [hour, "[22..23], [0..5]"], [hour, "(7..9)"],
    [watched, "true"], [watched, "false"],
  ] as const) assert.equal(cellOf(column, condition(column, cell)), cell);
});

test("what a form cannot say stays as it was typed", () => {
  assert.deepEqual(condition(hour, "[7..9], [17..19]"), { kind: "typed", text: "[7..9], [17..19]" });
  assert.deepEqual(condition(place, "street"), { kind: "typed", text: "street" });
});

test("from evening to morning is one range for people, and two in the cell", () => {
  const night = { kind: "between", low: "22", high: "5" } as const;
  assert.equal(cellOf(hour, night), "[22..23], [0..5]");
  assert.deepEqual(condition(hour, "[22..23], [0..5]"), night);
  assert.equal(tellCondition(hour, "[22..23], [0..5]", names), "22 to 5");
  assert.equal(condition(hour, "[20..22], [0..5]").kind, "typed");
});

test("a condition is told in words", () => {
  assert.equal(tellCondition(place, "", names), "any");
  assert.equal(tellCondition(place, "'street', 'fire_lane'", names), "STREET or FIRE_LANE");
  assert.equal(tellCondition(place, "not in ['school']", names), "all but SCHOOL");
  assert.equal(tellCondition(hour, "<= 5", names), "≤ 5");
  assert.equal(tellCondition(hour, "[7..9]", names), "7 to 9");
  assert.equal(tellCondition(watched, "true", names), "yes");
});

test("an output becomes a form and the same cell again", () => {
  for (const [column, cell] of [
    [hour, "5"], [rings, "[300, 500]"], [rings, "[]"], [roles, "['police', 'auxiliary']"], [place, "'school'"], [watched, "true"],
  ] as const) assert.equal(cellOfOutput(column, output(column, cell)), cell);
});

test("several numbers may be typed with any comma, or with blanks", () => {
  assert.equal(cellOfOutput(rings, { kind: "number", text: "300，500 800、1000" }), "[300, 500, 800, 1000]");
});

test("an output is told in words, an empty one as none", () => {
  assert.equal(tellOutput(roles, "['police', 'auxiliary']", names), "POLICE or AUXILIARY");
  assert.equal(tellOutput(rings, "[300, 500]", names), "300, 500");
  assert.equal(tellOutput(hour, "", names), "–");
});

test("an emptied form is an empty cell, which the server then judges", () => {
  assert.equal(cellOf(hour, { kind: "compare", sign: "<=", than: " " }), "");
  assert.equal(cellOf(place, { kind: "words", words: [], except: false }), "");
});
