/** Pure: in which situation a hazard is, and what of its record a follower reads. */
import type { PulledHazard } from "./data.ts";

export type Situation =
  | "waiting" | "noted" | "promised" | "overdue" | "officers" | "on_the_way" | "there" | "mended" | "resolved" | "rejected"
  | "cancelled" | "duplicate" | "expired" | "withdrawn"; // prettier-ignore

export function situationOf(hazard: PulledHazard, now: number): Situation {
  if (hazard.status === "closed") return hazard.outcome === "settled" || hazard.outcome === null ? "mended" : hazard.outcome;
  if (hazard.status === "on_scene") return "there";
  if (hazard.status === "accepted") return "on_the_way";
  if (hazard.status === "offered") return "officers";
  const promised = hazard.promised_by ? Date.parse(hazard.promised_by) : 0;
  if (promised > now) return "promised";
  if (Date.parse(hazard.respond_by) <= now) return "overdue";
  return noted(hazard) ? "noted" : "waiting";
}

/** Whether the body that has it now has said that it has it: a referral begins anew. */
function noted(hazard: PulledHazard): boolean {
  const said = hazard.timeline.map(({ event }) => event);
  return said.lastIndexOf("noted") > Math.max(said.lastIndexOf("referred"), said.lastIndexOf("reopened"));
}

const TOLD = new Set([
  "reported", "joined", "referred", "noted", "handed_over", "breached", "accepted", "arrived", "released", "mended",
  "resolved", "reopened", "expired", "cancelled", "transferred", "assigned", "absorbed", "photographed",
]); // prettier-ignore

export interface Line {
  event: string;
  at: string;
}

/** What has happened, oldest first. */
export const linesOf = (hazard: PulledHazard): Line[] => hazard.timeline.filter(({ event }) => TOLD.has(event)).map(({ event, at }) => ({ event, at }));
