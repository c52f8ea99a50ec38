import assert from "node:assert/strict";
import { test } from "node:test";
import { byWhat } from "../src/officer/refusals.ts";

test("eight letters and digits of a reference are one, a plate is a plate", () => {
  assert.equal(byWhat("ABCD2345"), "reference");
  assert.equal(byWhat("abcd2345"), "reference");
  for (const plate of ["川TA1235", "川TD12345", "ABCD234", "ABCD1890"]) assert.equal(byWhat(plate), "plate");
});
