/**
 * Pure: a cell of a rule table as a form that asks no one to know the language of cells, and as words.
 *
 * What a form cannot say (several ranges, say) stays as it is typed: `typed`. Whether a cell is sound the server decides.
 */
import type { Column } from "./rules.ts";

export type Sign = "=" | "<" | "<=" | ">" | ">=";

/** What a condition asks of its column. */
export type Condition =
  | { kind: "any" }
  | { kind: "words"; words: string[]; except: boolean }
  | { kind: "compare"; sign: Sign; than: string }
  | { kind: "between"; low: string; high: string }
  | { kind: "flag"; yes: boolean }
  | { kind: "typed"; text: string };

const WORD = /'([^'"\\]*)'|"([^'"\\]*)"/g;
const WORDS = /^(?:'[^'"\\]*'|"[^'"\\]*")(?:\s*,\s*(?:'[^'"\\]*'|"[^'"\\]*"))*$/;
const EXCEPT = /^not\s+in\s*\[\s*(.*?)\s*\]$/;
const COMPARE = /^(>=|<=|>|<)?\s*(-?\d+)$/;
const OVER = /^\[\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*\]\s*,\s*\[\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*\]$/;
const BETWEEN = /^\[\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*\]$/;

export function condition(column: Column, cell: string): Condition {
  const text = cell.trim();
  if (!text) return { kind: "any" };
  return (column.type === "choice" ? words(text) : column.type === "flag" ? yesOrNo(text) : numbers(column, text)) ?? { kind: "typed", text };
}

function words(text: string): Condition | null {
  const inner = EXCEPT.exec(text)?.[1];
  const list = inner ?? text;
  return WORDS.test(list) ? { kind: "words", words: wordsOf(list), except: inner !== undefined } : null;
}

const yesOrNo = (text: string): Condition | null => (text === "true" || text === "false" ? { kind: "flag", yes: text === "true" } : null);

function numbers({ least, most }: Column, text: string): Condition | null {
  const compared = COMPARE.exec(text);
  if (compared) return { kind: "compare", sign: (compared[1] ?? "=") as Sign, than: compared[2] ?? "" };
  const between = BETWEEN.exec(text);
  if (between) return { kind: "between", low: between[1] ?? "", high: between[2] ?? "" };
  // From 22 to 5, say: over the end of the column and on from its beginning.
  const over = OVER.exec(text);
  return over && Number(over[2]) === most && Number(over[3]) === least ? { kind: "between", low: over[1] ?? "", high: over[4] ?? "" } : null;
}

const wordsOf = (text: string): string[] => [...text.matchAll(WORD)].map((found) => found[1] ?? found[2] ?? "");

/** The cell that says so. */
export function cellOf(column: Column, condition: Condition): string {
  switch (condition.kind) {
    case "any":
      return "";
    case "words": {
      const list = condition.words.map((word) => `'${word}'`).join(", ");
      return !list ? "" : condition.except ? `not in [${list}]` : list;
    }
    case "compare":
      return condition.than.trim() === "" ? "" : condition.sign === "=" ? condition.than.trim() : `${condition.sign} ${condition.than.trim()}`;
    case "between": {
      const [low, high] = [condition.low.trim(), condition.high.trim()];
      if (low === "" && high === "") return "";
      return low && high && Number(low) > Number(high) ? `[${low}..${column.most ?? low}], [${column.least ?? 0}..${high}]` : `[${low}..${high}]`;
    }
    case "flag":
      return String(condition.yes);
    case "typed":
      return condition.text.trim();
  }
}

/** An output as a form: its words, its numbers as they are typed, or yes or no; null for a text that is none of them. */
export type Output = { kind: "words"; words: string[] } | { kind: "number"; text: string } | { kind: "flag"; yes: boolean } | { kind: "typed"; text: string };

export function output(column: Column, cell: string): Output {
  const text = cell.trim();
  const inner = column.many ? (/^\[(.*)\]$/.exec(text)?.[1]?.trim() ?? (text ? null : "")) : text;
  if (inner === null) return { kind: "typed", text };
  if (column.type === "flag") return !text || text === "true" || text === "false" ? { kind: "flag", yes: text === "true" } : { kind: "typed", text };
  if (column.type === "number") return { kind: "number", text: inner };
  return !inner || WORDS.test(inner) ? { kind: "words", words: wordsOf(inner) } : { kind: "typed", text };
}

export function cellOfOutput(column: Column, value: Output): string {
  switch (value.kind) {
    case "flag":
      return String(value.yes);
    case "typed":
      return value.text.trim();
    case "number": {
      return column.many ? `[${value.text.split(/[,，、\s]+/).filter(Boolean).join(", ")}]` : value.text.trim();
    }
    case "words": {
      const list = value.words.map((word) => `'${word}'`).join(", ");
      return column.many ? `[${list}]` : list;
    }
  }
}

/** How values are called: the word for a choice, the unit-less number, yes or no. */
export interface Names {
  word(column: Column, value: string): string;
  say(key: "any" | "except" | "yes" | "no" | "none" | "between" | "or", params?: Record<string, string>): string;
}

const SHOWN: Record<Sign, string> = { "=": "", "<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ " };

/** A condition in words: "any", "≤ 50", "fire lane or junction", "all but school". */
export function tellCondition(column: Column, cell: string, names: Names): string {
  const asked = condition(column, cell);
  switch (asked.kind) {
    case "any":
      return names.say("any");
    case "words": {
      const list = asked.words.map((word) => names.word(column, word)).join(names.say("or"));
      return asked.except ? names.say("except", { list }) : list;
    }
    case "compare":
      return `${SHOWN[asked.sign]}${asked.than}`;
    case "between":
      return names.say("between", { low: asked.low, high: asked.high });
    case "flag":
      return names.say(asked.yes ? "yes" : "no");
    case "typed":
      return asked.text;
  }
}

/** What a row says, in words. */
export function tellOutput(column: Column, cell: string, names: Names): string {
  if (!cell.trim()) return names.say("none");
  const value = output(column, cell);
  if (value.kind === "words") return value.words.map((word) => names.word(column, word)).join(names.say("or")) || names.say("none");
  if (value.kind === "flag") return names.say(value.yes ? "yes" : "no");
  return value.text.replace(/,\s*/g, ", ") || names.say("none");
}

/** A value of a stored decision or a golden case, in words. */
export function tellValue(column: Column, value: unknown, names: Names): string {
  if (value === null || value === undefined) return names.say("none");
  if (Array.isArray(value)) return value.map((one) => tellValue(column, one, names)).join(names.say("or"));
  if (typeof value === "boolean") return names.say(value ? "yes" : "no");
  return typeof value === "string" ? names.word(column, value) : String(value);
}
