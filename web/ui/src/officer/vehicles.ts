/** Vehicles as the API tells them, and searching for one: page after page, one look. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { sentenceOf } from "../shared/sentences.ts";

export interface Watch {
  kind: string;
  plate_class: string;
  date: string | null;
}

export interface HistoryEntry {
  incident: string;
  kind: string;
  plate_class: string;
  district: string;
  reason: string;
  status: string;
  outcome: string | null;
  requested_at: string;
  notified_at: string | null;
  notices: number;
  answered_at: string | null;
  reply: string | null;
  moved_at: string | null;
  closed_at: string | null;
  officer: string | null;
  disposition: string | null;
}

export interface History {
  plate: string | null;
  non_motor: { kind: string; colour: string | null; description: string | null; frame: string | null; district: string; recorded_at: string } | null;
  watch: Watch[];
  entries: HistoryEntry[];
  elsewhere: number;
  next: string | null;
}

export interface NonMotor {
  vehicle: string;
  number: string;
  plate_class: string;
  kind: string;
  colour: string | null;
  description: string | null;
  frame_known: boolean;
  recorded_at: string;
}

export interface Wish {
  plate?: string;
  plate_class?: string;
  frame?: string;
  reason: string;
}

/** A stolen car or a cloned plate: somebody is harmed by it now. */
export const isGraveKind = (kind: string): boolean => kind === "stolen" || kind === "cloned";

export interface Searching {
  found: ShallowRef<History | null>;
  busy: Ref<boolean>;
  problem: Ref<string>;
  field: Ref<string>;
  search(wish: Wish): Promise<void>;
  more(): Promise<void>;
}

export function useSearching(onLost: () => void): Searching {
  const found = shallowRef<History | null>(null);
  const busy = ref(false);
  const problem = ref("");
  const field = ref("");
  let last: Wish | null = null;

  const ask = async (wish: Wish, before: string | null): Promise<History | null> => {
    if (busy.value) return null;
    busy.value = true;
    problem.value = field.value = "";
    try {
      return await call<History>("/api/v1/vehicles/search", { body: before === null ? wish : { ...wish, before } });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
      if (error instanceof ApiError) field.value = error.field ?? "";
      return null;
    } finally {
      busy.value = false;
    }
  };

  return {
    found,
    busy,
    problem,
    field,
    async search(wish) {
      last = wish;
      found.value = null;
      found.value = await ask(wish, null);
    },
    async more() {
      const here = found.value;
      if (!here?.next || !last) return;
      const page = await ask(last, here.next);
      if (page) found.value = { ...page, entries: [...here.entries, ...page.entries] };
    },
  };
}
