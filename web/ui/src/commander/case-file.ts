/** Pure: what a case file says of one of its entries, in the page's language; what has no words of its own is told by its code. */
import { has, t } from "../shared/i18n.ts";
import { eventText } from "../shared/staff-words.ts";

export const WHATS = ["event", "offer", "notice", "decision", "override", "message", "evidence", "audit"] as const;
export type What = (typeof WHATS)[number];

export interface Entry {
  at: string;
  what: What;
  name: string;
  by: string | null;
  detail: Record<string, unknown>;
}

export interface Evidence {
  id: string;
  kind: string;
  name: string;
  by: string | null;
  sha256: string | null;
  kept: boolean;
}

export interface CaseFile {
  id: string;
  plate: string | null;
  now: string;
  entries: Entry[];
  evidence: Evidence[];
  archive: string;
}

const worded = (key: string, code: string): string => (has(key) ? t(key) : code);

/** A service number as it is; who took part by what he was. Of a notice and an offer it is whom they went to. */
export function whoOf({ what, by }: Entry): string {
  if (!by) return "";
  const who = by.includes(":") || has(`case.who.${by}`) ? worded(`case.who.${by.split(":")[0]}`, by) : by;
  return t(what === "notice" || what === "offer" ? "case.to" : "case.by", { by: who });
}

export function titleOf({ what, name, detail }: Entry): string {
  if (what === "event") return eventText(name);
  if (what === "audit") return worded(`audit.action.${name}`, name);
  const table = worded(`rules.table.${name}`, name);
  if (what === "decision") return typeof detail.number === "number" ? t("case.version", { table, number: detail.number }) : table;
  if (what === "message") return t("case.what.message");
  return worded(`case.${what}.${name}`, what === "override" ? table : name);
}

const FACTS = ["inputs", "rows", "results", "result", "instead"] as const;

/** What a rule was asked and what it said, as it was recorded: of a decision, and of what people decided instead. */
export function factsOf({ what, detail }: Entry): { name: string; value: string }[] {
  if (what !== "decision" && what !== "override") return [];
  const told = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(told).join("\n");
    if (value === null || typeof value !== "object") return String(value);
    return Object.entries(value).filter(([, one]) => one !== null).map(([key, one]) => `${key}: ${Array.isArray(one) ? one.join(", ") : String(one)}`).join("; ");
  };
  return FACTS.filter((name) => detail[name] !== undefined).map((name) => ({ name, value: told(detail[name]) }));
}

/** Words of people first; what is left of a detail as it was recorded. Hashes stand in the archive and with the evidence. */
export function detailOf({ what, detail }: Entry): string {
  const told = (name: string): string => (typeof detail[name] === "string" ? (detail[name] as string) : "");
  if (what === "message") return told("text");
  if (what === "evidence") return told("name");
  if (what === "decision" || what === "override") return told("reason");
  if (what === "audit") return [detail.success === false ? t("case.refused") : "", told("reason")].filter(Boolean).join(" · ");
  if (what === "notice") return [told("channel"), told("template"), told("failure"), told("code")].filter(Boolean).join(" · ");
  return [told("officer"), told("reason"), told("note")].filter(Boolean).join(" · ");
}
