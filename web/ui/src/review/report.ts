/** A report as an officer sees it, and what he may say of it. Pure. */
import type { Offence, ReportState, ReportStep } from "../report/data.ts";

export interface Check {
  name: string;
  ok: boolean | null;
  n?: number | null;
}

export interface Similar {
  id: string;
  state: ReportState;
  offence: Offence;
  place?: string | null;
  happened_at: string;
}

export interface Report {
  id: string;
  state: ReportState;
  version: number;
  district: string;
  offence: Offence;
  plate: string;
  place?: string | null;
  location?: { lat: number; lng: number; accuracy_m?: number | null } | null;
  happened_at: string;
  filed_at: string;
  due_by: string;
  reason?: string | null;
  media: number;
  live?: boolean;
  people: number;
  overdue?: boolean;
  mine?: boolean;
  /** The colleague who has it before him. */
  taken_by?: string | null;
  days_left?: number | null;
}

export interface WholeReport extends Report {
  plate_full: string;
  words?: string | null;
  objection?: string | null;
  steps: (ReportStep & { officer?: string | null })[];
  uploads: string[];
  checks: Check[];
  similar?: Similar[];
  second_person?: boolean;
  goes_now?: boolean;
  reviewed_until?: string | null;
}

export type Command = "verify" | "reject" | "duplicate" | "ask_more" | "agree" | "send_back" | "uphold";
/** The key of each command, as it stands on its button. */
export const KEYS: Record<Command, string> = { verify: "V", reject: "R", duplicate: "D", ask_more: "M", agree: "A", send_back: "B", uphold: "U" };
/** Those that need a choice before they are said. */
export const CHOOSES: readonly Command[] = ["reject", "duplicate", "ask_more", "send_back", "uphold"];

/** What may be said of a report in this state, the one that is said most first. */
export function commandsOf(state: ReportState): readonly Command[] {
  if (state === "waiting") return ["verify", "reject", "duplicate", "ask_more"];
  if (state === "second") return ["agree", "send_back"];
  return state === "objected" ? ["verify", "uphold"] : [];
}

/** Which command a key stands for now. */
export const commandOf = (key: string, state: ReportState): Command | null =>
  commandsOf(state).find((command) => KEYS[command] === key.toUpperCase()) ?? null;

/** Due first, as the server sorts them: what is overdue is on top by itself. */
export const byDue = (reports: readonly Report[]): Report[] =>
  [...reports].sort((a, b) => Date.parse(a.due_by) - Date.parse(b.due_by) || Date.parse(a.filed_at) - Date.parse(b.filed_at));
