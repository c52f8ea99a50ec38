/** Pure: the lines of the ticker, newest first and never more than a wall needs. */
import type { Incident, Publication } from "../shared/incident.ts";

export interface TickerLine {
  /** One event of one incident is one line, however often it is told. */
  id: string;
  event: string;
  at: string;
  incident: Incident;
}

const MOST = 40;

export function lineOf({ event, incident, at }: Publication): TickerLine {
  return { id: `${incident.id}:${event}:${Date.parse(at)}`, event, at, incident };
}

export function addLine(lines: readonly TickerLine[], line: TickerLine): readonly TickerLine[] {
  if (lines.some(({ id }) => id === line.id)) return lines;
  return [...lines, line].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MOST);
}

/** What the open incidents tell of the last minutes, so that a wall just switched on is not silent. */
export function linesFrom(incidents: Iterable<Incident>): readonly TickerLine[] {
  let lines: readonly TickerLine[] = [];
  for (const incident of incidents) {
    const told: [event: string, at: string | null][] = [
      [incident.kind === "move_car" ? "requested" : "reported", incident.requested_at],
      ["answered", incident.answered_at],
      ["handed_over", incident.handed_over_at],
      ["breached", incident.breached_at],
      ["accepted", incident.accepted_at],
      ["arrived", incident.arrived_at],
    ];
    for (const [event, at] of told) if (at) lines = addLine(lines, lineOf({ event, incident, at }));
  }
  return lines;
}

export type Tone = "bad" | "warn" | "ok" | "info" | "idle";

const TONES: Record<string, Tone> = {
  breached: "bad", escalated: "warn", handed_over: "warn", lapsed: "warn", declined: "warn", released: "warn", reopened: "warn",
  settled: "ok", resolved: "ok", arrived: "info", accepted: "info", answered: "info", requested: "info", reported: "info",
  agreed: "ok", mended: "ok", determined: "info", referred: "info", noted: "info", annulled: "warn", expired: "idle",
}; // prettier-ignore

export const toneOf = (event: string): Tone => TONES[event] ?? "idle";
