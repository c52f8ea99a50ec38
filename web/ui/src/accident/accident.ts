/** One accident as a party of this phone follows it: its incident live, its draft pulled whenever that changes. */
import { ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { ApiError, call, newKey } from "../shared/api.ts";
import { sentenceOf } from "../shared/sentences.ts";
import { useLive, type Live } from "../driver/live.ts";
import type { AccidentView } from "./data.ts";

export interface Following extends Live {
  draft: ShallowRef<AccidentView | null>;
  busy: Ref<boolean>;
  problem: Ref<string | null>;
  refresh(): Promise<void>;
  /** Sends one change under one key until the server has decided; false: it was refused, and why is told. */
  send<Answer>(method: string, path: string, body: unknown): Promise<Answer | null>;
}

const PAUSE_MS = 2000;

/** The same call under the same key while the network fails. Raises what the server refused. */
export async function insist<Answer>(path: string, options: { method?: string; body?: unknown; token?: string }, waiting: (is: boolean) => void = () => undefined): Promise<Answer> {
  const key = newKey();
  for (;;) {
    try {
      const answer = await call<Answer>(path, { ...options, key });
      waiting(false);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError) || !error.transient) throw error;
    }
    waiting(true);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}

export function useAccident(id: string, token: string): Following {
  const live = useLive(id, token);
  const draft = shallowRef<AccidentView | null>(null);
  const busy = ref(false);
  const problem = ref<string | null>(null);

  const refresh = async (): Promise<void> => {
    const { accident } = await call<{ accident: AccidentView }>(`/api/v1/accidents/${id}`, { token });
    draft.value = accident;
  };
  watch(() => live.incident.value?.version, () => void refresh().catch(() => undefined));

  const send = async <Answer>(method: string, path: string, body: unknown): Promise<Answer | null> => {
    if (busy.value) return null;
    busy.value = true;
    problem.value = null;
    try {
      const answer = await insist<Answer>(`/api/v1/accidents/${id}${path}`, { method, body, token });
      await refresh().catch(() => undefined);
      return answer;
    } catch (error) {
      problem.value = sentenceOf(error);
      await refresh().catch(() => undefined);
      return null;
    } finally {
      busy.value = false;
    }
  };
  return { ...live, draft, busy, problem, refresh, send };
}
