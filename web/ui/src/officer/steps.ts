/**
 * Pure: what this officer may do next with an incident, and what it looks like once a queued step has happened.
 *
 * The server decides; this only keeps buttons off the screen that it would refuse.
 */
import type { Incident } from "../shared/incident.ts";

export type Command = "accept" | "decline" | "arrive" | "release" | "resolve" | "settle" | "hand_over" | "reopen" | "backup" | "support";

export interface Person {
  role: string;
  service_number: string;
}

export interface Steps {
  /** The one big button. */
  next: Command | null;
  others: Command[];
}

const NONE: Steps = { next: null, others: [] };

/** `asked`: an open offer of this incident is his. */
export function stepsOf(incident: Incident, person: Person, onDuty: boolean, asked: boolean): Steps {
  if (person.role === "commander") return commanderSteps(incident);
  if (!onDuty || !["police", "auxiliary"].includes(person.role)) return NONE;
  const mine = incident.officer === person.service_number;
  switch (incident.status) {
    case "waiting":
    case "offered":
      return { next: "accept", others: asked ? ["settle", "decline"] : ["settle"] };
    case "accepted":
      if (!mine) return besideSteps(incident, person, asked);
      return incident.to_confirm ? { next: "accept", others: ["release", "settle", "backup"] } : { next: "arrive", others: ["backup", "settle", "resolve", "release"] };
    case "on_scene":
      return mine ? { next: "resolve", others: ["backup", "release"] } : besideSteps(incident, person, asked);
    case "closed":
      return NONE;
  }
}

/** Beside the officer who has it: coming as backup, arriving, leaving. */
function besideSteps(incident: Incident, person: Person, asked: boolean): Steps {
  const settle: Command[] = incident.status === "accepted" ? ["settle"] : [];
  const me = incident.supporting?.find(({ officer }) => officer === person.service_number);
  if (me?.to_confirm) return { next: "support", others: ["release", ...settle] };
  if (me) return me.arrived_at ? { next: null, others: ["backup", "release", ...settle] } : { next: "arrive", others: ["backup", "release", ...settle] };
  const wanted = Boolean(incident.backup_at) && (incident.supporting?.length ?? 0) < (incident.backup_wanted ?? 0);
  if (asked) return { next: "support", others: ["decline", ...settle] };
  return { next: wanted ? "support" : null, others: settle };
}

function commanderSteps({ status }: Incident): Steps {
  if (status === "waiting") return { next: "hand_over", others: [] };
  return status === "closed" ? { next: null, others: ["reopen"] } : { next: null, others: ["resolve"] };
}

/** What may be said at the end. An auxiliary officer states that it is over, never that somebody was wrong. */
export function outcomesOf(role: string): string[] {
  return role === "auxiliary" ? ["resolved", "settled"] : ["resolved", "settled", "rejected", "duplicate"];
}

/** A step that was done on this phone; `at` in milliseconds on the server's clock. */
export interface Done {
  /** A `Command`; anything else, such as a photo, changes nothing that is shown. */
  command: string;
  at: number;
}

/** The incident as it will be once the queued steps are through, in their order. */
export function afterSteps(incident: Incident, steps: readonly Done[], me: string): Incident {
  return steps.reduce((seen, step) => ({ ...seen, ...changeOf(seen, step, me) }), incident);
}

function changeOf(seen: Incident, { command, at }: Done, me: string): Partial<Incident> {
  const supports = seen.supporting?.some(({ officer }) => officer === me) ?? false;
  const when = new Date(at).toISOString();
  switch (command) {
    case "accept":
      return { status: "accepted", officer: me, accepted_at: when, to_confirm: false };
    case "arrive":
      return supports ? {} : { status: "on_scene", arrived_at: when };
    case "release":
      if (supports) return { supporting: (seen.supporting ?? []).filter(({ officer }) => officer !== me) };
      return { status: "offered", officer: null };
    case "hand_over":
    case "reopen":
      return { status: "offered", officer: null };
    case "resolve":
      return { status: "closed", closed_at: when, outcome: "resolved" };
    case "settle":
      return { status: "closed", closed_at: when, outcome: "settled" };
    default:
      return {};
  }
}
