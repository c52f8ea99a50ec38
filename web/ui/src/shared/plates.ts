/**
 * The grammar of plates (GA 36-2018) as a phone needs it: which signs can come next, and whether what stands there is whole.
 *
 * The server has the last word (`models/plates.py`); a test holds the two to the same examples.
 */
export const PROVINCES = [..."川京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏宁琼"];
export const DIGITS = [..."1234567890"];
/** I and O are never used. */
export const LETTERS = [..."ABCDEFGHJKLMNPQRSTUVWXYZ"];
export const ENDS = [..."挂学警港澳使领应急"];
export const LONGEST = 8;

const P = PROVINCES.join("");
const L = LETTERS.join("");
const D = DIGITS.join("");
const X = L + D;
const N = "ABCDEFGHJK";

export type PlateClass =
  | "ordinary"
  | "nev_small"
  | "nev_large"
  | "trailer"
  | "learner"
  | "police"
  | "hk_macau"
  | "embassy"
  | "consulate"
  | "armed_police"
  | "military"
  | "emergency";

const repeat = (signs: string, times: number): string[] => Array.from({ length: times }, () => signs);

/** Each form sign by sign: what may stand there. In the order in which a number is read as one of them. */
const FORMS: readonly (readonly [PlateClass, readonly string[]])[] = [
  ["ordinary", [P, L, ...repeat(X, 5)]],
  ["nev_small", [P, L, N, X, ...repeat(D, 4)]],
  ["nev_large", [P, L, ...repeat(D, 5), N]],
  ["trailer", [P, L, ...repeat(X, 4), "挂"]],
  ["learner", [P, L, ...repeat(X, 4), "学"]],
  ["police", [P, L, ...repeat(X, 4), "警"]],
  ["hk_macau", ["粤", "Z", ...repeat(X, 4), "港澳"]],
  ["embassy", [...repeat(D, 6), "使"]],
  ["embassy", ["使", ...repeat(D, 6)]],
  ["consulate", [P, ...repeat(D, 5), "领"]],
  ["consulate", [P, L, ...repeat(D, 4), "领"]],
  ["armed_police", ["W", "J", P, ...repeat(D, 4), X]],
  ["armed_police", ["W", "J", ...repeat(D, 4), X]],
  ["military", [L, L, ...repeat(D, 5)]],
  ["emergency", [P, "SX", ...repeat(X, 4), "应", "急"]],
];

/** As the server writes it: half width, upper case, nothing between. */
export function canonical(text: string): string {
  return text.normalize("NFKC").toUpperCase().replace(/[\s.\-_·•‧∙⋅・。｡—–]+/gu, "");
}

const fits = (signs: readonly string[], form: readonly string[]): boolean =>
  signs.length <= form.length && signs.every((sign, at) => form[at]!.includes(sign));

/** The signs that can come next; none once nothing can. */
export function nextSigns(number: string): ReadonlySet<string> {
  const signs = [...number];
  const found = new Set<string>();
  for (const [, form] of FORMS) {
    if (signs.length < form.length && fits(signs, form)) for (const sign of form[signs.length]!) found.add(sign);
  }
  return found;
}

/** What kind of plate it is once it is whole; null while it is not, or can be none. */
export function classOf(number: string): PlateClass | null {
  const signs = [...number];
  return FORMS.find(([, form]) => form.length === signs.length && fits(signs, form))?.[0] ?? null;
}

/** The part of a typed or pasted text that can be the beginning of a plate. */
export function asFarAsPossible(text: string): string {
  let number = "";
  for (const sign of canonical(text)) {
    if (!nextSigns(number).has(sign)) break;
    number += sign;
  }
  return number;
}

export type Colour = "blue" | "green" | "yellow_green" | "white" | "black" | "yellow";
const COLOURS: Record<PlateClass, Colour> = {
  ordinary: "blue", nev_small: "green", nev_large: "yellow_green", trailer: "yellow", learner: "yellow", police: "white",
  hk_macau: "black", embassy: "black", consulate: "black", armed_police: "white", military: "white", emergency: "white",
};

/** How it looks on the street; of an ordinary number, which may be yellow as well, the usual blue. */
export function colourOf(number: string): Colour {
  return COLOURS[classOf(number) ?? "ordinary"];
}
