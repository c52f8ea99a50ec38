/**
 * Pure: which orders a commander may give about an incident, and who can be sent, the nearest first.
 *
 * The server decides; this keeps buttons off the desk that it would refuse. `now` is the server's, in milliseconds.
 */
import { metresBetween } from "../shared/geography.ts";
import type { Incident } from "../shared/incident.ts";
import type { Unit } from "./data.ts";

export type Order = "assign" | "reassign" | "assign_support" | "backup" | "hand_over" | "merge" | "unmerge" | "transfer" | "resolve" | "reopen";

/** A position older than this is stale (TicketsCAD's 120 s, as the table of routing has it). */
export const STALE_MS = 120_000;

const BY_STATUS: Record<Incident["status"], readonly Order[]> = {
  waiting: ["assign", "hand_over", "merge", "transfer"],
  offered: ["assign", "merge", "transfer", "resolve"],
  accepted: ["reassign", "assign_support", "backup", "merge", "transfer", "resolve"],
  on_scene: ["assign_support", "backup", "reassign", "merge", "transfer", "resolve"],
  closed: ["reopen"],
};

/** So long after it a merge can be taken back; the server decides. */
export const UNMERGE_MS = 10 * 60_000;

export function ordersFor(incident: Incident, now: number): readonly Order[] {
  if (incident.status !== "closed" || !incident.merged_into) return BY_STATUS[incident.status];
  return now - Date.parse(incident.closed_at ?? "") <= UNMERGE_MS ? ["unmerge"] : [];
}

export interface Standing extends Unit {
  /** To the incident, when both places are known. */
  metres: number | null;
  stale: boolean;
  available: boolean;
}

export function standing(units: readonly Unit[], incident: Incident | null, now: number): Standing[] {
  const all = units.map((unit): Standing => {
    const place = unit.lat !== null && unit.lng !== null ? { lat: unit.lat, lng: unit.lng, crs: "wgs84" as const } : null;
    return {
      ...unit,
      metres: place && incident?.location ? metresBetween(place, incident.location) : null,
      stale: !unit.position_at || now - Date.parse(unit.position_at) > STALE_MS,
      available: unit.status === "available",
    };
  });
  return all.sort(
    (a, b) =>
      Number(b.available) - Number(a.available) || Number(a.stale) - Number(b.stale) || (a.metres ?? Infinity) - (b.metres ?? Infinity) || (a.officer < b.officer ? -1 : 1),
  );
}

/** Whom this order could name: nobody who is in the incident already. */
export function candidates(units: readonly Standing[], incident: Incident): Standing[] {
  const there = new Set([incident.officer, ...(incident.supporting ?? []).map(({ officer }) => officer)]);
  return units.filter(({ officer }) => !there.has(officer));
}
