/** Records of a whole period: asked for, watched as a worker writes them, given up, fetched. */
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { useDoing } from "../shared/doing.ts";
import { makePoll } from "../shared/polling.ts";
import { sentenceOf } from "../shared/sentences.ts";

export type Format = "csv" | "json" | "parquet";
export type Status = "waiting" | "ready" | "failed" | "cancelled" | "expired";

export interface RecordsFile {
  name: string;
  url: string;
  rows: number;
  bytes: number;
  sha256: string;
}

export interface RecordsExport {
  id: string;
  since: string;
  until: string;
  format: Format;
  plates: boolean;
  officer: string | null;
  status: Status;
  total: number;
  rows: number;
  created_at: string;
  expires_at: string | null;
  files: RecordsFile[];
  archive: string | null;
}

export interface NewRecordsExport {
  since: string;
  until: string;
  format: Format;
  plates: boolean;
  reason: string;
}

export interface Records {
  exports: ShallowRef<RecordsExport[] | null>;
  formats: ShallowRef<Format[]>;
  busy: Ref<boolean>;
  problem: ComputedRef<string>;
  ask(wanted: NewRecordsExport): Promise<boolean>;
  cancel(id: string): Promise<void>;
}

const WRITING_MS = 1500;
const QUIET_MS = 30_000;

/** How much of it is written, of a hundred; what came after it was asked for is not more than all. */
export function percentOf({ rows, total, status }: RecordsExport): number {
  if (status === "ready") return 100;
  return total === 0 ? 0 : Math.min(99, Math.floor((100 * rows) / total));
}

/** Bytes as people say them, powers of a thousand. */
export function sizeText(bytes: number): string {
  const [unit, size] = bytes < 1e6 ? ["kB", bytes / 1e3] : bytes < 1e9 ? ["MB", bytes / 1e6] : ["GB", bytes / 1e9];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export function useRecords(district: string, onLost: () => void): Records {
  const exports = shallowRef<RecordsExport[] | null>(null);
  const formats = shallowRef<Format[]>([]);
  const unread = ref("");
  const doing = useDoing(onLost);

  const read = async (): Promise<void> => {
    try {
      const answer = await call<{ formats: Format[]; exports: RecordsExport[] }>(`/api/v1/districts/${district}/bulk-exports`);
      [formats.value, exports.value, unread.value] = [answer.formats, answer.exports, ""];
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      unread.value = sentenceOf(error);
    }
  };
  const writing = (): boolean => unread.value !== "" || (exports.value ?? []).some(({ status }) => status === "waiting");
  const poll = makePoll(read, () => (writing() ? WRITING_MS : QUIET_MS));
  poll.now();
  onScopeDispose(() => poll.stop());

  return {
    exports,
    formats,
    busy: doing.busy,
    problem: computed(() => doing.problem.value || unread.value),
    async ask(wanted) {
      const done = await doing.go<{ id: string }>("/api/v1/bulk-exports", { district, ...wanted });
      if (done) poll.now();
      return done !== null;
    },
    async cancel(id) {
      await doing.go(`/api/v1/bulk-exports/${id}`, undefined, "DELETE");
      poll.now();
    },
  };
}
