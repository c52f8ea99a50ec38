/**
 * Pure: which incident stands where on the officer's phone, most urgent first.
 *
 * Knows no clock and no page; `now` is the server's, in milliseconds.
 */
import type { Incident } from "../shared/incident.ts";

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

export const isOpen = (incident: Incident): boolean => incident.status === "waiting" || incident.status === "offered";

export function isAsking(offer: Offer | undefined, incident: Incident, now: number): boolean {
  return Boolean(offer && ASKING.has(offer.status) && isOpen(incident) && Date.parse(offer.ack_by) > now);
}

/** The earliest deadline first, so that what is over stands on top; then priority, then the older one. */
export function byUrgency(a: Incident, b: Incident): number {
  return (
    Date.parse(a.respond_by) - Date.parse(b.respond_by) ||
    b.priority - a.priority ||
    Date.parse(a.requested_at) - Date.parse(b.requested_at) ||
    (a.id < b.id ? -1 : 1)
  );
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

/** Midnight before `now` in China, which has one time zone and no summer time. */
export function dayBeginning(now: number): number {
  const [day, zone] = [86_400_000, 8 * 3_600_000];
  return Math.floor((now + zone) / day) * day - zone;
}

/** Which clock an incident shows: the common deadline, or, once somebody has it, the time since he took it. */
export function clockOf(incident: Incident): { startAt: number; dueAt: number; since: "accepted" | "on_scene" | null } {
  const dueAt = Date.parse(incident.respond_by);
  if (isOpen(incident)) return { startAt: dueAt - incident.response_seconds * 1000, dueAt, since: null };
  const since = incident.status === "on_scene" ? "on_scene" : "accepted";
  const began = since === "on_scene" ? incident.arrived_at : incident.accepted_at;
  return { startAt: Date.parse(began ?? incident.accepted_at ?? incident.requested_at), dueAt, since };
}
