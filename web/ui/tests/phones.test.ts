import assert from "node:assert/strict";
import { test } from "node:test";
import { addMessages, lastNumber, type Message } from "../src/phones/messages.ts";

const message = (number: number, phone: string): Message => ({
  number, phone, phone_masked: "138****1234", text_zh: "", text_en: "", link: null, at: "2026-11-23T04:00:00.000Z",
});
const seen = (phones: ReturnType<typeof addMessages>) => phones.map(({ id, messages }) => [id, ...messages.map(({ number }) => number)]);

test("each phone has its own messages, the oldest first, and the phone that heard last stands first", () => {
  const phones = addMessages([], [message(1, "a"), message(2, "b"), message(3, "a")]);
  assert.deepEqual(seen(phones), [["a", 1, 3], ["b", 2]]);
  assert.deepEqual(seen(addMessages(phones, [message(4, "b")])), [["b", 2, 4], ["a", 1, 3]]);
});

test("a message that comes twice is shown once", () => {
  const phones = addMessages([], [message(1, "a")]);
  assert.deepEqual(seen(addMessages(phones, [message(1, "a")])), [["a", 1]]);
});

test("nothing new draws nothing anew", () => {
  const phones = addMessages([], [message(1, "a")]);
  assert.equal(addMessages(phones, []), phones);
});

test("a phone keeps its last thirty messages", () => {
  const phones = addMessages([], Array.from({ length: 40 }, (_, n) => message(n + 1, "a")));
  assert.deepEqual([phones[0]?.messages.length, phones[0]?.messages[0]?.number], [30, 11]);
});

test("what is asked for next is what came after the last number", () => {
  assert.equal(lastNumber([]), 0);
  assert.equal(lastNumber(addMessages([], [message(7, "a"), message(5, "b")])), 7);
});
