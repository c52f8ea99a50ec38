/**
 * Pure: which incident stands where on the officer's phone, most urgent first.
 *
 * Knows no clock and no page; `now` is the server's, in milliseconds.
 */
import type { Incident } from "../shared/incident.ts";
import { byUrgency, isOpen } from "../shared/urgency.ts";

/** An offer to this officer: he is asked by name, and has until `ack_by`. */
export interface Offer {
  id: string;
  status: string;
  ack_by: string;
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

export function isAsking(offer: Offer | undefined, incident: Incident, now: number): boolean {
  return Boolean(offer && ASKING.has(offer.status) && isOpen(incident) && Date.parse(offer.ack_by) > now);
}

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
    if (incident.status === "closed") {
      if (Date.parse(incident.closed_at ?? "") >= dayBegan) groups.today.push(incident);
    } else if (isOpen(incident)) {
      groups[isAsking(offers.get(incident.id), incident, now) ? "offered" : "open"].push(incident);
    } else {
      groups[incident.officer === me ? "mine" : "colleagues"].push(incident);
    }
  }
  for (const group of [groups.offered, groups.open, groups.colleagues, groups.mine]) group.sort(byUrgency);
  groups.today.sort(newestClosed);
  return groups;
}
