/** Vehicles as the API tells them, and searching for one: page after page, one look. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "./api.ts";
import { sentenceOf } from "./sentences.ts";

export interface Watch {
  kind: string;
  plate_class: string;
  date: string | null;
}

/** What an officer's photo recorded of the car. */
export interface HistoryRecord {
  id: string;
  state: string;
  grounds: string;
  offence: number | null;
  author: string;
  notices: number;
  captured_at: string;
  ended_at: string | null;
  withdrawn_reason: string | null;
}

/** A single flag that stands, for those who keep them. */
export interface Flag {
  id: string;
  kind: string;
  plate_class: string;
  scope: string;
  source: string;
  date: string | null;
  since: string;
  ends_at: string | null;
  may_clear: boolean;
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
  record: HistoryRecord | null;
}

export interface History {
  plate: string | null;
  non_motor: { kind: string; colour: string | null; description: string | null; frame: string | null; district: string; recorded_at: string } | null;
  watch: Watch[];
  entries: HistoryEntry[];
  elsewhere: number;
  /** How many auxiliary officers' records of it wait for a countersignature. */
  drafts: number;
  next: string | null;
  flags?: Flag[];
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
  sticker?: string;
  reason: string;
}

/** The code of a sticker as somebody has it: typed, or as the address that a scan gives. */
export function stickerCode(typed: string): string {
  const path = /\/s\/([^/?#\s]+)/.exec(typed)?.[1];
  return path ? decodeURIComponent(path) : typed.trim();
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
  /** The same look once more: something about the car was changed. */
  refresh(): Promise<void>;
}

export function useSearching(onLost: () => void): Searching {
  let last: Wish | null = null;
  const { ask, ...shown } = useAsking(onLost);
  const { found } = shown;
  const look = (before: string | null): Promise<History | null> =>
    ask(() => call<History>("/api/v1/vehicles/search", { body: before === null ? last : { ...last, before } }));
  return {
    ...shown,
    async search(wish) {
      last = wish;
      found.value = null;
      found.value = await look(null);
    },
    async more() {
      if (last) await further(found, look);
    },
    async refresh() {
      const page = last && (await look(null));
      if (page) found.value = page;
    },
  };
}

export interface Past extends Omit<Searching, "search"> {
  /** Nobody has said yet why he wants to know. */
  asked: Ref<boolean>;
}

/** The history of an incident's vehicle, once the reason was given for it. */
export function usePast(incident: string, onLost: () => void): Past {
  const { ask, ...shown } = useAsking(onLost);
  const { found } = shown;
  const asked = ref(false);
  const look = (before: string | null): Promise<History | null> =>
    ask(async () => {
      try {
        return await call<History>(`/api/v1/incidents/${incident}/history${before === null ? "" : `?${new URLSearchParams({ before })}`}`);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "reason_needed") throw error;
        asked.value = true;
        return null;
      }
    });
  const refresh = async (): Promise<void> => {
    asked.value = false;
    const page = await look(null);
    if (page) found.value = page;
  };
  void refresh();
  return { ...shown, asked, refresh, more: () => further(found, look) };
}

async function further(found: ShallowRef<History | null>, look: (before: string) => Promise<History | null>): Promise<void> {
  const here = found.value;
  const page = here?.next ? await look(here.next) : null;
  if (here && page) found.value = { ...page, entries: [...here.entries, ...page.entries] };
}

type Asking = Omit<Searching, "search" | "more" | "refresh"> & { ask(question: () => Promise<History | null>): Promise<History | null> };

/** One question at a time, and what was wrong with it. */
function useAsking(onLost: () => void): Asking {
  const found = shallowRef<History | null>(null);
  const busy = ref(false);
  const problem = ref("");
  const field = ref("");
  const ask: Asking["ask"] = async (question) => {
    if (busy.value) return null;
    busy.value = true;
    problem.value = field.value = "";
    try {
      return await question();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLost();
      else problem.value = sentenceOf(error);
      if (error instanceof ApiError) field.value = error.field ?? "";
      return null;
    } finally {
      busy.value = false;
    }
  };
  return { found, busy, problem, field, ask };
}
