import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { t, useMessages } from "../src/shared/i18n.ts";

test("placeholders are filled, an unknown one stays as it is, and a missing sentence shows its key", () => {
  useMessages({ greeting: "{name}, {n} of {all}" });
  assert.equal(t("greeting", { name: "Li", n: 0 }), "Li, 0 of {all}");
  assert.equal(t("nothing.here"), "nothing.here");
});

test("the number to call is filled in everywhere, as the city says it", () => {
  useMessages({ "common.call.number": "12122", hint: "{call}", other: "{call}" });
  assert.equal(t("hint"), "12122");
  assert.equal(t("other", { call: "110" }), "110");
});

const folder = new URL("../../../models/catalogue/", import.meta.url);
const read = (language: string, file: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`${language}/${file}`, folder), "utf8")) as Record<string, string>;
const holes = (sentence: string): string[] => [...new Set(sentence.match(/\{\w+\}/g) ?? [])].sort();

test("both languages say the same things and leave the same holes", () => {
  const files = readdirSync(new URL("zh/", folder)).sort();
  assert.deepEqual(readdirSync(new URL("en/", folder)).sort(), files);
  for (const file of files) {
    const [chinese, english] = [read("zh", file), read("en", file)];
    assert.deepEqual(Object.keys(english).sort(), Object.keys(chinese).sort(), file);
    for (const [key, sentence] of Object.entries(chinese)) assert.deepEqual(holes(english[key] ?? ""), holes(sentence), key);
  }
});
