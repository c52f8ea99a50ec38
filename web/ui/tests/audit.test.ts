import assert from "node:assert/strict";
import { test } from "node:test";
import { queryOf } from "../src/audit/records.ts";

const EMPTY = { from: "", to: "", person: "", action: "", success: "" };

test("days are Beijing's, both included, over the end of a month too", () => {
  assert.equal(decodeURIComponent(queryOf({ ...EMPTY, from: "2026-10-31", to: "2026-10-31" })), "since=2026-10-31T00:00:00+08:00&until=2026-11-01T00:00:00+08:00");
});

test("an empty form asks for everything, a filled one for what it says, and a page goes on where the last ended", () => {
  assert.equal(queryOf(EMPTY), "");
  assert.equal(queryOf({ ...EMPTY, person: " 051827 ", action: "look.plate", success: "0" }, "x~y"), "person=051827&action=look.plate&success=0&after=x%7Ey");
});
