/** What phones say of their offers, at the commander's desk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withSaid, type AskedOfficer } from "../src/commander/data.ts";

const asked = (id: string, status: AskedOfficer["status"]): AskedOfficer => ({
  id, status, officer: "051827", unit: "", kind: "take", why: null, offered_at: "", ack_by: "", received_at: null, seen_at: null, accepted_at: null, decided_at: null, reason: null,
});
const SEEN = { incident: "i", status: "seen" as const, received_at: "1", seen_at: "2" };

test("what a phone says stands at its offer and at no other", () => {
  const after = withSaid({ i: [asked("a", "pending"), asked("b", "pending")] }, [{ id: "b", ...SEEN }]);
  assert.deepEqual(after?.i?.map(({ status, received_at, seen_at }) => [status, received_at, seen_at]), [["pending", null, null], ["seen", "1", "2"]]);
});

test("an offer that ended meanwhile stays ended and keeps the facts", () => {
  const after = withSaid({ i: [asked("a", "lapsed")] }, [{ id: "a", ...SEEN }]);
  assert.equal(after?.i?.[0]?.status, "lapsed");
  assert.equal(after?.i?.[0]?.seen_at, "2");
});

test("of an offer that is not known the desk has to be read", () => {
  assert.equal(withSaid({}, [{ id: "a", ...SEEN }]), null);
  assert.equal(withSaid({ i: [asked("b", "pending")] }, [{ id: "a", ...SEEN }]), null);
});
