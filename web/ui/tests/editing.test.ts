import assert from "node:assert/strict";
import { test } from "node:test";
import { sharePercent } from "../src/admin/coverage.ts";
import { freshRow, moved } from "../src/admin/editing.ts";
import { instantOf } from "../src/admin/instant.ts";

const row = (id: string) => ({ id, cells: {}, note: {} });

test("a fresh row bears a name that no other has", () => {
  assert.equal(freshRow([row("a"), row("row_3")]).id, "row_4");
  assert.equal(freshRow([]).id, "row_1");
});

test("a row moves up and down among the others", () => {
  const ids = (rows: readonly { id: string }[]): string => rows.map(({ id }) => id).join("");
  assert.equal(ids(moved([row("a"), row("b"), row("c")], 1, -1)), "bac");
  assert.equal(ids(moved([row("a"), row("b"), row("c")], 1, 1)), "acb");
});

test("what is typed as date and time is Beijing's", () => {
  assert.equal(instantOf("2026-11-25T08:30"), "2026-11-25T08:30:00+08:00");
  assert.equal(instantOf("2026-11-25T08:30:15"), "2026-11-25T08:30:15+08:00");
});

test("a share is said when it is reached, and not at all when nobody knows of how many", () => {
  assert.equal(sharePercent({ district: "a", bound: 2999, vehicles: 10_000 }), "29.9 %");
  assert.equal(sharePercent({ district: "a", bound: 3000, vehicles: 10_000 }), "30.0 %");
  assert.equal(sharePercent({ district: "a", bound: 3, vehicles: null }), "–");
});
