/**
 * Sends what waits on this phone: at once when it can be, else later, in order, each under one Idempotency-Key.
 *
 * A reload does not lose it, and a doubled send does not double it. Where it is kept is `Keeping`; what an answer means
 * is the page's part.
 */
import { ApiError, call, newKey, serverNow } from "./api.ts";
import { fits, goingWith, isKnown, nextOf, replaced, without, type Bounds, type Parcel, type Queue } from "./queue.ts";

/** Where parcels outlive the page, in the order in which they were added. */
export interface Keeping {
  read(): Promise<Parcel[]>;
  /** Adds it at the end, or puts it in the place of the one with the key `instead`. Rejects when there is no room. */
  put(parcel: Parcel, instead?: string): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

export interface OutboxOptions {
  /** Under which windows of one browser tell each other that their common keeping has changed. */
  name: string;
  keeping: Keeping;
  bounds: Bounds;
  token?: string | null;
  /** `underway` is on its way right now; `stuck`: something was tried and no answer came. */
  onChange(queue: Queue, underway: Parcel | null, stuck: boolean): void;
  onDone(parcel: Parcel, answer: Record<string, unknown>): void;
  /** Whether a refused one stays, with its refusal, until somebody settles it; else it goes. */
  holds(parcel: Parcel): boolean;
  /** It has gone, or is `held`; and `along` with it what was built on it. */
  onRefused(parcel: Parcel, error: ApiError, held: boolean, along: Queue): void;
}

export type Added = "added" | "known" | "full";

export interface Outbox {
  /** `key`: of something that was tried already and had no answer. */
  add(given: Pick<Parcel, "incident" | "command" | "path" | "body" | "photo" | "label" | "method"> & Partial<Pick<Parcel, "key">>): Promise<Added>;
  /** Tries at once, e.g. because the network is back. */
  flush(): void;
  /** Takes it back, and what was built on it; not what is on its way. */
  withdraw(key: string): Promise<void>;
  /** A refused one once more, under a new key: what was refused under the old one stays refused. */
  retry(key: string): Promise<void>;
  close(): void;
}

const RETRY_MS = 3000;
const LONGEST_PAUSE_MS = 60_000;
const PHOTO_TIMEOUT_MS = 30_000;

export function openOutbox(options: OutboxOptions): Outbox {
  const { keeping } = options;
  let queue: Queue = [];
  // On their way into the keeping: what is read from there meanwhile does not have them.
  let arriving: Queue = [];
  // On their way out of it: what was read before they had gone does not bring them back.
  let leaving: readonly string[] = [];
  let underway: Parcel | null = null;
  let stuck = false;
  let pauseMs = RETRY_MS;
  let busy = false;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`wufen:outbox:${options.name}`);

  const show = (): void => {
    if (!closed) options.onChange(queue, underway, stuck && queue.length > 0);
  };
  const changed = (next: Queue): void => {
    queue = next;
    show();
    channel?.postMessage(null);
  };
  const look = async (): Promise<void> => {
    const kept = await keeping.read();
    const known = kept.map(({ key }) => key);
    queue = without([...kept, ...without(arriving, known)], leaving);
    show();
  };

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    if (busy || closed) return;
    busy = true;
    stuck = !(await send().catch(() => false));
    busy = false;
    if (closed) return;
    show();
    if (!stuck && nextOf(queue)) void flush();
    else if (nextOf(queue)) timer = setTimeout(() => void flush(), pauseMs);
  };

  /** Until nothing can go any more; false when no answer came. Another window may send the same: its key is the same. */
  const send = async (): Promise<boolean> => {
    await look();
    for (let parcel = nextOf(queue); parcel && !closed; parcel = nextOf(queue)) {
      underway = parcel;
      show();
      const decided = await deliver(parcel).finally(() => (underway = null));
      show();
      if (!decided) return false;
    }
    return true;
  };

  const deliver = async (parcel: Parcel): Promise<boolean> => {
    try {
      const answer = await call<Record<string, unknown>>(parcel.path, requestOf(parcel, options.token ?? null));
      await keeping.remove([parcel.key]);
      changed(without(queue, [parcel.key]));
      options.onDone(parcel, answer);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Signed out or asked to wait: it stands, and goes when it may.
      pauseMs = Math.min(Math.max((error.retryAt ?? 0) - serverNow(), RETRY_MS), LONGEST_PAUSE_MS);
      if (error.transient || error.status === 401 || error.status === 429) return stay(parcel);
      await refuse(parcel, error);
      return true;
    }
  };

  const stay = async (parcel: Parcel): Promise<boolean> => {
    if (parcel.waited || !queue.some(({ key }) => key === parcel.key)) return false;
    const waiting = { ...parcel, waited: true };
    changed(replaced(queue, waiting));
    await keeping.put(waiting).catch(() => undefined);
    return false;
  };

  const refuse = async (parcel: Parcel, error: ApiError): Promise<void> => {
    const held = options.holds(parcel);
    const going = goingWith(queue, parcel.key);
    const along = queue.filter(({ key }) => key !== parcel.key && going.includes(key));
    if (held) {
      const refusal = { code: error.code, sentence: error.message, details: error.details, at: serverNow() };
      const refused = { ...parcel, refusal };
      changed(replaced(queue, refused));
      await keeping.put(refused).catch(() => undefined);
    } else await drop(going);
    options.onRefused(parcel, error, held, along);
  };

  const drop = async (keys: string[]): Promise<void> => {
    leaving = [...leaving, ...keys];
    changed(without(queue, keys));
    await keeping.remove(keys).finally(() => (leaving = leaving.filter((key) => !keys.includes(key))));
  };

  const onOnline = (): void => void flush();
  addEventListener("online", onOnline);
  if (channel) channel.onmessage = () => void look();
  void flush();

  return {
    async add(given) {
      if (isKnown(queue, given)) return "known";
      // Without a network it waits from its first moment, whatever stands before it in the queue.
      const parcel: Parcel = { key: newKey(), at: serverNow(), ...given, ...(navigator.onLine ? {} : { waited: true }) };
      if (!fits(queue, parcel, options.bounds)) return "full";
      // Shown at once; whoever closes the page in the next millisecond has pressed nothing yet.
      arriving = [...arriving, parcel];
      changed([...queue, parcel]);
      try {
        await keeping.put(parcel);
      } catch {
        changed(without(queue, [parcel.key]));
        return "full";
      } finally {
        arriving = without(arriving, [parcel.key]);
      }
      void flush();
      return "added";
    },
    flush: onOnline,
    async withdraw(key) {
      if (underway?.key === key) return;
      await drop(goingWith(queue, key));
      void flush();
    },
    async retry(key) {
      const refused = queue.find((parcel) => parcel.key === key && parcel.refusal);
      if (!refused) return;
      const { refusal: _, ...deed } = refused;
      const again = { ...deed, key: newKey() };
      await keeping.put(again, key);
      changed(queue.map((parcel) => (parcel.key === key ? again : parcel)));
      void flush();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      removeEventListener("online", onOnline);
      channel?.close();
    },
  };
}

function requestOf(parcel: Parcel, token: string | null): Parameters<typeof call>[1] {
  const { key, photo, method } = parcel;
  if (!photo) return { body: parcel.body, key, token, ...(method ? { method } : {}) };
  const form = new FormData();
  form.append("photo", new Blob([photo], { type: "image/jpeg" }), "photo.jpg");
  return { body: form, key, token, timeoutMs: PHOTO_TIMEOUT_MS };
}
