/**
 * Actions that wait for the network: kept on the phone, sent in order, each under one Idempotency-Key until decided.
 *
 * A reload does not lose them, and a doubled send does not double them. What an answer means is the page's part.
 */
import { ApiError, call, newKey } from "./api.ts";

export interface Parcel {
  key: string;
  path: string;
  body: unknown;
}

export interface OutboxOptions {
  /** Name of the queue on this phone; one per case or per officer. */
  name: string;
  token?: string | null;
  /** `stuck`: the first of them was tried and no answer came. */
  onChange(pending: readonly Parcel[], stuck: boolean): void;
  onDone(parcel: Parcel, answer: Record<string, unknown>): void;
  onRefused(parcel: Parcel, error: ApiError): void;
}

export interface Outbox {
  add(path: string, body: unknown): void;
  /** Tries at once, e.g. because the network is back. */
  flush(): void;
  close(): void;
}

const RETRY_MS = 3000;

export function openOutbox(options: OutboxOptions): Outbox {
  const store = `wufen:outbox:${options.name}`;
  const parcels = read(store);
  let busy = false;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const changed = (stuck = false): void => {
    write(store, parcels);
    options.onChange([...parcels], stuck);
  };

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    if (busy || closed) return;
    busy = true;
    while (parcels.length > 0 && !closed) {
      if (!(await deliver(parcels[0] as Parcel))) break;
      parcels.shift();
      changed();
    }
    busy = false;
    if (parcels.length === 0 || closed) return;
    changed(true);
    timer = setTimeout(() => void flush(), RETRY_MS);
  };

  const deliver = async (parcel: Parcel): Promise<boolean> => {
    try {
      const answer = await call<Record<string, unknown>>(parcel.path, {
        body: parcel.body,
        key: parcel.key,
        token: options.token ?? null,
      });
      options.onDone(parcel, answer);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.transient) return false;
      options.onRefused(parcel, error);
      return true;
    }
  };

  const onOnline = (): void => void flush();
  addEventListener("online", onOnline);
  if (parcels.length > 0) {
    changed();
    void flush();
  }
  return {
    add(path, body) {
      parcels.push({ key: newKey(), path, body });
      changed();
      void flush();
    },
    flush: onOnline,
    close() {
      closed = true;
      clearTimeout(timer);
      removeEventListener("online", onOnline);
    },
  };
}

function read(store: string): Parcel[] {
  try {
    return JSON.parse(localStorage.getItem(store) ?? "[]") as Parcel[];
  } catch {
    return [];
  }
}

/** Private browsing may refuse storage: then the queue lives as long as the page. */
function write(store: string, parcels: Parcel[]): void {
  try {
    if (parcels.length > 0) localStorage.setItem(store, JSON.stringify(parcels));
    else localStorage.removeItem(store);
  } catch {
    return;
  }
}
