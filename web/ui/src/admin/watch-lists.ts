/** Sending a list of vehicles to look out for: the dry run first, then the same file for real. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call, newKey } from "../shared/api.ts";
import { t } from "../shared/i18n.ts";
import { sentenceOf } from "../shared/sentences.ts";

export interface RefusedLine {
  line: number;
  column: string;
  why: string;
  value: string;
  message: string;
}

export interface TakenIn {
  id: string | null;
  new: number;
  changed: number;
  ended: number;
  unchanged: number;
  repeated: number;
  refused: number;
  refused_lines: RefusedLine[];
  ignored_columns: string[];
}

export interface Lists {
  imports: { id: string; scope: string; source: string; whole: boolean; new: number; changed: number; ended: number; unchanged: number; refused: number; by: string | null; at: string }[];
  sources: { scope: string; source: string; standing: Record<string, number> }[];
}

export interface Wish {
  file: File;
  scope: string;
  source: string;
  kind: string;
  whole: boolean;
  refuse: "file" | "line";
}

const PATIENCE_MS = 60_000; // the longest list over a slow line

export function useWatchLists(onLost: () => void): { found: ShallowRef<Lists | null>; problem: Ref<string>; load(): Promise<void> } {
  const found = shallowRef<Lists | null>(null);
  const problem = ref("");
  const load = async (): Promise<void> => {
    try {
      found.value = await call<Lists>("/api/v1/watch-lists");
      problem.value = "";
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
    }
  };
  void load();
  return { found, problem, load };
}

export function queryOf({ scope, source, kind, whole, refuse }: Omit<Wish, "file">, ends = 0): string {
  const query = new URLSearchParams({ scope, source, refuse });
  if (kind) query.set("kind", kind);
  if (whole) query.set("whole", "1");
  if (ends) query.set("ends", String(ends));
  return query.toString();
}

export interface Sending {
  told: ShallowRef<TakenIn | null>;
  done: ShallowRef<TakenIn | null>;
  busy: Ref<boolean>;
  problem: Ref<string>;
  check(wish: Wish): Promise<void>;
  /** Whether it was taken in. */
  takeIn(wish: Wish, ends: number): Promise<boolean>;
  forget(): void;
}

export function useSending(onLost: () => void): Sending {
  const told = shallowRef<TakenIn | null>(null);
  const done = shallowRef<TakenIn | null>(null);
  const busy = ref(false);
  const problem = ref("");
  let key = newKey();

  const send = async (path: string, wish: Wish, ends: number): Promise<TakenIn | null> => {
    if (busy.value) return null;
    busy.value = true;
    problem.value = "";
    const body = new FormData();
    body.append("file", wish.file);
    try {
      return await call<TakenIn>(`${path}?${queryOf(wish, ends)}`, { body, key, timeoutMs: PATIENCE_MS });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
      if (error instanceof ApiError && !error.transient) key = newKey();
      return null;
    } finally {
      busy.value = false;
    }
  };

  return {
    told,
    done,
    busy,
    problem,
    async check(wish) {
      told.value = done.value = null;
      key = newKey();
      told.value = await send("/api/v1/watch-lists/check", wish, 0);
    },
    async takeIn(wish, ends) {
      const answer = await send("/api/v1/watch-lists", wish, ends);
      if (!answer?.id) return false;
      [done.value, told.value] = [answer, null];
      key = newKey();
      return true;
    },
    forget() {
      told.value = done.value = null;
      problem.value = "";
    },
  };
}

/** A cell that a spreadsheet would take for a formula is made a text. */
const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** The report of refused lines, with a byte order mark so that spreadsheets in China read it right. */
export function csvOf(lines: readonly RefusedLine[]): string {
  const head = [t("vehicles.column.line"), t("vehicles.column.column"), t("vehicles.column.value"), t("vehicles.column.why")];
  const rows = lines.map((one) => [String(one.line), t(`vehicles.column.${one.column}`), one.value, one.message]);
  return `\uFEFF${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
