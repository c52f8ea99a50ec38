/**
 * Pure: the wall's own drawing of the city. A schematic, not a map: seats of the districts and rivers roughly where
 * they are, streets invented. Coordinates come in as WGS-84 degrees and go out in units of the drawing.
 */
import type { Point } from "../shared/geography.ts";

export const WIDTH = 1000;
export const HEIGHT = 640;

/** Seats of the districts, to a kilometre or so; enough for a drawing that says what it is. */
export const SEATS: Readonly<Record<string, Point>> = {
  "511802": { lat: 30.003, lng: 103.02 },
  "511803": { lat: 30.085, lng: 103.112 },
  "511822": { lat: 29.795, lng: 102.847 },
  "511823": { lat: 29.349, lng: 102.678 },
  "511824": { lat: 29.235, lng: 102.362 },
  "511825": { lat: 30.068, lng: 102.764 },
  "511826": { lat: 30.152, lng: 102.931 },
  "511827": { lat: 30.369, lng: 102.815 },
};
const CENTRE: Point = { lat: 30.003, lng: 103.02 };

type Line = readonly (readonly [lng: number, lat: number])[];

export const RIVERS: readonly { name: string; width: number; line: Line }[] = [
  { name: "qingyi", width: 9, line: [[102.72, 30.55], [102.815, 30.372], [102.86, 30.22], [102.875, 30.1], [102.935, 30.024], [102.99, 30.008], [103.04, 29.985], [103.12, 29.944], [103.21, 29.905], [103.4, 29.82]] },
  { name: "tianquan", width: 5, line: [[102.55, 30.06], [102.68, 30.08], [102.764, 30.066], [102.83, 30.085], [102.875, 30.1]] },
  { name: "yingjing", width: 5, line: [[102.68, 29.7], [102.76, 29.77], [102.847, 29.797], [102.93, 29.88], [102.985, 29.968], [103.004, 30.003]] },
  { name: "dadu", width: 10, line: [[102.19, 29.6], [102.24, 29.4], [102.362, 29.237], [102.46, 29.29], [102.56, 29.33], [102.68, 29.33], [102.82, 29.28], [103.0, 29.24], [103.2, 29.2]] },
]; // prettier-ignore

export interface View {
  centre: Point;
  /** Units of the drawing per degree of latitude. */
  scale: number;
}

/** Degrees of latitude that the view of one district is high. */
const TOWN_SPAN = 0.082;

export const seatOf = (code: string): Point => SEATS[code] ?? nearCentre(code);

/** A district that the drawing does not know stands beside the city, always at the same place. */
function nearCentre(code: string): Point {
  const turn = randomOf(code)() * Math.PI * 2;
  return { lat: CENTRE.lat + 0.055 * Math.sin(turn), lng: CENTRE.lng + 0.13 + 0.03 * Math.cos(turn) };
}

export const viewOf = (code: string): View => ({ centre: seatOf(code), scale: HEIGHT / TOWN_SPAN });

const squeeze = ({ lat }: Point): number => Math.cos((lat * Math.PI) / 180);

export function place(point: Point, { centre, scale }: View): { x: number; y: number } {
  return {
    x: round(WIDTH / 2 + (point.lng - centre.lng) * squeeze(centre) * scale),
    y: round(HEIGHT / 2 - (point.lat - centre.lat) * scale),
  };
}

export const inside = ({ x, y }: { x: number; y: number }, edge = 12): boolean =>
  x >= edge && x <= WIDTH - edge && y >= edge && y <= HEIGHT - edge;

const round = (value: number): number => Math.round(value * 10) / 10;

/** A smooth curve through points of the drawing, as the `d` of a path. */
export function smooth(points: readonly { x: number; y: number }[]): string {
  const at = (i: number): { x: number; y: number } => points[Math.max(0, Math.min(points.length - 1, i))] ?? { x: 0, y: 0 };
  let path = `M${at(0).x} ${at(0).y}`;
  for (let i = 0; i < points.length - 1; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    path += `C${round(b.x + (c.x - a.x) / 6)} ${round(b.y + (c.y - a.y) / 6)} ${round(c.x - (d.x - b.x) / 6)} ${round(c.y - (d.y - b.y) / 6)} ${c.x} ${c.y}`;
  }
  return path;
}

export const curve = (line: Line, view: View): string => smooth(line.map(([lng, lat]) => place({ lat, lng }, view)));

type Spots = readonly (readonly [x: number, y: number])[];

export const CARD = { width: 196, height: 92 };

/** Where the text of a card begins, and how wide it may be in units of the drawing. */
export const TEXT_X = 86;
const TEXT_WIDTH = CARD.width - TEXT_X - 10;
const NAME_SIZE = 17;
const LONG_NAME_SIZE = 15;

/** Letters of Latin writing are a little more than half as wide as they are high, Chinese ones just as wide. */
const widthAt = (size: number, text: string): number => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.58), 0) * size;

/** A name in one line, or in two smaller ones as even as its words allow; and the width of the card that holds it. */
export function titleOf(name: string): { lines: string[]; width: number } {
  const words = name.split(" ");
  if (words.length === 1 || widthAt(NAME_SIZE, name) <= TEXT_WIDTH) return { lines: [name], width: cardFor(NAME_SIZE, [name]) };
  const pairs = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(" "), words.slice(i + 1).join(" ")]);
  const widest = (pair: string[]): number => Math.max(...pair.map((line) => widthAt(LONG_NAME_SIZE, line)));
  const lines = pairs.reduce((best, pair) => (widest(pair) < widest(best) ? pair : best));
  return { lines, width: cardFor(LONG_NAME_SIZE, lines) };
}

const cardFor = (size: number, lines: string[]): number =>
  CARD.width + Math.max(0, Math.ceil(Math.max(...lines.map((line) => widthAt(size, line))) - TEXT_WIDTH));

/** Where a district's card has its middle in the drawing of the whole city: roughly as they lie, never overlapping. */
const CARDS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  "511827": [330, 118], "511826": [590, 138], "511825": [250, 266], "511802": [536, 300], "511803": [806, 226],
  "5118JK": [826, 372], "511822": [424, 432], "511823": [640, 520], "511824": [228, 552],
}; // prettier-ignore
const SPARE: Spots = [[850, 520], [100, 120], [100, 410], [850, 90], [420, 570]]; // prettier-ignore

/** A card for every district; those that the drawing does not know take the spare places, in order. */
export function cardsOf(codes: readonly string[]): { code: string; x: number; y: number }[] {
  const spare = [...SPARE];
  return codes.flatMap((code) => {
    const spot = CARDS[code] ?? spare.shift();
    return spot ? [{ code, x: spot[0], y: spot[1] }] : [];
  });
}

const spots = (line: Spots): string => smooth(line.map(([x, y]) => ({ x, y })));

/** The rivers and roads of the city, drawn to fit the cards. */
export const CITY_RIVERS = [
  { width: 13, d: spots([[286, -40], [330, 60], [360, 190], [420, 262], [536, 318], [660, 330], [760, 420], [900, 470], [1340, 500]]) },
  { width: 7, d: spots([[-340, 250], [60, 290], [250, 250], [360, 262], [436, 268]]) },
  { width: 7, d: spots([[-120, 420], [200, 470], [424, 440], [500, 390], [548, 322]]) },
  { width: 15, d: spots([[-340, 330], [-60, 420], [110, 500], [228, 562], [400, 596], [640, 540], [860, 600], [1340, 640]]) },
]; // prettier-ignore
export const CITY_ROADS = [
  [[330, 118], [590, 138]], [[590, 138], [536, 300]], [[250, 266], [536, 300]], [[536, 300], [806, 226]], [[536, 300], [826, 372]],
  [[806, 226], [826, 372]], [[536, 300], [424, 432]], [[424, 432], [640, 520]], [[640, 520], [228, 552]], [[806, 226], [1340, 60]], [[826, 372], [1340, 420]],
].map((line) => spots(line as unknown as Spots)); // prettier-ignore

/** A small repeatable source of chance: the same town looks the same tomorrow. */
export function randomOf(seed: string): () => number {
  let state = [...seed].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 2_147_483_647, 7) || 7;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

export interface Town {
  arteries: string[];
  streets: string[];
}

/** Invented streets of one town, in units of the drawing: avenues along and across, lanes between, all a little bent. */
export function townOf(code: string): Town {
  const random = randomOf(code);
  const turn = -0.32 + random() * 0.5;
  const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
  const point = (u: number, v: number): { x: number; y: number } => ({
    x: round(WIDTH / 2 + u * cosine - v * sine),
    y: round(HEIGHT / 2 + u * sine + v * cosine),
  });
  const bend = (): number => (random() - 0.5) * 22;
  const along = (v: number, reach: number): string =>
    smooth([-1, -0.5, 0, 0.5, 1].map((share) => point(share * reach + bend(), v + bend())));
  const across = (u: number, from: number, to: number): string =>
    smooth([0, 0.5, 1].map((share) => point(u + bend() * 0.6, from + (to - from) * share)));
  const arteries = [along(-150, 620), along(40, 640), along(210, 600), across(-260, -420, 420), across(90, -430, 430), across(360, -400, 400)];
  return { arteries, streets: [...lanesAcross(random, across), ...lanesAlong(random, along)] };
}

function lanesAcross(random: () => number, across: (u: number, from: number, to: number) => string): string[] {
  const lanes: string[] = [];
  for (let u = -560; u <= 560; u += 44 + random() * 26) {
    lanes.push(across(u, -150 - random() * 150, 40));
    if (random() < 0.75) lanes.push(across(u + 18, 40, 210 + random() * 90));
  }
  return lanes;
}

function lanesAlong(random: () => number, along: (v: number, reach: number) => string): string[] {
  return [-290, -235, -95, -40, 95, 150, 270].map((v) => along(v, 240 + random() * 320));
}
