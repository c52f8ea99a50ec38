import assert from "node:assert/strict";
import { test } from "node:test";
import { follow, PAUSES_MS, type Reading } from "../src/officer/reading.ts";

const QUEUED: Reading = { reading: "queued", candidates: [] };
const READ: Reading = { reading: "read", candidates: [{ plate: "川TA8P26", confidence: 0.97, sure: true }] };

async function told(answers: Reading[], stays = (): boolean => true): Promise<{ told: Reading[]; asked: number; waited: number }> {
  const heard: Reading[] = [];
  let asked = 0;
  let waited = 0;
  await follow(
    async () => answers[Math.min(asked++, answers.length - 1)]!,
    async (ms) => ((waited += ms), stays()),
    (reading) => heard.push(reading),
  );
  return { told: heard, asked, waited };
}

test("it asks until it is known what was read, and no longer", async () => {
  assert.deepEqual(await told([QUEUED, QUEUED, READ]), { told: [QUEUED, QUEUED, READ], asked: 3, waited: 500 });
});

test("without a reader it asks once", async () => {
  const none: Reading = { reading: "none", candidates: [] };
  assert.deepEqual(await told([none]), { told: [none], asked: 1, waited: 0 });
});

test("what nobody knows in time is unread", async () => {
  const heard = await told([QUEUED]);
  assert.equal(heard.asked, PAUSES_MS.length);
  assert.ok(heard.waited < 15_000);
  assert.deepEqual(heard.told.at(-1), { reading: "unread", candidates: [] });
});

test("whoever has left the form asks no more", async () => {
  assert.equal((await told([QUEUED], () => false)).asked, 1);
});
