/**
 * The driver's page stays light: everything that must arrive before it can be pressed, compressed, in bytes.
 *
 * Reads the built manifest, so it needs a build; the shell is counted with the longer of the two catalogues.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const LIMIT = 45 * 1024;
const web = new URL("../../", import.meta.url);
const dist = new URL("static/dist/", web);

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8")) as Record<string, Chunk>;
const packed = (content: Buffer | string): number => gzipSync(content, { level: 9 }).length;

function filesOf(name: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  assert.ok(chunk, `${name} has been built`);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
  for (const needed of chunk.imports ?? []) filesOf(needed, found);
  return found;
}

function shellOf(language: string): string {
  const templates = ["base.html", "driver.html", "tokens.css", "page.css", "driver.css"];
  const catalogue = ["common", "driver"].map((area) => {
    const text = readFileSync(new URL(`../models/catalogue/${language}/${area}.json`, web), "utf8");
    return JSON.stringify(JSON.parse(text));
  });
  return [...templates.map((name) => readFileSync(new URL(`templates/${name}`, web), "utf8")), ...catalogue].join("");
}

test("what a requester must load before the page can be pressed is at most 45 KB compressed", () => {
  const files = [...filesOf("src/driver/main.ts")];
  const scripts = files.reduce((sum, file) => sum + packed(readFileSync(new URL(file, dist))), 0);
  const shell = Math.max(packed(shellOf("zh")), packed(shellOf("en")));
  assert.ok(scripts + shell <= LIMIT, `${scripts} B of files and ${shell} B of page, limit ${LIMIT} B`);
});

test("the client of the live feed is not among what must be loaded first", () => {
  const lazy = manifest["node_modules/centrifuge/build/index.mjs"];
  assert.ok(lazy && !filesOf("src/driver/main.ts").has(lazy.file));
});

/** With fonts and page it is on a slow 4G line (1.6 Mbit/s) within a second. */
const OFFICERS_LIMIT = 100 * 1024;

test("what an officer's phone must load before it can be pressed is at most 100 KB compressed, the map not among it", () => {
  const files = filesOf("src/officer/main.ts");
  const bytes = [...files].reduce((sum, file) => sum + packed(readFileSync(new URL(file, dist))), 0);
  assert.ok(bytes <= OFFICERS_LIMIT, `${bytes} B, limit ${OFFICERS_LIMIT} B`);
  const map = manifest["src/officer/MapView.vue"];
  assert.ok(map && !files.has(map.file));
});
