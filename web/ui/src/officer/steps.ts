/**
 * Pure: what this officer may do next with an incident, and what it looks like once a queued step has happened.
 *
 * The server decides; this only keeps buttons off the screen that it would refuse.
 */
import type { Incident } from "../shared/incident.ts";

export type Command = "accept" | "decline" | "arrive" | "release" | "resolve" | "settle" | "hand_over" | "reopen";

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
      return mine ? { next: "arrive", others: ["settle", "resolve", "release"] } : { next: null, others: ["settle"] };
    case "on_scene":
      return mine ? { next: "resolve", others: ["release"] } : NONE;
    case "closed":
      return NONE;
  }
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
  return steps.reduce((seen, step) => ({ ...seen, ...changeOf(step, me) }), incident);
}

function changeOf({ command, at }: Done, me: string): Partial<Incident> {
  const when = new Date(at).toISOString();
  switch (command) {
    case "accept":
      return { status: "accepted", officer: me, accepted_at: when };
    case "arrive":
      return { status: "on_scene", arrived_at: when };
    case "release":
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
