import assert from "node:assert/strict";
import { test } from "node:test";
import { findTexts, previewOf, saidNow, wishOf, type Text } from "../src/admin/texts.ts";

const text = (key: string, zh: string, en: string, own: Partial<Text["own"]> = {}): Text => ({
  key, product: { zh, en }, own: { zh: null, en: null, ...own }, unfit: [], placeholders: [], longest: { zh: 30, en: 60 }, changed_at: null, changed_by: null,
}); // prettier-ignore
const SEND = text("driver.send", "通知车主挪车", "Ask the owner to move", { zh: "请车主来" });
const MOVED = text("owner.moved", "我已挪走", "I have moved it");
const BOTH = [SEND, MOVED];
const keys = (search: string, onlyOwn = false): string[] => findTexts(BOTH, { area: "owner", search, onlyOwn }).map(({ key }) => key);

test("without a search an area is shown; a search looks everywhere, in both wordings and languages", () => {
  assert.deepEqual(keys(""), ["owner.moved"]);
  assert.deepEqual(keys("挪"), ["driver.send", "owner.moved"]);
  assert.deepEqual(keys("请车主"), ["driver.send"]);
  assert.deepEqual(keys("HAVE MOVED"), ["owner.moved"]);
  assert.deepEqual(keys("", true), ["driver.send"]);
  assert.deepEqual(keys("moved", true), []);
});

test("what no longer fits is not what is said", () => {
  assert.equal(saidNow(SEND, "zh"), "请车主来");
  assert.equal(saidNow({ ...SEND, unfit: ["zh"] }, "zh"), "通知车主挪车");
});

test("a preview fills in what it has an example of, in the text's own language", () => {
  const examples = { reason: { zh: "挡路", en: "blocks" } };
  assert.equal(previewOf("{reason} {other}", examples, "en"), "blocks {other}");
});

test("what says the same as the product is no wording of the city's own", () => {
  assert.deepEqual(wishOf(SEND, { zh: " 请车主来 ", en: "Ask the owner to move" }), { zh: "请车主来", en: null });
});
