import assert from "node:assert/strict";
import { test } from "node:test";
import { stepsFor, enqueue, readQueue, refused, sent, type Queued } from "../src/officer/outbox.ts";

const step = (key: string, incident: string, command: Queued["command"]): Queued => ({ key, incident, command, body: {}, at: 1 });
const keys = (queue: readonly Queued[]): string[] => queue.map(({ key }) => key);
const queue = [step("1", "a", "accept"), step("2", "b", "arrive"), step("3", "a", "arrive"), step("4", "b", "resolve")];

test("steps are kept in the order in which they were done", () => {
  assert.deepEqual(keys(enqueue(queue, step("5", "c", "accept"))), ["1", "2", "3", "4", "5"]);
});

test("pressing twice queues once, under the first key", () => {
  assert.equal(enqueue(queue, step("5", "a", "arrive")), queue);
});

test("what was sent leaves the queue", () => {
  assert.deepEqual(keys(sent(queue, "2")), ["1", "3", "4"]);
});

test("a refused step takes the later steps of its incident along, and no others", () => {
  assert.deepEqual(keys(refused(queue, "1")), ["2", "4"]);
  assert.deepEqual(keys(refused(queue, "3")), ["1", "2", "4"]);
  assert.deepEqual(keys(refused(queue, "unknown")), ["1", "2", "3", "4"]);
});

test("the steps of one incident are found", () => {
  assert.deepEqual(keys(stepsFor(queue, "a")), ["1", "3"]);
  assert.deepEqual(stepsFor(queue, "z"), []);
});

test("a queue survives being written down; rubbish is no queue", () => {
  assert.deepEqual(readQueue(JSON.stringify(queue)), queue);
  assert.deepEqual(readQueue(null), []);
  assert.deepEqual(readQueue("{"), []);
  assert.deepEqual(readQueue('{"a":1}'), []);
  assert.deepEqual(readQueue('[null,{"key":1},{"key":"k"}]'), []);
});
