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

/** The incident as it will be once the queued commands are through, in their order. */
export function afterSteps(incident: Incident, commands: readonly Command[], me: string): Incident {
  return commands.reduce((seen, command) => afterStep(seen, command, me), incident);
}

function afterStep(incident: Incident, command: Command, me: string): Incident {
  switch (command) {
    case "accept":
      return { ...incident, status: "accepted", officer: me };
    case "arrive":
      return { ...incident, status: "on_scene" };
    case "release":
    case "hand_over":
    case "reopen":
      return { ...incident, status: "offered", officer: null };
    case "resolve":
    case "settle":
      return { ...incident, status: "closed" };
    case "decline":
      return incident;
  }
}
