import assert from "node:assert/strict";
import { test } from "node:test";
import { reworded, said, spoken } from "../src/shared/words.ts";

const BOTH = { zh: "两分钟", en: "Two minutes" };

test("each reads his own language, and the other where nobody wrote it, which says so", () => {
  assert.deepEqual([said(BOTH, "zh"), said(BOTH, "en")], ["两分钟", "Two minutes"]);
  assert.deepEqual([said({ zh: "两分钟" }, "en"), spoken({ zh: "两分钟" }, "en")], ["两分钟", "zh-CN"]);
  assert.deepEqual([said({}, "en"), spoken({}, "en"), spoken(BOTH, "zh")], ["", "en", "zh-CN"]);
});

test("a text that its author changes loses the translation that is no longer true, and a translation loses nothing", () => {
  assert.deepEqual(reworded(BOTH, "zh", " 三分钟 "), { zh: "三分钟" });
  assert.deepEqual(reworded({ zh: "三分钟" }, "en", "Three minutes"), { zh: "三分钟", en: "Three minutes" });
  assert.deepEqual(reworded(BOTH, "en", ""), {});
});
