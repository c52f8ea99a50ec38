/** A stolen car is told loudly, once, and not again from yesterday's replay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOUD_FOR_MS, useAlerts } from "../src/shared/watched.ts";

const AT = Date.parse("2026-11-28T04:00:00Z");
const publication = (incident: string, kinds = ["stolen"]) => ({
  event: "watched",
  at: new Date(AT).toISOString(),
  alert: { incident, district: "511802", plate: "川TA***5", kinds, plate_classes: ["ordinary"] },
});

test("each alert rings once and waits until it is read", () => {
  let rung = 0;
  const alerts = useAlerts(() => (rung += 1));
  assert.equal(alerts.take(publication("a"), AT + 1000), true);
  assert.equal(alerts.take(publication("b", ["cloned"]), AT + 2000), true);
  assert.deepEqual(alerts.waiting.value.map(({ incident }) => incident), ["b", "a"]);
  assert.equal(rung, 2);
  alerts.read();
  assert.deepEqual(alerts.waiting.value.map(({ incident }) => incident), ["a"]);
});

test("what an old replay brings is taken and stays silent", () => {
  const alerts = useAlerts(() => assert.fail("it is history"));
  assert.equal(alerts.take(publication("a"), AT + LOUD_FOR_MS + 1), true);
  assert.deepEqual(alerts.waiting.value, []);
});

test("an offer's publication is somebody else's", () => {
  const alerts = useAlerts(() => assert.fail("it is no alert"));
  assert.equal(alerts.take({ event: "offered", at: new Date(AT).toISOString() }, AT), false);
});

const standing = (incident: string, kinds = ["stolen"]) => ({ ...publication(incident, kinds).alert, at: new Date(AT).toISOString() });

function storage(): Map<string, string> {
  const kept = new Map<string, string>();
  Object.assign(globalThis, { localStorage: { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) } });
  return kept;
}

test("a desk that is opened after the alarm rings once for it, whatever the poll brings again", () => {
  storage();
  let rung = 0;
  const alerts = useAlerts(() => (rung += 1));
  alerts.take(publication("a"), AT);
  alerts.stand([standing("a"), standing("b", ["cloned"])]);
  alerts.stand([standing("a"), standing("b", ["cloned"])]);
  assert.equal(rung, 2);
  assert.deepEqual(alerts.waiting.value.map(({ incident }) => incident), ["a", "b"]);
});

test("what was read here is not told again after a reload; another kind at the same incident is", () => {
  storage();
  const before = useAlerts(() => undefined);
  before.stand([standing("a")]);
  before.read();
  const after = useAlerts(() => undefined);
  after.stand([standing("a"), standing("a", ["cloned", "stolen"])]);
  assert.deepEqual(after.waiting.value.map(({ kinds }) => kinds), [["cloned", "stolen"]]);
});
