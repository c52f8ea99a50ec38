/** One accident as a party of this phone follows it: its incident live, its draft pulled whenever that changes. */
import { ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { ApiError, call, newKey } from "../shared/api.ts";
import { sentenceOf } from "../shared/sentences.ts";
import { useLive, type Live } from "../driver/live.ts";
import type { AccidentView, Send } from "./data.ts";
import { keepParcel, parcelOf, type Parcel } from "./keep.ts";

export interface Following extends Live {
  draft: ShallowRef<AccidentView | null>;
  busy: Ref<boolean>;
  /** The network is away, and what was pressed waits for it. */
  waiting: Ref<boolean>;
  problem: Ref<string | null>;
  refresh(): Promise<void>;
  /** Sends one change under one key until the server has decided; null: it was refused, and why is told. */
  send: Send;
}

const PAUSE_MS = 2000;

export interface Asked {
  method?: string;
  body?: unknown;
  token?: string;
}

/**
 * The same call under the same key while the network fails. Raises what the server refused.
 *
 * With a `name` it is kept on the phone until it is answered, so that a page that was closed in between finishes it.
 */
export async function insist<Answer>(path: string, options: Asked, waiting: (is: boolean) => void = () => undefined, name?: string): Promise<Answer> {
  const held = name ? parcelOf(name) : null;
  const same = held && held.path === path && JSON.stringify(held.body) === JSON.stringify(options.body);
  const key = same ? held.key : newKey();
  if (name) keepParcel(name, { path, body: options.body, key, at: Date.now(), ...(options.method ? { method: options.method } : {}), ...(options.token ? { token: options.token } : {}) });
  for (;;) {
    try {
      const answer = await call<Answer>(path, { ...options, key });
      if (name) keepParcel(name, null);
      waiting(false);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError) || !error.transient) {
        if (name) keepParcel(name, null);
        throw error;
      }
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
  const waiting = ref(false);
  const problem = ref<string | null>(null);

  const refresh = async (): Promise<void> => {
    const { accident } = await call<{ accident: AccidentView }>(`/api/v1/accidents/${id}`, { token });
    draft.value = accident;
  };
  watch(() => live.incident.value?.version, () => void refresh().catch(() => undefined));

  const go = async <Answer>(path: string, asked: Asked): Promise<Answer | null> => {
    if (busy.value) return null;
    busy.value = true;
    problem.value = null;
    try {
      const answer = await insist<Answer>(path, asked, (is) => (waiting.value = is), token);
      await refresh().catch(() => undefined);
      return answer;
    } catch (error) {
      problem.value = sentenceOf(error);
      await refresh().catch(() => undefined);
      return null;
    } finally {
      busy.value = waiting.value = false;
    }
  };
  const send: Send = (method, path, body) => go(`/api/v1/accidents/${id}${path}`, { method, body, token });

  const begun: Parcel | null = parcelOf(token);
  if (begun?.token === token) void go(begun.path, { body: begun.body, token, ...(begun.method ? { method: begun.method } : {}) });
  return { ...live, draft, busy, waiting, problem, refresh, send };
}
