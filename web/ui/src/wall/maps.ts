/** The cities as the server prints them for the wall: seats of districts, and drawings where a city has one. */
import type { Point } from "../shared/geography.ts";

export type Spot = readonly [x: number, y: number];
export interface Water {
  width: number;
  line: readonly Spot[];
}

/** `cards`, `rivers` and `roads` in units of the drawing of 1000 × 640; `courses` as [longitude, latitude]. */
export interface Drawing {
  cards: Readonly<Record<string, Spot>>;
  rivers: readonly Water[];
  roads: readonly (readonly Spot[])[];
  courses: readonly Water[];
}

export interface CityMap {
  code: string;
  name: string;
  districts: Readonly<Record<string, Point | null>>;
  drawing: Drawing | null;
}

export const EMPTY: CityMap = { code: "", name: "", districts: {}, drawing: null };

export const mapOf = (maps: readonly CityMap[], district: string): CityMap => maps.find(({ districts }) => district in districts) ?? EMPTY;

/** The one city of all these districts; none when they are of several. */
export function commonMap(maps: readonly CityMap[], districts: readonly string[]): CityMap {
  const found = new Set(districts.map((code) => mapOf(maps, code)));
  return found.size === 1 ? ([...found][0] ?? EMPTY) : EMPTY;
}

/** The districts that a scope of the wall means: one, those of a city, or all of them. */
export function districtsOf(maps: readonly CityMap[], scope: string, all: readonly string[]): readonly string[] {
  if (!scope || all.includes(scope)) return scope ? [scope] : all;
  const city = maps.find(({ code }) => code === scope);
  return city ? all.filter((code) => code in city.districts) : all;
}
