import { useMessages } from "../src/shared/i18n.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  digits,
  narrow,
  offsetOf,
  secondsLeft,
  shareLeft,
  skewOf,
  untilNextDigit,
  urgencyOf,
} from "../src/shared/clock.ts";

test("a phone whose clock is right learns an offset of half the answer's way", () => {
  assert.deepEqual(skewOf({ sentAt: 1000, receivedAt: 1080, serverAt: 1040, resolution: 0 }), { low: -40, high: 40 });
  assert.equal(offsetOf({ low: -40, high: 40 }), 0);
});

test("a Date header is a whole second, so the truth may lie up to a second later", () => {
  assert.deepEqual(skewOf({ sentAt: 10_000, receivedAt: 10_100, serverAt: 70_000, resolution: 1000 }), {
    low: 59_900,
    high: 61_000,
  });
});

test("each answer narrows what is known of the server's clock", () => {
  assert.deepEqual(narrow(null, { low: 0, high: 1000 }), { low: 0, high: 1000 });
  assert.deepEqual(narrow({ low: 0, high: 1000 }, { low: 400, high: 1400 }), { low: 400, high: 1000 });
  assert.deepEqual(narrow({ low: 400, high: 1000 }, { low: 500, high: 520 }), { low: 500, high: 520 });
});

test("a clock that was set in between makes the old knowledge worthless", () => {
  assert.deepEqual(narrow({ low: 500, high: 520 }, { low: -3_600_000, high: -3_599_000 }), {
    low: -3_600_000,
    high: -3_599_000,
  });
});

test("nothing measured means that the phone's own clock is believed", () => {
  assert.equal(offsetOf(null), 0);
});

test("five minutes are shown whole at their start and zero only at their end", () => {
  assert.equal(secondsLeft(300_000, 0), 300);
  assert.equal(secondsLeft(300_000, 1), 300);
  assert.equal(secondsLeft(300_000, 1000), 299);
  assert.equal(secondsLeft(300_000, 299_999), 1);
  assert.equal(secondsLeft(300_000, 300_000), 0);
});

test("beyond the deadline whole seconds are counted, and there is no minus zero", () => {
  assert.ok(Object.is(secondsLeft(300_000, 300_500), 0));
  assert.equal(secondsLeft(300_000, 301_000), -1);
  assert.equal(secondsLeft(300_000, 365_000), -65);
});

test("digits are minutes and seconds, with a plus when the time is over", () => {
  assert.equal(digits(300), "05:00");
  assert.equal(digits(216), "03:36");
  assert.equal(digits(0), "00:00");
  assert.equal(digits(-65), "+01:05");
  assert.equal(digits(3723), "1:02:03");
  assert.equal(digits(-7200), "+2:00:00");
  useMessages({ "common.days_hours": "{days}d {hours}h" });
  assert.equal(digits(86_399), "23:59:59");
  assert.equal(digits(259_200), "3d 0h");
  assert.equal(digits(-97_300), "+1d 3h");
});

test("the share of the time left stays between one and zero", () => {
  assert.equal(shareLeft(0, 300_000, -5), 1);
  assert.equal(shareLeft(0, 300_000, 75_000), 0.75);
  assert.equal(shareLeft(0, 300_000, 300_001), 0);
  assert.equal(shareLeft(5, 5, 5), 0);
});

test("more than half is calm, down to a fifth soon, below it the last part, then over", () => {
  assert.equal(urgencyOf(1), "calm");
  assert.equal(urgencyOf(0.51), "calm");
  assert.equal(urgencyOf(0.5), "soon");
  assert.equal(urgencyOf(0.21), "soon");
  assert.equal(urgencyOf(0.2), "last");
  assert.equal(urgencyOf(0.01), "last");
  assert.equal(urgencyOf(0), "over");
});

test("the page wakes exactly when its digits change", () => {
  assert.equal(untilNextDigit(300_000, 0), 1000);
  assert.equal(untilNextDigit(300_000, 250), 750);
  assert.equal(untilNextDigit(300_000, 299_999), 1);
  assert.equal(untilNextDigit(300_000, 300_250), 750);
});
