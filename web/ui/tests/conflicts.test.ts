import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, builtOn, explain, mayRetry } from "../src/officer/conflicts.ts";
import type { Parcel } from "../src/shared/queue.ts";
import { incident } from "./incident.ts";

const ME = "051827";
const NOON = Date.parse("2026-11-23T04:00:00Z");
const parcel = (command: string, code: string, details: Record<string, unknown> = {}): Parcel => ({
  key: "k",
  incident: "i1",
  command,
  path: "",
  body: {},
  at: NOON,
  refusal: { code, sentence: "", details, at: NOON },
});

test("a colleague was quicker: who, and since when", () => {
  const his = incident({ status: "accepted", officer: "051830", accepted_at: "2026-11-23T03:58:00.000Z" });
  const found = explain(parcel("accept", "already_accepted", { by: "051830" }), his, ME);
  assert.deepEqual(found, { key: "taken", by: "051830", since: Date.parse("2026-11-23T03:58:00Z"), outcome: "" });
});

test("a colleague was quicker, and has given it back since: no instant is made up", () => {
  const found = explain(parcel("accept", "already_accepted", { by: "051830" }), incident({ status: "offered" }), ME);
  assert.deepEqual([found.key, found.by, found.since], ["taken", "051830", null]);
});

test("it was closed meanwhile: how, and since when", () => {
  const closed = incident({ status: "closed", outcome: "settled", closed_at: "2026-11-23T03:59:30.000Z" });
  const found = explain(parcel("arrive", "illegal_transition"), closed, ME);
  assert.deepEqual([found.key, found.outcome, found.since], ["closed", "settled", Date.parse("2026-11-23T03:59:30Z")]);
});

test("somebody else has it now", () => {
  const his = incident({ status: "accepted", officer: "051830", accepted_at: "2026-11-23T03:50:00.000Z" });
  assert.deepEqual(explain(parcel("arrive", "forbidden"), his, ME).key, "others");
});

test("nobody has it any more", () => {
  assert.equal(explain(parcel("resolve", "illegal_transition"), incident({ status: "offered" }), ME).key, "open");
});

test("for anything else the server's own sentence stands", () => {
  assert.equal(explain(parcel("photos", "unsupported_media"), incident({ status: "on_scene", officer: ME }), ME).key, "server");
  assert.equal(explain(parcel("accept", "forbidden"), null, ME).key, "server");
});

test("trying again is offered where it could succeed", () => {
  assert.equal(mayRetry(parcel("accept", ""), incident({ status: "offered" }), ME), true);
  assert.equal(mayRetry(parcel("accept", ""), incident({ status: "accepted", officer: "051830" }), ME), false);
  assert.equal(mayRetry(parcel("arrive", ""), incident({ status: "accepted", officer: ME }), ME), true);
  assert.equal(mayRetry(parcel("arrive", ""), incident({ status: "closed", officer: ME }), ME), false);
  assert.equal(mayRetry(parcel("arrive", ""), null, ME), false);
});

test("how long ago, in whole minutes and hours", () => {
  assert.deepEqual(ago(NOON - 59_999, NOON), { key: "just_now", n: 0 });
  assert.deepEqual(ago(NOON - 120_000, NOON), { key: "minutes", n: 2 });
  assert.deepEqual(ago(NOON - 3_599_999, NOON), { key: "minutes", n: 59 });
  assert.deepEqual(ago(NOON - 7_200_000, NOON), { key: "hours", n: 2 });
  // A phone that measured wrongly says nothing about the future.
  assert.deepEqual(ago(NOON + 5000, NOON), { key: "just_now", n: 0 });
});

test("what goes along is counted by kind", () => {
  const later = { ...parcel("arrive", ""), key: "l" };
  const photo = { ...parcel("photos", ""), key: "p", photo: new ArrayBuffer(1) };
  assert.deepEqual(builtOn([parcel("accept", ""), later, photo], "k"), { steps: 1, photos: 1 });
});

test("a record that ended meanwhile says how, and is tried no more", () => {
  const deed = parcel("end_record", "illegal_transition", { command: "leave", status: "withdrawn" });
  const found = explain(deed, null, ME);
  assert.deepEqual([found.key, found.outcome], ["record", "withdrawn"]);
  assert.equal(mayRetry(deed, null, ME), false);
  const closed = parcel("end_record", "illegal_transition", { command: "settle", status: "closed" });
  assert.equal(explain(closed, null, ME).key, "server", "what is no state of a record is the server's own sentence");
});

test("a hand-over that came to nothing is told in the server's words, and one's own status too", () => {
  const his = incident({ status: "accepted", officer: "051830", accepted_at: "2026-11-23T03:50:00.000Z" });
  assert.equal(explain(parcel("relief_accepted", "conflict"), his, ME).key, "server");
  assert.equal(explain(parcel("status_break", "conflict"), null, ME).key, "server");
  assert.equal(mayRetry(parcel("status_break", "conflict"), null, ME), false);
});
