import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, fits, goingWith, isKnown, nextOf, parcelsOf, readQueue, standing, without, type Parcel, type Queue } from "../src/shared/queue.ts";

const step = (key: string, incident: string, command: string, more: Partial<Parcel> = {}): Parcel => ({
  key,
  incident,
  command,
  path: `/api/v1/incidents/${incident}/${command}`,
  body: {},
  at: 1,
  ...more,
});
const photo = (key: string, incident: string, bytes = 1000): Parcel => step(key, incident, "photos", { photo: new ArrayBuffer(bytes) });
const refused = (parcel: Parcel): Parcel => ({ ...parcel, refusal: { code: "already_accepted", sentence: "", details: { by: "051830" }, at: 2 } });
const keys = (queue: Queue): string[] => queue.map(({ key }) => key);
const queue = [step("1", "a", "accept"), step("2", "b", "arrive"), photo("3", "a"), step("4", "a", "arrive"), step("5", "b", "resolve")];

test("the oldest deed goes first, and each incident keeps its order", () => {
  assert.equal(nextOf(queue)?.key, "1");
  assert.equal(nextOf(without(queue, ["1"]))?.key, "2");
  assert.equal(nextOf([]), null);
});

test("a photo lets the deeds of other incidents pass, and none of its own", () => {
  const left = without(queue, ["1"]);
  assert.equal(nextOf(left)?.key, "2");
  assert.equal(nextOf(without(left, ["2"]))?.key, "5");
  assert.equal(nextOf(without(left, ["2", "5"]))?.key, "3");
  assert.equal(nextOf(without(left, ["2", "5", "3"]))?.key, "4");
});

test("what was refused holds up its own incident and no other", () => {
  const [first, ...rest] = queue;
  const held = [refused(first!), ...rest];
  assert.equal(nextOf(held)?.key, "2");
  assert.equal(nextOf(without(held, ["2", "5"])), null);
});

test("what was refused, and what was built on it, no longer counts as done", () => {
  assert.deepEqual(keys(standing([refused(queue[0]!), ...queue.slice(1)])), ["2", "5"]);
  assert.deepEqual(keys(standing(queue)), ["1", "2", "3", "4", "5"]);
});

test("taking a deed back takes what was done later with that incident; a photo goes alone", () => {
  assert.deepEqual(goingWith(queue, "1"), ["1", "3", "4"]);
  assert.deepEqual(goingWith(queue, "3"), ["3"]);
  assert.deepEqual(goingWith(queue, "4"), ["4"]);
  assert.deepEqual(goingWith(queue, "unknown"), []);
});

test("pressing twice is one deed, photographing twice are two", () => {
  assert.equal(isKnown(queue, { incident: "a", command: "arrive" }), true);
  assert.equal(isKnown(queue, { incident: "b", command: "accept" }), false);
  assert.equal(isKnown(queue, { incident: "a", command: "photos" }), false);
  assert.equal(isKnown([refused(queue[0]!)], { incident: "a", command: "accept" }), false);
});

test("the queue is bounded in number and in bytes", () => {
  const bounds = { parcels: 6, bytes: 10_000 };
  assert.equal(fits(queue, step("6", "c", "accept"), bounds), true);
  assert.equal(fits([...queue, step("6", "c", "accept")], step("7", "c", "arrive"), bounds), false);
  assert.equal(fits(queue, photo("6", "c", 20_000), bounds), false);
  assert.ok(bytesOf([photo("1", "a", 1000)]) >= 1000);
});

test("the parcels of one incident are found", () => {
  assert.deepEqual(keys(parcelsOf(queue, "a")), ["1", "3", "4"]);
  assert.deepEqual(parcelsOf(queue, "z"), []);
});

test("a queue survives being written down; rubbish is no queue", () => {
  const deeds = [queue[0]!, queue[1]!];
  assert.deepEqual(readQueue(JSON.stringify(deeds)), deeds);
  assert.deepEqual(readQueue(null), []);
  assert.deepEqual(readQueue("{"), []);
  assert.deepEqual(readQueue('{"a":1}'), []);
  assert.deepEqual(readQueue('[null,{"key":1},{"key":"k"}]'), []);
});

test("the photo of a parked car takes along what was built on it, and an incident's goes alone", () => {
  const shot = step("1", "c", "capture", { photo: new ArrayBuffer(10) });
  const left = [shot, photo("2", "a"), step("3", "c", "file_record"), step("4", "a", "arrive")];
  assert.deepEqual(goingWith(left, "1"), ["1", "3"]);
  assert.deepEqual(goingWith(left, "2"), ["2"]);
  assert.equal(nextOf(without(left, ["2", "4"]))?.key, "1", "the record waits for its photo");
});
