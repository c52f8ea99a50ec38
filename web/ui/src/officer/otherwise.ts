/** Pure: a form for deciding otherwise, from the columns that may be, and what is sent of it. */
import type { Decision } from "./pulled.ts";

export interface Column {
  field: string;
  type: "choice" | "number" | "flag";
  choices?: string[];
  least?: number;
  most?: number;
  many: boolean;
  optional: boolean;
}

/** What stands in the form: a word or words, typed numbers, yes or no. */
export type Typed = string | string[] | boolean;
export type Form = Record<string, Typed>;
export type Wish = { result: Record<string, unknown> } | { wrong: string } | { unchanged: true };

/** What was decided of one step of a ladder (or, of any other table, at all), its time in seconds. */
export function decidedOf(decision: Decision, step: number | null, responseSeconds: number): Record<string, unknown> {
  const found = step === null ? decision.results[0] : decision.results.find((one) => one.step === step);
  const decided = { ...found };
  if (decided.after_seconds === null && typeof decided.after_percent === "number") decided.after_seconds = Math.round((responseSeconds * decided.after_percent) / 100);
  return decided;
}

export function formOf(columns: readonly Column[], decided: Record<string, unknown>): Form {
  return Object.fromEntries(columns.map((column) => [column.field, typedOf(column, decided[column.field])]));
}

function typedOf(column: Column, value: unknown): Typed {
  if (column.type === "flag") return value === true;
  if (column.type === "choice" && column.many) return Array.isArray(value) ? value.map(String) : [];
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** Only what is to be otherwise; `wrong` names the first column that cannot be read. */
export function wishOf(columns: readonly Column[], form: Form, decided: Record<string, unknown>): Wish {
  const result: Record<string, unknown> = {};
  for (const column of columns) {
    const value = valueOf(column, form[column.field]!);
    if (value === undefined) return { wrong: column.field };
    if (JSON.stringify(value) !== JSON.stringify(decided[column.field] ?? (column.many ? [] : null))) result[column.field] = value;
  }
  return Object.keys(result).length ? { result } : { unchanged: true };
}

function valueOf(column: Column, typed: Typed): unknown {
  if (typeof typed === "boolean") return typed;
  if (column.type === "choice") return typed === "" ? (column.optional ? null : undefined) : typed;
  const parts = String(typed).split(/[,，、\s]+/).filter(Boolean);
  const numbers = parts.map((part) => numberOf(column, part));
  if (numbers.includes(undefined)) return undefined;
  return column.many ? numbers : numbers.length === 1 ? numbers[0] : undefined;
}

function numberOf(column: Column, part: string): number | undefined {
  const value = Number(part);
  return /^\d+$/.test(part) && value >= (column.least ?? 0) && value <= (column.most ?? 0) ? value : undefined;
}
