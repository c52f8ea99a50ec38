import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf, isAsking } from "../src/officer/order.ts";
import { incident } from "./incident.ts";

const NOON = Date.parse("2026-11-23T04:00:00Z");
const MIDNIGHT = Date.parse("2026-11-22T16:00:00Z");
const offer = (ack_by: string, status = "pending") => ({ id: "o1", status, ack_by });
const ids = (list: { id: string }[]): string[] => list.map(({ id }) => id);

test("an offer to me stands apart while it can be answered", () => {
  const mine = incident({ id: "a", status: "waiting" });
  assert.equal(isAsking(offer("2026-11-23T04:00:20.000Z"), mine, NOON), true);
  assert.equal(isAsking(offer("2026-11-23T04:00:00.000Z"), mine, NOON), false);
  assert.equal(isAsking(offer("2026-11-23T04:00:20.000Z", "declined"), mine, NOON), false);
  assert.equal(isAsking(offer("2026-11-23T04:00:20.000Z"), incident({ status: "accepted" }), NOON), false);
  assert.equal(isAsking(undefined, mine, NOON), false);
});

test("every incident stands in one group", () => {
  const offers = new Map([["offered_to_me", offer("2026-11-23T04:00:20.000Z")], ["lapsed", offer("2026-11-23T03:59:00.000Z")]]);
  const groups = groupsOf(
    [
      incident({ id: "offered_to_me", status: "offered" }),
      incident({ id: "lapsed", status: "offered" }),
      incident({ id: "from_the_first_second", status: "waiting" }),
      incident({ id: "mine", status: "accepted", officer: "051827" }),
      incident({ id: "mine_on_scene", status: "on_scene", officer: "051827" }),
      incident({ id: "his", status: "accepted", officer: "051830" }),
      incident({ id: "done", status: "closed", closed_at: "2026-11-22T16:00:00.000Z" }),
      incident({ id: "done_later", status: "closed", closed_at: "2026-11-23T03:00:00.000Z" }),
      incident({ id: "yesterday", status: "closed", closed_at: "2026-11-22T15:59:59.000Z" }),
    ],
    offers,
    "051827",
    NOON,
    MIDNIGHT,
  );
  assert.deepEqual(ids(groups.offered), ["offered_to_me"]);
  assert.deepEqual(ids(groups.open), ["from_the_first_second", "lapsed"]);
  assert.deepEqual(ids(groups.colleagues), ["his"]);
  assert.deepEqual(ids(groups.mine), ["mine", "mine_on_scene"]);
  assert.deepEqual(ids(groups.today), ["done_later", "done"]);
});
