/**
 * Pure: which mark stands on the map for an incident and for a colleague. Shape and colour say the same thing.
 *
 * `now` is the server's, in milliseconds.
 */
import { shareLeft, urgencyOf } from "../shared/clock.ts";
import type { Incident } from "../shared/incident.ts";
import { clockOf } from "../shared/urgency.ts";

export type Mark = "calm" | "soon" | "last" | "over" | "taken";

export function markOf(incident: Incident, now: number): Mark {
  const { startAt, dueAt, since } = clockOf(incident);
  return since ? "taken" : urgencyOf(shareLeft(startAt, dueAt, now));
}

/** On a 40 grid: a disc has time, a square on its corner is in a hurry, a triangle nearly late, a star is late. */
export const SHAPES: Record<Mark, string> = {
  calm: "M20 5a15 15 0 1 1 0 30 15 15 0 0 1 0-30z",
  soon: "M20 3 37 20 20 37 3 20z",
  last: "M20 4 38 35H2z",
  over: "M20 1l4.600 8.400 9-3.400-2.300 9.300L39 20l-7.700 4.700 2.300 9.300-9-3.400L20 39l-4.600-8.400-9 3.400 2.300-9.300L1 20l7.700-4.700L6.400 6l9 3.400z",
  taken: "M8 6h24a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3V9a3 3 0 0 1 3-3z",
};

/** Where a colleague was; WGS-84. */
export interface Unit {
  officer: string;
  lat: number;
  lng: number;
  at: number;
  status: string | null;
}

/** Older than this a position is a memory (domain practice: 120 s). */
export const STALE_MS = 120_000;
/** And this much later it is none any more. */
export const GONE_MS = 1_800_000;

export function unitsShown(units: Iterable<Unit>, me: string, now: number): { unit: Unit; stale: boolean; minutes: number }[] {
  return [...units]
    .filter(({ officer, at }) => officer !== me && now - at < GONE_MS)
    .map((unit) => ({ unit, stale: now - unit.at > STALE_MS, minutes: Math.max(0, Math.floor((now - unit.at) / 60_000)) }));
}

/** The newer position of each, whichever way it came. */
export function moved(units: ReadonlyMap<string, Unit>, news: readonly Unit[]): ReadonlyMap<string, Unit> {
  const next = new Map(units);
  for (const unit of news) if ((next.get(unit.officer)?.at ?? 0) <= unit.at) next.set(unit.officer, unit);
  return next;
}
