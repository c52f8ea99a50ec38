import assert from "node:assert/strict";
import { test } from "node:test";
import { addTo, foldPanics, forgetClosed, merge, openBoard } from "../src/shared/board.ts";
import type { Feed, Hub, Position } from "../src/shared/hub.ts";
import type { Panic } from "../src/shared/incident.ts";
import { incident } from "./incident.ts";

const folded = (...views: ReturnType<typeof incident>[]) => new Map(views.map((view) => [view.id, view]));
const versions = (map: ReadonlyMap<string, { version: number }>) => [...map].map(([id, { version }]) => [id, version]);

test("a snapshot replaces what was known, and what it no longer holds is gone", () => {
  const known = folded(incident({ id: "a", version: 1 }), incident({ id: "gone", version: 3 }));
  assert.deepEqual(versions(merge(known, [incident({ id: "a", version: 2 }), incident({ id: "b" })])), [["a", 2], ["b", 1]]);
});

test("an answer that overtook the snapshot stays", () => {
  const known = folded(incident({ id: "a", version: 5, status: "accepted" }));
  assert.deepEqual(versions(merge(known, [incident({ id: "a", version: 4 })])), [["a", 5]]);
});

test("what is known as closed stays, though a snapshot holds open incidents only", () => {
  const known = folded(incident({ id: "done", version: 6, status: "closed", closed_at: "2026-11-23T04:01:00.000Z" }));
  assert.deepEqual(versions(merge(known, [incident({ id: "a" })])), [["a", 1], ["done", 6]]);
});

test("a reopened incident is open again", () => {
  const known = folded(incident({ id: "a", version: 6, status: "closed", closed_at: "2026-11-23T04:01:00.000Z" }));
  assert.equal(merge(known, [incident({ id: "a", version: 7, status: "offered" })]).get("a")?.status, "offered");
});

test("a list of the day adds what is not known and overwrites nothing newer", () => {
  const known = folded(incident({ id: "a", version: 2 }));
  assert.deepEqual(versions(addTo(known, [incident({ id: "a", version: 1 }), incident({ id: "b", version: 9 })])), [["a", 2], ["b", 9]]);
});

test("what was closed long ago is forgotten, and nothing is drawn anew when there is nothing to forget", () => {
  const known = folded(
    incident({ id: "open" }),
    incident({ id: "old", closed_at: "2026-11-22T15:59:59.000Z" }),
    incident({ id: "recent", closed_at: "2026-11-22T16:00:00.000Z" }),
  );
  const left = forgetClosed(known, Date.parse("2026-11-22T16:00:00.000Z"));
  assert.deepEqual([...left.keys()], ["open", "recent"]);
  assert.equal(forgetClosed(left, Date.parse("2026-11-22T16:00:00.000Z")), left);
});

/** A hub that only remembers what it was asked to follow. */
function followed(): { hub: Hub; begin(): Promise<Position> } {
  let feed: Feed<never> | null = null;
  const hub: Hub = {
    follow: (one) => {
      feed = one as Feed<never>;
      return () => undefined;
    },
    listen: () => () => undefined,
    rpc: () => Promise.reject(new Error("not asked for here")),
    close: () => undefined,
  };
  return { hub, begin: () => feed?.load() ?? Promise.reject(new Error("nothing is followed")) };
}

test("the feed goes on where the first snapshot stands, and only an unrecoverable one asks for a snapshot anew", async (context) => {
  let offset = 40;
  context.mock.method(globalThis, "fetch", async () => Response.json({ incidents: [], offset: ++offset, epoch: "e" }));
  const board = openBoard("511802");
  const { hub, begin } = followed();
  board.follow(hub, () => undefined);
  await board.load();
  await board.load();
  assert.deepEqual(await begin(), { offset: 41, epoch: "e" });
  assert.deepEqual(await begin(), { offset: 43, epoch: "e" });
});

test("a feed that is followed before there is a snapshot stands where the first that comes stands", async (context) => {
  const answers: ((offset: number) => void)[] = [];
  context.mock.method(globalThis, "fetch", () => new Promise((resolve) => answers.push((offset) => resolve(Response.json({ incidents: [], offset, epoch: "e" })))));
  const board = openBoard("511802");
  const { hub, begin } = followed();
  board.follow(hub, () => undefined);
  const polled = board.load();
  const begun = begin();
  answers[0]?.(7);
  await polled;
  answers[1]?.(9);
  assert.equal((await begun).offset, 7);
});

const alarm = (given: Partial<Panic> = {}): Panic => ({
  id: "p1", version: 1, district: "511802", officer: "051827", unit: "一中队", status: "raised", incident: null,
  raised_at: "2026-11-23T04:00:00.000Z", again_at: "2026-11-23T04:00:00.000Z", location: null, position_at: null,
  withdrawn_at: null, cleared_at: null, cleared_by: null, ...given,
}); // prettier-ignore

test("an alarm stands until it is cleared, however often it is told", () => {
  const raised = foldPanics([], alarm());
  assert.equal(foldPanics(raised, alarm()), raised);
  const withdrawn = foldPanics(raised, alarm({ version: 2, status: "withdrawn" }));
  assert.deepEqual(withdrawn.map(({ status }) => status), ["withdrawn"]);
  assert.equal(foldPanics(withdrawn, alarm({ version: 1 })), withdrawn);
  assert.deepEqual(foldPanics(withdrawn, alarm({ version: 3, status: "cleared" })), []);
});

test("the newest alarm stands first", () => {
  const two = foldPanics(foldPanics([], alarm()), alarm({ id: "p2", raised_at: "2026-11-23T04:00:09.000Z" }));
  assert.deepEqual(two.map(({ id }) => id), ["p2", "p1"]);
});
