/**
 * Photos and videos on their way over a bad line (tus 1.0, docs/records.md): in chunks, one file after the other, and on
 * from where the server is whenever the line broke off.
 *
 * Load it when somebody adds the first file (`await import`). What a file is, the server says (`GET /api/v1/uploads/{id}`).
 */
import { ApiError } from "./api.ts";

export type Kind = "photo" | "video";

export interface Sent {
  readonly id: string;
  readonly kind: Kind;
  readonly size: number;
  /** Bytes that the server has on its disk. */
  readonly there: number;
  /** `broken`: the line is; it goes on by itself. `refused`: by the server, with its sentence. */
  readonly state: "queued" | "sending" | "broken" | "sent" | "refused";
  readonly sentence: string | null;
  readonly code: string | null;
}

export interface UploadsOptions {
  /** A participant's token or a pass; null: the session's cookie. */
  token: string | null;
  purpose: string;
  onChange(all: readonly Sent[]): void;
  /** For programs that are no page: where the server is. */
  origin?: string;
}

export interface Uploads {
  /** The id under which the report names the file. The same `id` again goes on with an earlier page's upload. `said`: what
   * else the server shall know of it. */
  add(file: Blob, kind: Kind, id?: string, said?: Record<string, string>): string;
  /** Takes a file back; the server forgets what has come of it. */
  drop(id: string): void;
  /** Tries at once instead of waiting: somebody pressed a button. */
  retry(): void;
  close(): void;
}

const PATH = "/api/v1/uploads";
/** What a weak line sends in some seconds; more where it has proved to be a good one. */
const LEAST_BYTES = 64 * 1024;
const MOST_BYTES = 1024 * 1024;
const CHUNK_MS = 4000;
const TIMEOUT_MS = 60_000;
/** After how many milliseconds the n-th try in a row comes. */
const backoff = (tries: number): number => Math.min(30_000, 1000 * 2 ** Math.min(tries, 5)) * (0.75 + Math.random() / 2);
/** Somebody else appends, too much at once, a damaged chunk, a server that is away: the same again is right. */
const AGAIN = new Set([0, 408, 409, 423, 429, 460]);

interface Job {
  sent: Sent;
  file: Blob;
  said: Record<string, string>;
}

export function openUploads(options: UploadsOptions): Uploads {
  const jobs: Job[] = [];
  let chunk = LEAST_BYTES * 4;
  let tries = 0;
  let working = false;
  let closed = false;
  let wake: (() => void) | null = null;
  let abort: AbortController | null = null;

  const tell = (): void => options.onChange(jobs.map(({ sent }) => sent));
  const set = (job: Job, change: Partial<Sent>): void => {
    job.sent = { ...job.sent, ...change };
    tell();
  };

  async function call(method: string, path: string, headers: Record<string, string>, body?: Blob): Promise<Response> {
    abort = new AbortController();
    const timer = setTimeout(() => abort?.abort(), TIMEOUT_MS);
    const own: Record<string, string> = { "Tus-Resumable": "1.0.0", "X-Wufen": "1", ...headers };
    if (options.token) own.Authorization = `Bearer ${options.token}`;
    try {
      const url = `${options.origin ?? ""}${path}`;
      const init = { method, headers: own, credentials: "same-origin", cache: "no-store", signal: abort.signal } as const;
      const answer = await fetch(url, body === undefined ? init : { ...init, body });
      if (answer.ok) return answer;
      const { error = {} } = (await answer.json().catch(() => ({}))) as { error?: Record<string, unknown> };
      const seconds = Number(answer.headers.get("Retry-After") ?? Number.NaN);
      throw new ApiError(answer.status, error, seconds > 0 ? Date.now() + seconds * 1000 : null);
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0, { code: "offline" });
    } finally {
      clearTimeout(timer);
    }
  }

  const offsetOf = (answer: Response): number => Number(answer.headers.get("Upload-Offset") ?? 0);

  /** How far the server is; it hears of the file first, if it does not know it. */
  async function begin({ sent: { id, kind, size }, said: more }: Job): Promise<number> {
    const said = Object.entries({ id, purpose: options.purpose, kind, ...more }).map(([name, value]) => `${name} ${btoa(value)}`);
    return offsetOf(await call("POST", PATH, { "Upload-Length": String(size), "Upload-Metadata": said.join(",") }));
  }

  async function append(job: Job): Promise<void> {
    const { id, there } = job.sent;
    const began = Date.now();
    const body = job.file.slice(there, there + chunk);
    const headers = { "Upload-Offset": String(there), "Content-Type": "application/offset+octet-stream" };
    const offset = offsetOf(await call("PATCH", `${PATH}/${id}`, headers, body));
    const fits = (body.size / Math.max(1, Date.now() - began)) * CHUNK_MS;
    chunk = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, Math.round((chunk + fits) / 2)));
    tries = 0;
    set(job, { there: offset });
  }

  async function send(job: Job): Promise<void> {
    // Creating again is the same upload, and says how far it is: one call instead of asking first.
    set(job, { state: "sending", there: await begin(job) });
    while (job.sent.there < job.sent.size && jobs.includes(job) && !closed) await append(job);
    if (job.sent.there >= job.sent.size) set(job, { state: "sent" });
  }

  async function pause(until: number | null): Promise<void> {
    const ms = Math.max(backoff(tries), until === null ? 0 : until - Date.now());
    tries += 1;
    await new Promise<void>((go) => {
      const timer = setTimeout(go, ms);
      wake = (): void => {
        clearTimeout(timer);
        go();
      };
    });
    wake = null;
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let job = next(); job !== undefined && !closed; job = next()) {
      try {
        await send(job);
      } catch (error) {
        const refusal = error as ApiError;
        if (!jobs.includes(job) || closed) continue;
        if (!(AGAIN.has(refusal.status) || refusal.status >= 500) || isFull(refusal)) {
          set(job, { state: "refused", sentence: refusal.message, code: refusal.code });
          continue;
        }
        set(job, { state: "broken" });
        chunk = LEAST_BYTES;
        await pause(refusal.retryAt);
      }
    }
    working = false;
  }

  const next = (): Job | undefined => jobs.find(({ sent: { state } }) => state !== "sent" && state !== "refused");
  /** A conflict about where it goes on is settled by asking; one about room is not. */
  const isFull = ({ status, details }: ApiError): boolean => status === 409 && details.why !== "offset";
  const onLine = (): void => void wake?.();
  globalThis.addEventListener?.("online", onLine);

  return {
    add(file, kind, id = newId(), said = {}) {
      jobs.push({ file, said, sent: { id, kind, size: file.size, there: 0, state: "queued", sentence: null, code: null } });
      tell();
      void work();
      return id;
    },
    drop(id) {
      const at = jobs.findIndex(({ sent }) => sent.id === id);
      if (at < 0) return;
      const [job] = jobs.splice(at, 1);
      if (job?.sent.state === "sending") abort?.abort();
      tell();
      void call("DELETE", `${PATH}/${id}`, {}).catch(() => undefined);
    },
    retry() {
      tries = 0;
      wake?.();
      void work();
    },
    close() {
      closed = true;
      globalThis.removeEventListener?.("online", onLine);
      abort?.abort();
      wake?.();
    },
  };
}

/** As the server makes its own: 26 of `a-z2-7`. */
export function newId(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  return Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => letters[byte & 31]).join("");
}
