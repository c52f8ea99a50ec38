import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAlarm, type Alarm } from "../src/shared/alarm.ts";

/** The loudspeaker and the motor of a phone, which only note what they were told. */
const heard: number[] = [];
const felt: unknown[] = [];

class Loudspeaker extends EventTarget {
  readonly state = "running";
  readonly currentTime = 0;
  readonly destination = {};
  createOscillator = () => ({ type: "", frequency: { set value(hertz: number) { heard.push(hertz); } }, connect: (next: unknown) => next, start() {}, stop() {} });
  createGain = () => ({ gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (next: unknown) => next });
}

const stored = new Map<string, string>();
Object.defineProperty(globalThis, "localStorage", { value: { getItem: (name: string) => stored.get(name) ?? null, setItem: (name: string, value: string) => stored.set(name, value) } });
Object.defineProperty(globalThis, "navigator", { value: { vibrate: (pattern: unknown) => felt.push(pattern) } });
Object.defineProperty(globalThis, "AudioContext", { value: Loudspeaker });

type Call = "offer" | "order" | "news" | "panic";

function when(call: Call, phone: { muted?: boolean; onBreak?: boolean }): { sounds: boolean; vibrates: boolean } {
  stored.clear();
  const alarm: Alarm = makeAlarm();
  if (phone.muted) alarm.toggle();
  alarm.quiet.value = phone.onBreak ?? false;
  alarm.arm();
  heard.length = felt.length = 0;
  if (call === "panic") alarm.panic(true);
  else alarm[call]();
  const told = { sounds: heard.length > 0, vibrates: felt.length > 0 };
  if (call === "panic") alarm.panic(false);
  return told;
}

const loud = { sounds: true, vibrates: true };
const feltOnly = { sounds: false, vibrates: true };
const nothing = { sounds: false, vibrates: false };

test("at work whoever is asked or sent hears and feels it, and news are one tone", () => {
  assert.deepEqual(when("offer", {}), loud);
  assert.deepEqual(when("order", {}), loud);
  assert.deepEqual(when("news", {}), { sounds: true, vibrates: false });
  assert.deepEqual(when("panic", {}), loud);
});

test("on a break only a colleague's alarm sounds, an order does not", () => {
  assert.deepEqual(when("offer", { onBreak: true }), feltOnly);
  assert.deepEqual(when("order", { onBreak: true }), feltOnly);
  assert.deepEqual(when("news", { onBreak: true }), nothing);
  assert.deepEqual(when("panic", { onBreak: true }), loud);
});

test("a phone that was muted by hand is silent for all but an alarm", () => {
  assert.deepEqual(when("offer", { muted: true }), feltOnly);
  assert.deepEqual(when("order", { muted: true }), feltOnly);
  assert.deepEqual(when("news", { muted: true }), nothing);
  assert.deepEqual(when("panic", { muted: true }), loud);
});

test("the siren of an alarm ends with it", () => {
  const alarm = makeAlarm();
  alarm.arm();
  alarm.panic(true);
  alarm.panic(false);
  assert.equal(felt.at(-1), 0);
});
