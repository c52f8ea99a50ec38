import assert from "node:assert/strict";
import { test } from "node:test";
import { useMessages } from "../src/shared/i18n.ts";
import { queryOf, subjectText, worded } from "../src/audit/records.ts";

const EMPTY = { from: "", to: "", person: "", action: "", success: "" };

test("days are Beijing's, both included, over the end of a month too", () => {
  assert.equal(decodeURIComponent(queryOf({ ...EMPTY, from: "2026-10-31", to: "2026-10-31" })), "since=2026-10-31T00:00:00+08:00&until=2026-11-01T00:00:00+08:00");
});

test("an empty form asks for everything, a filled one for what it says, and a page goes on where the last ended", () => {
  assert.equal(queryOf(EMPTY), "");
  assert.equal(queryOf({ ...EMPTY, person: " 051827 ", action: "look.plate", success: "0" }, "x~y"), "person=051827&action=look.plate&success=0&after=x%7Ey");
});

test("what a record is about stands there in words; a number, and what has none, as it was written", () => {
  useMessages({ "audit.subject.record": "违停记录", "audit.action.look.plate": "查看完整车牌" });
  assert.equal(subjectText("record:abc:1"), "违停记录 abc:1");
  assert.equal(subjectText("051827"), "051827");
  assert.equal(subjectText("gone:1"), "gone 1");
  assert.equal(worded("audit.action", "look.plate"), "查看完整车牌");
});
