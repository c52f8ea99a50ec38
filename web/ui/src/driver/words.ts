/**
 * Pure: what an incident says to the requester and to the owner: the headline, what happens next, what has happened.
 *
 * Gives keys of the catalogue with their parameters; draws nothing and reads no clock.
 */
import type { Notice, PulledIncident, TimelineEntry } from "../shared/incident.ts";

export type Role = "requester" | "owner";

export interface Words {
  head: string;
  next: string;
}

/** What the ring shows: the common clock, the owner's promise, police at work, or an end. */
export type Face = "clock" | "promise" | "police" | "done" | "ended";

export function faceOf(incident: PulledIncident, now: number): Face {
  if (incident.status === "closed") return incident.outcome === "cancelled" ? "ended" : "done";
  if (incident.status === "on_scene") return "police";
  const due = Date.parse(incident.respond_by);
  if (incident.status === "waiting") return incident.deferred && incident.promised_by && now >= due ? "promise" : "clock";
  return now < due ? "clock" : "police";
}

/** What an owner is told otherwise where nobody waits: an officer saw the car and asks himself. */
const BY_OFFICER = /^(waiting|coming|moved|cannot|handing|offered$|nobody)/;

export function wordsOf(incident: PulledIncident, role: Role, now: number): Words {
  const situation = situationOf(incident, role, now);
  const area = role !== "owner" ? "driver.requester" : incident.requesters === 0 && BY_OFFICER.test(situation) ? "owner.officer" : "owner";
  const key = `${area}.${situation}`;
  return { head: `${key}.head`, next: `${key}.next` };
}

function situationOf(incident: PulledIncident, role: Role, now: number): string {
  const { status, reply } = incident;
  if (status === "closed") return `closed.${incident.outcome ?? "resolved"}`;
  if (status === "on_scene" || status === "accepted") return status;
  if (status === "offered") return offeredOf(incident);
  if (incident.deferred) return "deferred";
  if (now >= Date.parse(incident.respond_by)) return "handing_over";
  if (reply) return reply === "coming" && lateOf(incident) ? "coming_late" : reply;
  if (role === "owner" || noticeOf(incident)) return "waiting";
  if (incident.notices?.length && incident.notices.every(({ status }) => status === "failed")) return "unreached";
  return incident.location ? "sending" : "sending_later";
}

function offeredOf(incident: PulledIncident): string {
  if (incident.nobody_on_duty) return "nobody";
  return incident.reply === "cannot" || incident.reply === "not_mine" ? `offered_${incident.reply}` : "offered";
}

/** The owner promises to come, but later than the five minutes. */
export function lateOf(incident: PulledIncident): boolean {
  return incident.promised_by !== null && Date.parse(incident.promised_by) > Date.parse(incident.respond_by);
}

const TOLD_STATES = new Set(["sent", "delivered", "seen", "answered"]);

/** The first message that reached the owner; it counts as seen when his phone said so. */
function noticeOf(incident: PulledIncident): Notice | undefined {
  return incident.notices?.find(({ status }) => TOLD_STATES.has(status));
}

export interface Line {
  key: string;
  at: string;
  params?: Record<string, string>;
}

const TOLD = new Set([
  "requested", "joined", "answered", "handed_over", "breached", "accepted", "arrived", "released", "deferred",
  "settled", "withdrawn", "cancelled", "resolved", "reopened", "unmerged", "transferred", "assigned", "reassigned", "absorbed",
]); // prettier-ignore

/** What has happened, oldest first; what only officers need to know is left out. */
export function linesOf(incident: PulledIncident, role: Role): Line[] {
  const lines = incident.timeline.filter(({ event }) => TOLD.has(event)).map((entry) => lineOf(entry, incident));
  if (role === "requester") lines.push(...(incident.notices ?? []).flatMap(noticeLine), ...seenLine(incident));
  return lines.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** "Told on WeChat 18:37:12", "SMS delivered 18:38:14"; what was opened was delivered. */
function noticeLine({ status, channel, contact, at, sent_at, delivered_at }: Notice): Line[] {
  const line = (state: string, since: string): Line[] => [{ key: `driver.told.${state}`, at: since, params: { channel, who: contact > 1 ? "2" : "1" } }];
  if (status === "failed" || status === "unknown") return line(status, at);
  if (delivered_at) return line("delivered", delivered_at);
  return TOLD_STATES.has(status) && sent_at ? line("sent", sent_at) : [];
}

/** Opened once is opened, by whichever message. */
function seenLine({ notices }: PulledIncident): Line[] {
  const opened = notices?.find(({ status }) => status === "seen" || status === "answered");
  return opened ? [{ key: "driver.event.seen", at: opened.seen_at ?? opened.at }] : [];
}

function lineOf({ event, at, detail }: TimelineEntry, incident: PulledIncident): Line {
  if (event !== "answered") return { key: `driver.event.${event}`, at };
  const said = typeof detail === "string" ? detail : (detail as { reply?: string } | undefined)?.reply;
  return { key: `driver.event.answered.${said ?? incident.reply ?? "coming"}`, at };
}

export function messagesOf(incident: PulledIncident): string[] {
  return (incident.messages ?? []).map(({ text }) => text);
}
