/**
 * Pure: how urgent an open incident is, and which clock it shows.
 *
 * Instants are milliseconds on the server's clock; nothing here reads one.
 */
import type { Incident } from "./incident.ts";

/** Nobody has it yet: it is with the people concerned, or offered to the officers. */
export const isOpen = (incident: Incident): boolean => incident.status === "waiting" || incident.status === "offered";

/** A hazard that another body is to mend: days, and no officer's affair. The page of hazards has it. */
export const isElsewhere = ({ kind, status }: Incident): boolean => kind === "hazard" && status === "waiting";

/** The priority of what goes before everything else: somebody hurt, dangerous goods. */
export const GRAVE = 3;

/** Grave first; then the earliest deadline, so that what is over stands on top; then priority, then the older one. */
export function byUrgency(a: Incident, b: Incident): number {
  return (
    Number(b.priority >= GRAVE) - Number(a.priority >= GRAVE) ||
    Date.parse(a.respond_by) - Date.parse(b.respond_by) ||
    b.priority - a.priority ||
    Date.parse(a.requested_at) - Date.parse(b.requested_at) ||
    (a.id < b.id ? -1 : 1)
  );
}

/** Which clock an incident shows: the common deadline, or, once somebody has it, the time since he took it. */
export function clockOf(incident: Incident): { startAt: number; dueAt: number; since: "accepted" | "on_scene" | null } {
  const dueAt = Date.parse(incident.respond_by);
  // Who was sent and has not said that he goes has not accepted: the common clock runs on.
  const unconfirmed = Boolean(incident.to_confirm) && incident.status === "accepted";
  if (isOpen(incident) || unconfirmed) return { startAt: dueAt - incident.response_seconds * 1000, dueAt, since: null };
  const since = incident.status === "on_scene" ? "on_scene" : "accepted";
  const began = since === "on_scene" ? incident.arrived_at : incident.accepted_at;
  return { startAt: Date.parse(began ?? incident.accepted_at ?? incident.requested_at), dueAt, since };
}
