/**
 * The full view of the incident that is open: messages, photos, plate as this officer may see it, what happened.
 *
 * Pulled when it is opened and again whenever the feed brings a newer version; each look is on the record.
 */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import type { PulledIncident } from "../shared/incident.ts";
import { keepable, type Kept } from "./kept.ts";
import type { Column } from "./otherwise.ts";
import type { Watch } from "../shared/vehicles.ts";

/** What a person decided instead, of a ladder of one step (`part`); while it waits it does not count. */
export interface Override {
  id: string;
  part: string;
  result: Record<string, unknown>;
  reason: string;
  by: string;
  at: string;
  waits: boolean;
  confirmed_by: string | null;
  refused_by: string | null;
  refused_reason: string | null;
}

/** What of a decision may still be decided otherwise; of a ladder, which steps. */
export interface Openness {
  columns: Column[];
  steps?: number[];
}
import type { Words } from "../shared/words.ts";

/** What a table of rules decided of the incident, by which version and row; and what a person decided instead. */
export interface Decision {
  id: string;
  at: string;
  table: string;
  sentence: { zh: string; en: string };
  source: Words;
  number: number;
  scope: string;
  because: Words[];
  inputs: Record<string, unknown>;
  results: Record<string, unknown>[];
  instead: string | null;
  overrides: Override[];
  may: Openness | null;
  why_not: string | null;
}

export interface FullIncident extends PulledIncident {
  /** The whole plate, for those who may see it. */
  plate_full?: string | null;
  /** What the vehicle is looked out for; of an auxiliary officer only that he is to ask an officer. */
  watch?: Watch[];
  caution?: boolean;
  /** For those who may know why: the police and commanders. */
  decisions?: Decision[];
  /** What is to become of the matter, as it counts now; `by` whom if a person decided it. */
  disposition?: { disposition: string; by: string | null; waits: boolean } | null;
}

export interface Pulled {
  full: ShallowRef<FullIncident | null>;
  problem: ShallowRef<ApiError | null>;
  /** It comes from this phone: what is personal is missing until there is a network again. */
  partial: ShallowRef<boolean>;
  pull(): Promise<void>;
}

const RETRY_MS = 3000;

export function usePulled(id: string, version: () => number | undefined, kept: Kept): Pulled {
  const full = shallowRef<FullIncident | null>(null);
  const problem = shallowRef<ApiError | null>(null);
  const partial = shallowRef(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const pull = async (): Promise<void> => {
    clearTimeout(timer);
    try {
      const { incident } = await call<{ incident: FullIncident }>(`/api/v1/incidents/${id}`);
      if (!full.value || partial.value || incident.version >= full.value.version) full.value = incident;
      problem.value = null;
      partial.value = false;
      kept.keep(`incident:${id}`, keepable(incident));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.transient) return void (problem.value = error);
      await remember();
      if (!stopped) timer = setTimeout(() => void pull(), RETRY_MS);
    }
  };

  const remember = async (): Promise<void> => {
    if (full.value) return;
    const remembered = await kept.recall<FullIncident>(`incident:${id}`);
    if (!remembered || full.value) return;
    [full.value, partial.value] = [remembered, true];
  };

  watch(version, () => void pull(), { immediate: true });
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
  });
  return { full, problem, partial, pull };
}

export function messagesOf(full: FullIncident | null): string[] {
  return (full?.messages ?? []).map((message) => (typeof message === "string" ? message : message.text)).filter(Boolean);
}
