/**
 * Pure: the wall's own drawing of a city. A schematic, not a map: seats of the districts and rivers roughly where they
 * are, as the city's bundle tells them; streets invented. Coordinates come in as WGS-84 degrees and go out in units of
 * the drawing.
 */
import type { Point } from "../shared/geography.ts";
import type { CityMap, Spot } from "./maps.ts";

export const WIDTH = 1000;
export const HEIGHT = 640;

export interface View {
  centre: Point;
  /** Units of the drawing per degree of latitude. */
  scale: number;
}

/** Degrees of latitude that the view of one district is high. */
const TOWN_SPAN = 0.082;

/** What stands for a city of which no seat is known: the middle of the country. */
const NOWHERE: Point = { lat: 35, lng: 105 };

/** A district whose seat nobody has told stands beside the city, always at the same place. */
export function seatOf(map: CityMap, code: string): Point {
  const told = map.districts[code];
  if (told) return told;
  const centre = centreOf(map);
  const turn = randomOf(code)() * Math.PI * 2;
  return { lat: centre.lat + 0.055 * Math.sin(turn), lng: centre.lng + 0.13 + 0.03 * Math.cos(turn) };
}

function centreOf({ districts }: CityMap): Point {
  const seats = Object.values(districts).filter((seat) => seat !== null);
  if (!seats.length) return NOWHERE;
  const mean = (of: (seat: Point) => number): number => seats.reduce((sum, seat) => sum + of(seat), 0) / seats.length;
  return { lat: mean(({ lat }) => lat), lng: mean(({ lng }) => lng) };
}

export const viewOf = (map: CityMap, code: string): View => ({ centre: seatOf(map, code), scale: HEIGHT / TOWN_SPAN });

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

export const curve = (line: readonly Spot[], view: View): string => smooth(line.map(([lng, lat]) => place({ lat, lng }, view)));

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

/** A card for every district: where the city's drawing has it, else in rows where there is room, as long as there is. */
export function cardsOf({ drawing }: CityMap, codes: readonly string[]): { code: string; x: number; y: number }[] {
  const told = codes.flatMap((code) => (drawing?.cards[code] ? [{ code, x: drawing.cards[code][0], y: drawing.cards[code][1] }] : []));
  const placed = [...told];
  const free = freePlaces();
  for (const code of codes) {
    if (drawing?.cards[code]) continue;
    const at = free.find((spot) => placed.every((card) => Math.abs(card.x - spot.x) >= CARD.width || Math.abs(card.y - spot.y) >= CARD.height));
    if (at) placed.push({ code, ...at });
  }
  return placed;
}

/** Row by row, below the caption and above the legend. */
function freePlaces(): { x: number; y: number }[] {
  const places: { x: number; y: number }[] = [];
  for (let y = 130; y <= HEIGHT - 78; y += 36) for (let x = 143; x <= WIDTH - 118; x += 51) places.push({ x, y });
  return places;
}

export const stroke = (line: readonly Spot[]): string => smooth(line.map(([x, y]) => ({ x, y })));

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
