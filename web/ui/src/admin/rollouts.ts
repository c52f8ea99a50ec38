/** What the rollout desk's part of the API sends, and how its figures are written. */
import { t } from "../shared/i18n.ts";

export type State = "off" | "integrating" | "pilot" | "live";

export interface Flag {
  key: string;
  kind: "module" | "feature" | "rule";
  built: boolean;
  killed: boolean;
  version: number;
  /** By district. */
  stages: Record<string, { state: State; percent: number | null }>;
  /** Of a version of a rule: its number, and whose it is. */
  rule: string | null;
}

export interface Estimate {
  n: number;
  value: number | null;
  low: number | null;
  high: number | null;
}

export const FIGURES = ["kept", "breached", "errors", "complaints", "answer_p90", "accept_p90"] as const;
export type Figure = (typeof FIGURES)[number];

export interface Groups {
  pilot: Record<Figure, Estimate>;
  control: Record<Figure, Estimate>;
  control_is: "off" | "outside" | "live";
  checks: Check[];
}

export interface Guard {
  figure: Figure;
  worse_by?: number;
  limit?: number;
  least_n?: number;
}

/** One bound of a guard and how the pilot stands to it; the server's `Check`. */
export interface Check {
  figure: Figure;
  against: "control" | "limit";
  allowed: number;
  found: number | null;
  /** The share of what is allowed that is used up; null while there are too few. */
  used: number | null;
  state: "too_few" | "within" | "unclear" | "crossed";
  n: number;
  control_n: number | null;
  least_n: number;
}

export interface Rollout {
  id: string;
  flag: string;
  districts: string[];
  percent: number;
  status: "running" | "paused" | "finished" | "rolled_back";
  guards: Guard[];
  started_at: string;
  ended_at: string | null;
  reason: string | null;
  groups?: Groups;
}

/** Its name; a version of a rule goes by its table. */
export function flagName(key: string): string {
  const [kind, name] = key.split(".");
  return kind === "rule" ? t("admin.flag.rule", { table: t(`rules.table.${name}`) }) : t(`admin.flag.${kind}.${name}`);
}

/** `2 · 511802`, a version's number and whose it is, in words. */
export function ruleName(rule: string, districts: readonly { code: string; name: string }[]): string {
  const [number, code] = rule.split(" · ");
  const name = districts.find((one) => one.code === code)?.name ?? t("desk.whole_city");
  return `${t("desk.number", { n: number ?? "" })} · ${name}`;
}

/** `module.duty`, or `rule.response.<id>`, as the API wants it said. */
export function subjectOf(key: string): Record<string, unknown> {
  const [type, name, version] = key.split(".");
  return type === "rule" ? { type, name, version } : { type, name };
}

export const isTime = (figure: Figure): boolean => figure.endsWith("_p90");

/** The figure itself; a dash without cases, and in words where fewer than nine of ten came at all. */
export function figured(figure: Figure, { n, value }: Estimate): string {
  return n > 0 && value === null ? t("admin.figure.not_reached") : written(figure, value);
}

/** The interval; an open end where too few came to bound it. */
export function between(figure: Figure, { n, low, high }: Estimate): string {
  return n === 0 || (low === null && high === null) ? "" : `${written(figure, low)} … ${written(figure, high)}`;
}

/** A share in per cent with one decimal, a time in whole seconds; a dash for what cannot be said. */
function written(figure: Figure, value: number | null): string {
  if (value === null) return "–";
  return isTime(figure) ? t("admin.seconds", { n: Math.round(value) }) : `${(value * 100).toFixed(1)}%`;
}

/** Why it was rolled back, when the service did it: the name of the guard's figure. */
export function guardOf(reason: string | null): Figure | null {
  const name = reason?.startsWith("guard:") ? reason.slice(6) : "";
  return FIGURES.find((figure) => figure === name) ?? null;
}
