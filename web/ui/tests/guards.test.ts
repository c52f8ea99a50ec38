import assert from "node:assert/strict";
import { test } from "node:test";
import { boundOf, differences, guardsOf, linesOf, standing } from "../src/admin/guards.ts";
import { changesOf, type FlagVersion } from "../src/admin/history.ts";
import type { Check } from "../src/admin/rollouts.ts";
import { useMessages } from "../src/shared/i18n.ts";

useMessages({
  "admin.seconds": "{n} s", "admin.points": "{n} points", "admin.figure.breached": "Breached", "admin.figure.kept": "Kept", "admin.figure.answer_p90": "Answer",
  "admin.guard.worse": "at most {amount} worse", "admin.guard.most": "at most {limit}", "admin.guard.least": "at least {limit}", "admin.guard.from": "from {n} on", "admin.guard.none": "not guarded",
  "admin.guard.too_few": "{n} of {least}", "admin.guard.too_few.both": "{n} and {others} of {least}", "admin.guard.is_worse": "{amount} worse", "admin.guard.no_worse": "no worse",
  "admin.guard.kept_to": "kept", "admin.guard.within": "within", "admin.guard.unclear": "may be chance", "admin.guard.crossed": "crossed",
  "admin.history.guard": "{figure}: was {before}; now {after}", "admin.history.stage": "{district}: {before} to {after}", "admin.history.killed": "stopped", "admin.history.restored": "restored",
  "admin.stage.off": "off", "admin.stage.pilot": "pilot {n}%",
});

const check = (facts: Partial<Check>): Check => ({ figure: "breached", against: "control", allowed: 0.05, found: 0.02, used: 0.4, state: "within", n: 80, control_n: 90, least_n: 50, ...facts });

test("shares are typed in per cent and sent as parts of one, times in seconds; nothing typed is no guard", () => {
  const lines = linesOf([{ figure: "breached", worse_by: 0.05, limit: 0.125 }, { figure: "answer_p90", worse_by: 60, least_n: 100 }]);
  assert.deepEqual(lines.map(({ figure, worseBy, limit, leastN }) => [figure, worseBy, limit, leastN]), [
    ["kept", "", "", 50], ["breached", 5, 12.5, 50], ["errors", "", "", 50], ["complaints", "", "", 50], ["answer_p90", 60, "", 100], ["accept_p90", "", "", 50],
  ]);
  assert.deepEqual(guardsOf(lines), [
    { figure: "breached", worse_by: 0.05, limit: 0.125, least_n: 50 },
    { figure: "answer_p90", worse_by: 60, least_n: 100 },
  ]);
});

test("a bound of nought is a bound, not an empty field", () => {
  const lines = linesOf([]).map((line) => (line.figure === "errors" ? { ...line, limit: 0 } : line));
  assert.deepEqual(guardsOf(lines), [{ figure: "errors", limit: 0, least_n: 50 }]);
});

test("a bound is said as a difference, a most, or of the promise a least", () => {
  assert.equal(boundOf(check({})), "at most 5.0 points worse");
  assert.equal(boundOf(check({ against: "limit", allowed: 0.3 })), "at most 30.0%");
  assert.equal(boundOf(check({ figure: "kept", against: "limit", allowed: 0.9 })), "at least 90.0%");
  assert.equal(boundOf(check({ figure: "answer_p90", allowed: 60 })), "at most 60 s worse");
});

test("of too few cases it is said how many there are of how many, of others how near the guard is", () => {
  assert.equal(standing(check({ state: "too_few", used: null, n: 12, control_n: 7 })), "12 and 7 of 50");
  assert.equal(standing(check({ against: "limit", state: "too_few", used: null, n: 12, control_n: null })), "12 of 50");
  assert.equal(standing(check({ found: 0.032 })), "3.2 points worse");
  assert.equal(standing(check({ found: -0.01 })), "no worse");
  assert.equal(standing(check({ state: "unclear", found: 0.08 })), "may be chance");
  assert.equal(standing(check({ state: "crossed", found: 0.4 })), "crossed");
});

test("of guards that were changed only those are told that are others now", () => {
  const before = [{ figure: "kept" as const, worse_by: 0.05 }, { figure: "breached" as const, worse_by: 0.05 }];
  const after = [{ figure: "kept" as const, worse_by: 0.05, least_n: 50 }, { figure: "answer_p90" as const, worse_by: 60 }];
  assert.deepEqual(differences(before, after), [
    "Breached: was at most 5.0 points worse, from 50 on; now not guarded",
    "Answer: was not guarded; now at most 60 s worse, from 50 on",
  ]);
});

test("a version tells each district's change, and the kill switch", () => {
  const version = { changes: [{ district: "511802", before: { state: "off", percent: null }, after: { state: "pilot", percent: 20 } }], killed: true, step: null } as unknown as FlagVersion;
  assert.deepEqual(changesOf(version, () => "Yucheng"), ["stopped", "Yucheng: off to pilot 20%"]);
});
