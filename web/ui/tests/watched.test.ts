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
