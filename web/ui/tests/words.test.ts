import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { durationOf } from "../src/driver/duration.ts";
import { useMessages } from "../src/shared/i18n.ts";
import { faceOf, lateOf, linesOf, wordsOf, type Role } from "../src/driver/words.ts";
import type { Notice, PulledIncident } from "../src/shared/incident.ts";

const SEVEN = Date.parse("2025-03-01T07:00:00.000Z");
const at = (seconds: number): string => new Date(SEVEN + seconds * 1000).toISOString();

const REQUESTED = {
  id: "a", version: 1, kind: "move_car", status: "waiting", outcome: null, district: "511802", reason: "blocking",
  plate: "川TA***5", place: null, location: null, requested_at: at(0), respond_by: at(300), response_seconds: 300,
  answered_at: null, reply: null, promised_by: null, deferred: false, handed_over_at: null, accepted_at: null,
  arrived_at: null, moved_at: null, breached_at: null, closed_at: null, escalation: 0, priority: 0, requesters: 1,
  unit: null, nobody_on_duty: false, call: "122", timeline: [{ event: "requested", at: at(0) }], photos: [],
  notices: [], offset: 1, epoch: "e", now: at(0),
} as unknown as PulledIncident; // prettier-ignore

const notice = (more: Partial<Notice>): Notice => ({
  kind: "move_request", channel: "wechat", contact: 1, status: "sent", at: at(2), due_at: at(0), sent_at: at(2), delivered_at: null, seen_at: null, ...more,
});
const told = { notices: [notice({})] };
const coming = (seconds: number) => ({ ...told, reply: "coming" as const, promised_by: at(seconds) });
const incident = (changes: object): PulledIncident => ({ ...REQUESTED, ...changes });
const headOf = (changes: object, role: Role, seconds: number): string => wordsOf(incident(changes), role, SEVEN + seconds * 1000).head;

const HEADS: [string, object, Role, number, string][] = [
  ["nobody has been told yet", { location: { lat: 30, lng: 103 } }, "requester", 1, "driver.requester.sending.head"],
  ["without a place the owner is told later", {}, "requester", 1, "driver.requester.sending_later.head"],
  ["the owner has been told", told, "requester", 3, "driver.requester.waiting.head"],
  ["the owner reads what is asked", {}, "owner", 1, "owner.waiting.head"],
  ["the owner reads that an officer asks, where nobody waits", { requesters: 0 }, "owner", 1, "owner.officer.waiting.head"],
  ["to whom he has promised", { requesters: 0, ...coming(200) }, "owner", 30, "owner.officer.coming.head"],
  ["and that his time is up", { requesters: 0, status: "offered" }, "owner", 301, "owner.officer.offered.head"],
  ["but what he said to be not his stays that", { requesters: 0, reply: "not_mine" }, "owner", 30, "owner.not_mine.head"],
  ["the owner comes in time", coming(180), "requester", 60, "driver.requester.coming.head"],
  ["the owner comes too late", coming(600), "requester", 60, "driver.requester.coming_late.head"],
  ["a promise at the very deadline is in time", coming(300), "owner", 60, "owner.coming.head"],
  ["the requester waits for the promise", { ...coming(600), deferred: true }, "requester", 400, "driver.requester.deferred.head"],
  ["the time is up before the server said so", told, "requester", 300, "driver.requester.handing_over.head"],
  ["the police are being asked", { status: "offered" }, "requester", 301, "driver.requester.offered.head"],
  ["the owner cannot come", { status: "offered", reply: "cannot" }, "requester", 60, "driver.requester.offered_cannot.head"],
  ["nobody is on duty", { status: "offered", nobody_on_duty: true }, "requester", 301, "driver.requester.nobody.head"],
  ["an officer took it", { status: "accepted" }, "owner", 100, "owner.accepted.head"],
  ["it is settled", { status: "closed", outcome: "settled" }, "requester", 100, "driver.requester.closed.settled.head"],
];
for (const [sentence, changes, role, seconds, head] of HEADS) {
  test(`${role}: ${sentence}`, () => assert.equal(headOf(changes, role, seconds), head));
}

const read = (language: string, area: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../../models/catalogue/${language}/${area}.json`, import.meta.url), "utf8")) as Record<string, string>;

test("every headline and line that can be said stands in both catalogues", () => {
  for (const language of ["zh", "en"]) {
    const sentences = { ...read(language, "driver"), ...read(language, "owner") };
    for (const [, changes, , seconds] of HEADS) {
      for (const role of ["requester", "owner"] as const) {
        const words = wordsOf(incident(changes), role, SEVEN + seconds * 1000);
        const keys = [words.head, words.next, ...linesOf(incident(changes), role).map(({ key }) => key)];
        for (const key of keys) assert.ok(key in sentences, `${language}: ${key}`);
      }
    }
  }
});

test("the ring counts to the deadline, then to a promise that was accepted, then shows the police", () => {
  assert.equal(faceOf(incident(told), SEVEN + 299_000), "clock");
  assert.equal(faceOf(incident({ ...coming(600), deferred: true }), SEVEN + 301_000), "promise");
  assert.equal(faceOf(incident({ status: "accepted" }), SEVEN + 100_000), "clock");
  assert.equal(faceOf(incident({ status: "accepted" }), SEVEN + 300_000), "police");
  assert.equal(faceOf(incident({ status: "closed", outcome: "settled" }), SEVEN), "done");
  assert.equal(faceOf(incident({ status: "closed", outcome: "cancelled" }), SEVEN), "ended");
});

test("a promise is late only when it is after the deadline", () => {
  assert.equal(lateOf(incident(coming(300))), false);
  assert.equal(lateOf(incident(coming(301))), true);
  assert.equal(lateOf(incident({})), false);
});

test("the requester reads by which channel the owner was told, when, and which did not reach him", () => {
  const notices = [
    notice({ status: "seen", delivered_at: at(3), seen_at: at(9), at: at(9) }),
    notice({ channel: "sms", sent_at: at(20) }),
    notice({ channel: "call", status: "failed", sent_at: null, at: at(41) }),
    notice({ channel: "wechat", contact: 2, status: "unknown", sent_at: null, at: at(42) }),
    notice({ channel: "sms", contact: 2, status: "queued", sent_at: null, at: at(62) }),
    notice({ channel: "call", contact: 2, status: "cancelled", sent_at: null, at: at(63) }),
  ];
  assert.deepEqual(linesOf(incident({ notices, timeline: [] }), "requester").map(({ key, at, params }) => [key, params?.channel, params?.who, at]), [
    ["driver.told.delivered", "wechat", "1", at(3)],
    ["driver.event.seen", undefined, undefined, at(9)],
    ["driver.told.sent", "sms", "1", at(20)],
    ["driver.told.failed", "call", "1", at(41)],
    ["driver.told.unknown", "wechat", "2", at(42)],
  ]);
  assert.deepEqual(linesOf(incident({ notices, timeline: [] }), "owner"), []);
});

test("an owner whom no channel reaches is said to be unreached", () => {
  const notices = [notice({ status: "failed" }), notice({ channel: "sms", status: "failed" })];
  assert.equal(wordsOf(incident({ notices }), "requester", SEVEN)?.head, "driver.requester.unreached.head");
});

test("the requester reads what concerns him, in the order of time, the notice included", () => {
  const timeline = [
    { event: "requested", at: at(0) },
    { event: "offered", at: at(1) },
    { event: "answered", at: at(40), detail: { reply: "coming" } },
    { event: "escalated", at: at(60) },
    { event: "settled", at: at(120) },
  ];
  assert.deepEqual(linesOf(incident({ timeline, ...told }), "requester").map(({ key }) => key), [
    "driver.event.requested",
    "driver.told.sent",
    "driver.event.answered.coming",
    "driver.event.settled",
  ]);
});

test("how long people have is said in minutes where it is so many", () => {
  useMessages({ "driver.duration.minutes": "{n} minutes", "driver.duration.seconds": "{n} seconds" });
  assert.deepEqual([durationOf(300), durationOf(120), durationOf(150)], ["5 minutes", "2 minutes", "150 seconds"]);
});
