import assert from "node:assert/strict";
import { test } from "node:test";
import { makePoll } from "../src/shared/polling.ts";

/** Questions that are answered when the test says so. */
function questions() {
  const open: (() => void)[] = [];
  return { asked: () => new Promise<void>((answer) => open.push(answer)), open };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("it asks, waits after the answer, and asks again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, open } = questions();
  const poll = makePoll(asked, () => 3000, true);
  poll.now();
  context.mock.timers.tick(9000);
  assert.equal(open.length, 1);
  open[0]?.();
  await settled();
  context.mock.timers.tick(2999);
  assert.equal(open.length, 1);
  context.mock.timers.tick(1);
  assert.equal(open.length, 2);
  poll.stop();
});

test("what is wanted while a question is under way is asked once more, for its answer may be too old", async () => {
  const { asked, open } = questions();
  const poll = makePoll(asked, () => 60_000, true);
  poll.now();
  poll.now();
  poll.now();
  assert.equal(open.length, 1);
  open[0]?.();
  await settled();
  assert.equal(open.length, 2);
  open[1]?.();
  await settled();
  assert.equal(open.length, 2);
  poll.stop();
});

test("after it was stopped nothing is asked", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, open } = questions();
  const poll = makePoll(asked, () => 10, true);
  poll.now();
  open[0]?.();
  await settled();
  poll.stop();
  poll.now();
  context.mock.timers.tick(1000);
  assert.equal(open.length, 1);
});
