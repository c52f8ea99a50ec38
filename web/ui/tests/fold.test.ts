import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, foldDistrict, newer, snapshot } from "../src/shared/fold.ts";

const view = (id: string, version: number, district = "511802") => ({ id, version, district });

test("a newer view replaces the older one", () => {
  const folded = fold(snapshot([view("a", 1), view("b", 4)]), view("a", 2));
  assert.deepEqual([...folded.values()], [view("a", 2), view("b", 4)]);
});

test("an older or repeated event changes nothing, not even the map", () => {
  const before = snapshot([view("a", 3)]);
  assert.equal(fold(before, view("a", 2)), before);
  assert.equal(fold(before, view("a", 3)), before);
});

test("an incident that nobody knew is added", () => {
  assert.deepEqual([...fold(snapshot([]), view("a", 1)).keys()], ["a"]);
});

test("events in any order and any number end in the newest snapshot", () => {
  const shuffled = [3, 1, 2, 3, 1].map((version) => view("a", version));
  assert.deepEqual([...shuffled.reduce(fold, snapshot([view("a", 1)])).values()], [view("a", 3)]);
});

test("an incident given to another district leaves the fold of the first", () => {
  const before = snapshot([view("a", 1), view("b", 1)]);
  assert.deepEqual([...foldDistrict(before, view("a", 2, "511803"), "511802").keys()], ["b"]);
});

test("another district's incident does not enter", () => {
  const before = snapshot([view("b", 1)]);
  assert.equal(foldDistrict(before, view("a", 2, "511803"), "511802"), before);
});

test("of two equal versions the second is kept, for it may say more to this caller", () => {
  const first = view("a", 2);
  const second = view("a", 2);
  assert.equal(newer(first, second), second);
  assert.equal(newer(second, view("a", 1)), second);
  assert.equal(newer(null, first), first);
});
