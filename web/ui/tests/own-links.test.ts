import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ownLinks } from "../src/shared/own-links.ts";

const kept = new Map<string, string>();
let full = false;
Object.defineProperty(globalThis, "localStorage", {
  configurable: true,
  value: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new Error("no room");
      kept.set(key, value);
    },
  },
});

interface One { id: string; token: string }
const links = ownLinks<One>("links", 2, ({ id }) => id);

beforeEach(() => {
  kept.clear();
  full = false;
});

test("the newest stands first, a newer link takes the place of the old one, and the oldest goes", () => {
  for (const token of ["a", "b", "c"]) links.remember({ id: token, token });
  links.remember({ id: "b", token: "b again" });
  assert.deepEqual(links.all().map(({ token }) => token), ["b again", "c"]);
});

test("what is over is forgotten", () => {
  links.remember({ id: "a", token: "a" });
  links.forget(({ token }) => token === "a");
  assert.deepEqual(links.all(), []);
});

test("a phone that keeps nothing, or something else under that name, has no links", () => {
  full = true;
  links.remember({ id: "a", token: "a" });
  assert.deepEqual(links.all(), []);
  kept.set("links", "no JSON");
  assert.deepEqual(links.all(), []);
  kept.set("links", "{}");
  assert.deepEqual(links.all(), []);
});
