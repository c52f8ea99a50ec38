/**
 * Pure: which incident stands where on the officer's phone, most urgent first.
 *
 * Knows no clock and no page; `now` is the server's, in milliseconds.
 */
import type { WhyAsked } from "../shared/because.ts";
import type { Incident, Supporter } from "../shared/incident.ts";
import { byUrgency, isElsewhere, isOpen } from "../shared/urgency.ts";

/** An offer to this officer: he is asked by name, or sent (`assign`), and has until `ack_by` to say that he goes. */
export interface Offer {
  id: string;
  status: string;
  ack_by: string;
  kind?: "take" | "assign" | "support" | "assign_support";
  why?: WhyAsked | null;
}

export interface Groups {
  /** Offered to me and still to be answered. */
  offered: Incident[];
  /** Nobody has it yet. */
  open: Incident[];
  /** A colleague has it. */
  colleagues: Incident[];
  mine: Incident[];
  /** Closed since the day began, newest first. */
  today: Incident[];
}

const ASKING = new Set(["pending", "received", "seen"]);

/** Whether his answer still matters. Who was sent is asked until he says that he goes, however late. */
export function isAsking(offer: Offer | undefined, incident: Incident, now: number, me?: string): boolean {
  if (!offer || !ASKING.has(offer.status)) return false;
  if (offer.kind === "assign") return incident.officer === me && Boolean(incident.to_confirm);
  if (offer.kind === "assign_support") return Boolean(supporterOf(incident, me)?.to_confirm);
  if (offer.kind === "support") return !isOpen(incident) && incident.status !== "closed" && Date.parse(offer.ack_by) > now;
  return isOpen(incident) && Date.parse(offer.ack_by) > now;
}

export const supporterOf = (incident: Incident, me: string | undefined): Supporter | undefined =>
  incident.supporting?.find(({ officer }) => officer === me);

const newestClosed = (a: Incident, b: Incident): number => Date.parse(b.closed_at ?? "") - Date.parse(a.closed_at ?? "");

export function groupsOf(
  incidents: Iterable<Incident>,
  offers: ReadonlyMap<string, Offer>,
  me: string,
  now: number,
  dayBegan: number,
): Groups {
  const groups: Groups = { offered: [], open: [], colleagues: [], mine: [], today: [] };
  for (const incident of incidents) {
    if (isElsewhere(incident)) continue;
    if (incident.status === "closed") {
      if (Date.parse(incident.closed_at ?? "") >= dayBegan) groups.today.push(incident);
    } else if (isAsking(offers.get(incident.id), incident, now, me)) {
      groups.offered.push(incident);
    } else if (isOpen(incident)) {
      groups.open.push(incident);
    } else {
      groups[incident.officer === me || supporterOf(incident, me) ? "mine" : "colleagues"].push(incident);
    }
  }
  for (const group of [groups.offered, groups.open, groups.colleagues, groups.mine]) group.sort(byUrgency);
  groups.today.sort(newestClosed);
  return groups;
}
