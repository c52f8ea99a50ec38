/** What the server tells of a district's hazards; and, pure, what can be done with one and how it stands. */
import type { Location, Outcome, Status } from "../shared/incident.ts";

export interface Hazard {
  id: string;
  reason: string;
  status: Status;
  outcome: Outcome | null;
  place: string | null;
  location: Location | null;
  body: string;
  agency: string | null;
  filing: string | null;
  number: string | null;
  source: "phone" | "open311";
  followers: number;
  photos: number;
  officer: string | null;
  requested_at: string;
  respond_by: string;
  noted_at: string | null;
  promised_by: string | null;
  mended_at: string | null;
  closed_at: string | null;
  reopen_until: string | null;
  overdue: boolean;
}

export interface Agency {
  id: string;
  code: string;
  body: string;
  district: string | null;
  name: string;
  name_en: string;
  channel: string;
  has_contact: boolean;
  has_key: boolean;
}

export interface HazardList {
  now: string;
  hazards: Hazard[];
  agencies: Agency[];
}

export type Step = "refer" | "take_note" | "mend" | "resolve";

/** What a commander can do with it now, by the table of the life-cycle. */
export function stepsOf(hazard: Hazard): Step[] {
  if (hazard.status === "closed") return [];
  return hazard.status === "waiting" ? ["take_note", "mend", "refer", "resolve"] : ["mend", "refer", "resolve"];
}

export type State = "overdue" | "waiting" | "noted" | "offered" | "accepted" | "on_scene" | "mended" | "closed";

export function stateOf(hazard: Hazard): State {
  if (hazard.status === "closed") return hazard.outcome === "settled" || hazard.outcome === "resolved" ? "mended" : "closed";
  if (hazard.overdue) return "overdue";
  if (hazard.status !== "waiting") return hazard.status;
  return hazard.promised_by ? "noted" : "waiting";
}
