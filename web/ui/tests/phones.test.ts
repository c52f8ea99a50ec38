import assert from "node:assert/strict";
import { test } from "node:test";
import { newestOf, receive, type Message } from "../src/phones/phones.ts";

function message(number: number, phone: string): Message {
  return { number, phone, phone_masked: `***${phone}`, text_zh: "", text_en: "", link: null, at: "2026-11-23T10:00:00.000Z" };
}

test("messages land on their own phone, the phone with the newest one first", () => {
  const phones = receive([], [message(1, "a"), message(2, "b"), message(3, "a")]);
  assert.deepEqual(phones.map(({ id, messages }) => [id, messages.map(({ number }) => number)]), [["a", [1, 3]], ["b", [2]]]);
});

test("a message that came twice is shown once", () => {
  const phones = receive(receive([], [message(1, "a")]), [message(1, "a")]);
  assert.equal(phones[0]?.messages.length, 1);
});

test("a phone keeps its newest thirty messages", () => {
  const phones = receive([], Array.from({ length: 40 }, (_, index) => message(index + 1, "a")));
  assert.equal(phones[0]?.messages.length, 30);
  assert.equal(phones[0]?.messages[0]?.number, 11);
});

test("the next question begins after the newest message", () => {
  assert.equal(newestOf([]), 0);
  assert.equal(newestOf(receive([], [message(7, "a"), message(5, "b")])), 7);
});
