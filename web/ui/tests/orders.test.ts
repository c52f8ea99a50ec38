import assert from "node:assert/strict";
import { test } from "node:test";
import { useReasons, reasonsFor, whyText } from "../src/shared/because.ts";
import { useMessages } from "../src/shared/i18n.ts";
import { clockOf } from "../src/shared/urgency.ts";
import type { Unit } from "../src/commander/data.ts";
import { candidates, ordersFor, standing } from "../src/commander/orders.ts";
import { groupsOf, isAsking, type Offer } from "../src/officer/order.ts";
import { incident } from "./incident.ts";

const NOW = Date.parse("2026-11-23T04:02:00.000Z");
const HERE = { lat: 29.9876, lng: 103.0133, crs: "wgs84" as const };
const unit = (officer: string, given: Partial<Unit> = {}): Unit => ({
  officer, unit: "一中队", role: "police", busy: false, status: "available", since: "", lat: 29.9876, lng: 103.0133,
  position_at: "2026-11-23T04:01:50.000Z", ...given,
}); // prettier-ignore

test("free before engaged, fresh before stale, near before far, and then by number", () => {
  const units = [
    unit("5", { lat: null, lng: null, position_at: null }),
    unit("4", { status: "en_route" }),
    unit("3", { position_at: "2026-11-23T03:50:00.000Z" }),
    unit("2", { lat: 29.99 }),
    unit("1"),
  ];
  assert.deepEqual(standing(units, incident({ location: HERE }), NOW).map(({ officer }) => officer), ["1", "2", "3", "5", "4"]);
});

test("nobody is sent who is in it already", () => {
  const held = incident({ status: "accepted", officer: "1", supporting: [{ officer: "2", unit: "", since: "", to_confirm: false, arrived_at: null }] });
  assert.deepEqual(candidates(standing([unit("1"), unit("2"), unit("3")], held, NOW), held).map(({ officer }) => officer), ["3"]);
});

test("orders follow the status, and a merge can be taken back for ten minutes", () => {
  assert.deepEqual(ordersFor(incident({ status: "waiting" }), 0), ["assign", "hand_over", "merge", "transfer"]);
  assert.deepEqual(ordersFor(incident({ status: "offered" }), 0), ["assign", "merge", "transfer", "resolve"]);
  assert.deepEqual(ordersFor(incident({ status: "accepted" }), 0), ["reassign", "assign_support", "backup", "merge", "transfer", "resolve"]);
  assert.deepEqual(ordersFor(incident({ status: "closed" }), 0), ["reopen"]);
  const merged = incident({ status: "closed", merged_into: "b", closed_at: "2026-11-02T08:00:00.000Z" });
  assert.deepEqual(ordersFor(merged, Date.parse("2026-11-02T08:10:00.000Z")), ["unmerge"]);
  assert.deepEqual(ordersFor(merged, Date.parse("2026-11-02T08:10:00.001Z")), []);
});

test("why he is asked is one sentence of facts", () => {
  useMessages({
    "staff.why.nearest.free": "nearest free", "staff.why.free": "free", "staff.why.metres": "{n} m", "staff.why.age": "position {n} s old",
    "staff.why.ring": "ring {n} m", "staff.why.nth": "asked no. {n}", "staff.why.comma": ", ", "staff.why.unknown": "position not known",
    "staff.why.order": "ordered by {by}", "staff.because.urgent": "urgent",
  }); // prettier-ignore
  const why = { stage: "next", nth: 2, metres: 240, position_age_seconds: 12, fresh: true, busy: false, ring_m: 300 };
  assert.equal(whyText(why), "nearest free, 240 m, position 12 s old, ring 300 m, asked no. 2");
  assert.equal(whyText({ stage: "handed_over", nth: 1, metres: null, position_age_seconds: null, fresh: false, busy: false, ring_m: null }), "free, position not known, asked no. 1");
  assert.equal(whyText({ stage: "order", by: "051001", reason: "urgent" }), "ordered by 051001, urgent");
  assert.equal(whyText(null), "");
});

test("reasons are the server's, and whoever knows none takes words", () => {
  useReasons({ decline: ["too_far", "other"] });
  assert.deepEqual(reasonsFor("decline"), ["too_far", "other"]);
  assert.deepEqual(reasonsFor("merge"), ["other"]);
});

const offer = (given: Partial<Offer> = {}): Offer => ({ id: "o", status: "seen", ack_by: "2026-11-23T04:01:00.000Z", ...given });

test("who was sent is asked until he says that he goes, however late", () => {
  const sent = incident({ status: "accepted", officer: "051827", to_confirm: true });
  assert.equal(isAsking(offer({ kind: "assign" }), sent, NOW, "051827"), true);
  assert.equal(isAsking(offer({ kind: "assign" }), { ...sent, to_confirm: false }, NOW, "051827"), false);
  assert.equal(isAsking(offer({ kind: "take" }), incident(), NOW, "051827"), false);
  assert.equal(isAsking(offer({ kind: "support", ack_by: "2026-11-23T04:03:00.000Z" }), incident({ status: "on_scene", officer: "1" }), NOW, "051827"), true);
});

test("what he supports is among his own, and what he was sent to among what he is asked", () => {
  const mine = incident({ id: "a", status: "on_scene", officer: "1", supporting: [{ officer: "051827", unit: "", since: "", to_confirm: false, arrived_at: null }] });
  const sent = incident({ id: "b", status: "accepted", officer: "051827", to_confirm: true });
  const groups = groupsOf([mine, sent], new Map([["b", offer({ kind: "assign" })]]), "051827", NOW, 0);
  assert.deepEqual([groups.mine.map(({ id }) => id), groups.offered.map(({ id }) => id)], [["a"], ["b"]]);
});

test("an order that nobody confirmed leaves the common clock running", () => {
  const sent = incident({ status: "accepted", officer: "1", to_confirm: true });
  assert.equal(clockOf(sent).since, null);
  assert.equal(clockOf({ ...sent, to_confirm: false }).since, "accepted");
});
