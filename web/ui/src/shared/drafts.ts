/** Drafts for the official register: how many it does not know, exporting them, having one again. Whole plates: kept nowhere. */
import { ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "./api.ts";
import { useDoing } from "./doing.ts";
import { sentenceOf } from "./sentences.ts";

/** Of what: parking records, or verified reports. */
export type Draft = "parking" | "reports";
const PATHS: Record<Draft, string> = { parking: "parking-exports", reports: "report-exports" };

export interface Taken {
  id: string;
  at: string;
  drafts: number;
  csv: string;
  json: string;
}

export interface Counted {
  drafts: number;
  withdrawn: number;
  exports: Taken[];
}

export interface Done {
  id: string;
  csv: string;
  json: string;
  more: boolean;
  drafts: unknown[];
}

/** Whole days of Beijing, both included, as the instants of the API; null while one is missing or they are in the wrong order. */
export function periodOf(first: string, last: string): { since: string; until: string } | null {
  const [since, end] = [Date.parse(`${first}T00:00:00+08:00`), Date.parse(`${last}T00:00:00+08:00`)];
  if (Number.isNaN(since) || Number.isNaN(end) || end < since) return null;
  return { since: new Date(since).toISOString(), until: new Date(end + 86_400_000).toISOString() };
}

export interface Exporting {
  counted: ShallowRef<Counted | null>;
  done: ShallowRef<Done | null>;
  busy: Ref<boolean>;
  problem: Ref<string>;
  export(reason: string): Promise<void>;
}

export function useExporting(of: Draft, district: Ref<string>, period: Ref<ReturnType<typeof periodOf>>, onLost: () => void): Exporting {
  const counted = shallowRef<Counted | null>(null);
  const done = shallowRef<Done | null>(null);
  const doing = useDoing(onLost);
  const failed = ref("");

  let asking = 0;
  const count = async (): Promise<void> => {
    const wanted = period.value;
    const turn = ++asking;
    counted.value = null;
    failed.value = "";
    if (!wanted) return;
    try {
      const answer = await call<Counted>(`/api/v1/districts/${district.value}/${PATHS[of]}?${new URLSearchParams(wanted)}`);
      if (turn === asking) counted.value = answer;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      if (turn === asking) failed.value = sentenceOf(error);
    }
  };
  watch([period, district], () => ((done.value = null), void count()), { immediate: true });

  return {
    counted,
    done,
    busy: doing.busy,
    problem: failed,
    async export(reason) {
      const wanted = period.value;
      if (!wanted) return;
      const answer = await doing.go<{ export: Done }>(`/api/v1/${PATHS[of]}`, { district: district.value, ...wanted, reason });
      failed.value = doing.problem.value;
      if (!answer) return;
      done.value = answer.export;
      await count();
    },
  };
}
