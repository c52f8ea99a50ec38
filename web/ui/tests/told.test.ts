import assert from "node:assert/strict";
import { test } from "node:test";
import { parted, toldOf } from "../src/worker/told.ts";

test("a message of ours has both languages and a tag, and nothing else is shown", () => {
  const ours = { zh: "【城市交管】雨城区：无人在岗", en: "x", tag: "n" };
  assert.deepEqual(toldOf(JSON.stringify(ours)), ours);
  for (const text of ["", "null", "1", "{}", '{"zh":"x"}', "<html>"]) assert.equal(toldOf(text), null);
});

test("the city's name is the title", () => {
  assert.deepEqual(parted("【城市交管】雨城区：无人在岗"), { title: "城市交管", body: "雨城区：无人在岗" });
  assert.deepEqual(parted("no name"), { title: "五分", body: "no name" });
});
