/**
 * Pure: the figures of one district or of several together, as the wall writes them.
 *
 * A share is never shown without the number it is of. Medians of several districts cannot be joined, so none is made.
 */
import type { Incident } from "../shared/incident.ts";
import { byUrgency, isOpen } from "../shared/urgency.ts";

export interface DayFigures {
  requests: number;
  /** Requests whose time is over or that are closed: what the shares are of. */
  due: number;
  /** Moved, or accepted by an officer, within the time. */
  kept: number;
  answered: number;
  accepted: number;
  moved: number;
  breached: number;
  closed: number;
  median_answer_seconds: number | null;
}

export interface OnDuty {
  officer: string;
  unit: string;
  role: string;
  busy: boolean;
  /** Of the unit: available, en_route, break, … */
  status: string;
  lat: number | null;
  lng: number | null;
  position_at: string | null;
}

/** Can be sent: has nothing in hand and is on no break. */
export const isFree = ({ busy, status }: Pick<OnDuty, "busy" | "status">): boolean => !busy && status === "available";

/** So many of `n`. */
export interface Share {
  count: number;
  n: number;
}

/** Of the last `days`: gone after the notice; of the vehicles of `window_days`: notified again. */
export interface VehicleFigures {
  days: number;
  window_days: number;
  repeat: Share;
  left: Share;
}

/** `GET /api/v1/districts/{code}/figures`, and what the channel `board:<code>` carries. */
export interface Figures {
  district: string;
  at: string;
  day: DayFigures;
  /** Absent in the figures of an older server. */
  vehicles?: VehicleFigures;
  on_duty: OnDuty[];
}

export const NO_FIGURES: DayFigures = {
  requests: 0, due: 0, kept: 0, answered: 0, accepted: 0, moved: 0, breached: 0, closed: 0, median_answer_seconds: null,
}; // prettier-ignore

export function sumOf(figures: readonly Figures[]): DayFigures {
  const only = figures[0];
  if (figures.length === 1 && only) return only.day;
  const sum = { ...NO_FIGURES };
  for (const { day } of figures)
    for (const name of ["requests", "due", "kept", "answered", "accepted", "moved", "breached", "closed"] as const) sum[name] += day[name];
  return sum;
}

/** Of several districts: a vehicle counts once in each. Null before the first figures came. The longest window names it. */
export function vehiclesOf(figures: readonly Figures[]): VehicleFigures | null {
  const all = figures.flatMap(({ vehicles }) => vehicles ?? []);
  if (all.length === 0) return null;
  const sum = (name: "repeat" | "left"): Share => ({
    count: all.reduce((total, one) => total + one[name].count, 0),
    n: all.reduce((total, one) => total + one[name].n, 0),
  });
  return { days: Math.max(...all.map(({ days }) => days)), window_days: Math.max(...all.map((one) => one.window_days)), repeat: sum("repeat"), left: sum("left") };
}

/** `96.4`, `100`; null where there is nothing to be a share of. Never rounded up to a hundred that is not one. */
export function percent(part: number, of: number): string | null {
  if (of <= 0) return null;
  const share = Math.floor((part / of) * 1000) / 10;
  return share === 100 ? "100" : share.toFixed(1);
}

export interface Counts {
  waiting: number;
  offered: number;
  accepted: number;
  on_scene: number;
  open: number;
  /** The time is over and nobody has it. */
  overdue: number;
}

export function countsOf(incidents: readonly Incident[], now: number): Counts {
  const counts: Counts = { waiting: 0, offered: 0, accepted: 0, on_scene: 0, open: 0, overdue: 0 };
  for (const incident of incidents) {
    if (incident.status === "closed") continue;
    counts.open += 1;
    counts[incident.status] += 1;
    if (isOverdue(incident, now)) counts.overdue += 1;
  }
  return counts;
}

export function isOverdue(incident: Incident, now: number): boolean {
  return isOpen(incident) && Date.parse(incident.respond_by) <= now;
}

/** The most urgent incident that nobody has: what a district's card shows. */
export const mostUrgent = (incidents: readonly Incident[]): Incident | null =>
  incidents.filter(isOpen).sort(byUrgency)[0] ?? null;
