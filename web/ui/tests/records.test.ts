/** How far a bulk export is, and how large. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { percentOf, sizeText, type RecordsExport } from "../src/commander/records.ts";

const exported = (rows: number, total: number, status: RecordsExport["status"] = "waiting"): RecordsExport =>
  ({ rows, total, status }) as RecordsExport;

test("what is being written is never told as done, also when more came meanwhile", () => {
  assert.equal(percentOf(exported(0, 0)), 0);
  assert.equal(percentOf(exported(5000, 20_000)), 25);
  assert.equal(percentOf(exported(20_001, 20_000)), 99);
  assert.equal(percentOf(exported(20_001, 20_000, "ready")), 100);
});

test("sizes are said in powers of a thousand, with as many digits as anybody reads", () => {
  assert.equal(sizeText(950), "0.9 kB");
  assert.equal(sizeText(48_000), "48 kB");
  assert.equal(sizeText(2_340_000), "2.3 MB");
  assert.equal(sizeText(1.2e9), "1.2 GB");
});
