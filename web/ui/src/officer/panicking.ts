/**
 * An officer's own alarm on its way: tried again every second until the server has it, whatever else waits.
 *
 * Kept on the phone with its key, so that neither a reload nor a dead spot loses or doubles it. It waits behind nothing:
 * it is no parcel of the outbox.
 */
import { onScopeDispose, ref, type Ref } from "vue";
import { ApiError, call, newKey } from "../shared/api.ts";
import type { Location, Panic } from "../shared/incident.ts";

export interface Panicking {
  /** Raised on this phone, and not yet known to be on the server. */
  underway: Ref<boolean>;
  raise(position: Location | null): void;
  withdraw(panic: Panic): Promise<void>;
}

interface Cry {
  key: string;
  body: { position?: Location };
}

const RETRY_MS = 1000;
const TRY_MS = 4000;

export function usePanicking(officer: string, onRaised: (panic: Panic) => void, onRefused: (error: ApiError) => void): Panicking {
  const store = `wufen:panic:${officer}`;
  let cry = read(store);
  const underway = ref(cry !== null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const keep = (next: Cry | null): void => {
    cry = next;
    underway.value = next !== null;
    if (next) localStorage.setItem(store, JSON.stringify(next));
    else localStorage.removeItem(store);
  };

  const attempt = async (): Promise<void> => {
    clearTimeout(timer);
    const going = cry;
    if (!going || stopped) return;
    try {
      const { panic } = await call<{ panic: Panic }>("/api/v1/panic", { body: going.body, key: going.key, timeoutMs: TRY_MS });
      if (cry?.key === going.key) keep(null);
      onRaised(panic);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.transient || error.status === 401 || error.status === 429) timer = setTimeout(() => void attempt(), RETRY_MS);
      else {
        keep(null);
        onRefused(error);
      }
    }
  };

  const raise = (position: Location | null): void => {
    if (cry) return;
    keep({ key: newKey(), body: position ? { position } : {} });
    void attempt();
  };
  const withdraw = async (panic: Panic): Promise<void> => {
    try {
      onRaised((await call<{ panic: Panic }>(`/api/v1/panics/${panic.id}/withdraw`, { body: {}, key: newKey() })).panic);
    } catch (error) {
      if (error instanceof ApiError) onRefused(error);
      else throw error;
    }
  };

  const onOnline = (): void => void attempt();
  addEventListener("online", onOnline);
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
    removeEventListener("online", onOnline);
  });
  void attempt();
  return { underway, raise, withdraw };
}

function read(store: string): Cry | null {
  try {
    const kept = JSON.parse(localStorage.getItem(store) ?? "null") as Cry | null;
    return typeof kept?.key === "string" ? kept : null;
  } catch {
    return null;
  }
}
