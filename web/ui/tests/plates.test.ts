/** The keyboard's grammar: what can come next, and when a plate is whole. The samples are those of `tests/models/test_plates.py`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asFarAsPossible, canonical, classOf, colourOf, LETTERS, nextSigns, PROVINCES, type PlateClass } from "../src/shared/plates.ts";

const SAMPLES: [string, PlateClass][] = [
  ["川TA2345", "ordinary"],
  ["川TD12345", "nev_small"],
  ["川T12345F", "nev_large"],
  ["川TA234挂", "trailer"],
  ["川TA234学", "learner"],
  ["川TA234警", "police"],
  ["粤ZA123港", "hk_macau"],
  ["粤ZA123澳", "hk_macau"],
  ["123456使", "embassy"],
  ["使123456", "embassy"],
  ["川12345领", "consulate"],
  ["川A1234领", "consulate"],
  ["WJ川12345", "armed_police"],
  ["WJ1234A", "armed_police"],
  ["VA12345", "military"],
  ["川SA123应急", "emergency"],
];

test("every class of plates can be typed sign by sign, and is known when it is whole", () => {
  for (const [number, expected] of SAMPLES) {
    let typed = "";
    for (const sign of number) {
      assert.ok(nextSigns(typed).has(sign), `${sign} after ${typed}`);
      typed += sign;
    }
    assert.equal(classOf(typed), expected, number);
  }
});

test("a plate begins with a province, an army's letter, an embassy's digit or sign", () => {
  const first = nextSigns("");
  assert.ok(PROVINCES.every((sign) => first.has(sign)));
  assert.ok(LETTERS.every((sign) => first.has(sign)));
  assert.ok(!first.has("I") && !first.has("O") && !first.has("挂"));
});

test("letters that no plate has, and a second province, cannot be pressed", () => {
  assert.deepEqual([...nextSigns("川T")].includes("I"), false);
  assert.equal(nextSigns("川").has("川"), false);
  assert.equal(nextSigns("川TX2345").size, 0);
  assert.ok(nextSigns("川TA2345").has("6") && !nextSigns("川TA2345").has("B"), "it may become a green one");
  assert.equal(classOf("川TA234"), null);
});

test("eight signs must be a new-energy plate", () => {
  assert.ok(nextSigns("川TD1234").has("5"));
  assert.ok(nextSigns("川TX123").has("X"), "the seventh sign of a blue plate");
  assert.equal(nextSigns("川TX1234").size, 0);
});

test("what is pasted counts as far as it can be a plate", () => {
  assert.equal(asFarAsPossible(" 川t·a23 45 "), "川TA2345");
  assert.equal(asFarAsPossible("川TA2345 的车"), "川TA2345");
  assert.equal(asFarAsPossible("川TIA"), "川T");
  assert.equal(canonical("川Ｔ·Ａ2345"), "川TA2345");
});

test("the field has the colour of the street", () => {
  assert.deepEqual(["川TA2345", "川TD12345", "川TA234警", "粤ZA123港"].map(colourOf), ["blue", "green", "white", "black"]);
});
