/**
 * Calls of our own API: JSON in and out, refusals as `ApiError`, the server's clock measured on the way.
 *
 * Bearer token when the page keeps one, else the session cookie. Retrying and queueing are the callers' part.
 */
import { narrow, offsetOf, skewOf, type Skew } from "./clock.ts";

const TIMEOUT_MS = 8000;

/** A refusal by the server, in the caller's language; `code` is `offline` when no answer came at all. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly field: string | null;
  readonly retryAt: number | null;
  readonly details: Record<string, unknown>;

  constructor(status: number, details: Record<string, unknown>, retryAt: number | null = null) {
    super(String(details.message ?? details.code ?? status));
    this.status = status;
    this.code = String(details.code ?? "unavailable");
    this.field = typeof details.field === "string" ? details.field : null;
    this.retryAt = retryAt;
    this.details = details;
  }

  /** Nothing was decided: the same call under the same key may be made again. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status >= 500;
  }
}

export interface CallOptions {
  method?: string;
  body?: unknown;
  token?: string | null;
  key?: string;
  timeoutMs?: number;
  /** False: is not tried again once a session that was asleep or over is open again. */
  wakes?: boolean;
}

/** Of a staff page: what waits until its session is open again; null for another refusal. Elsewhere each is one. */
type Wait = (refused: ApiError) => Promise<void> | null;
let whenRefused: Wait | null = null;
let byHand = false;

export function onRefused(wait: Wait | null): void {
  whenRefused = wait;
}

/** The next call says that a person is there: no timer keeps a session awake. */
export function handTouched(): void {
  byHand = true;
}

let skew: Skew | null = null;

/** The server's clock, in milliseconds, by everything measured so far. */
export function serverNow(): number {
  return Date.now() + offsetOf(skew);
}

/** What is known of the server's clock, for a page that may begin without a network. */
export const measuredSkew = (): Skew | null => skew;

/** What an earlier page measured holds until this one has measured: the phone's clock is as wrong as it was. */
export function assumeSkew(earlier: Skew): void {
  skew ??= earlier;
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function call<Answer>(path: string, options: CallOptions = {}): Promise<Answer> {
  const sentAt = Date.now();
  const response = await send(path, options);
  const receivedAt = Date.now();
  const text = await response.text().catch(() => "");
  const answer = parse(text);
  measure(sentAt, receivedAt, response, answer);
  if (response.ok) return answer as Answer;
  const refused = refusal(response, answer);
  const open = options.wakes === false || options.token ? null : whenRefused?.(refused);
  if (!open) throw refused;
  await open;
  return call<Answer>(path, options);
}

async function send(path: string, options: CallOptions): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), options.timeoutMs ?? TIMEOUT_MS);
  try {
    return await fetch(path, {
      method: options.method ?? (options.body === undefined ? "GET" : "POST"),
      headers: headersOf(options),
      body: options.body === undefined ? null : options.body instanceof FormData ? options.body : JSON.stringify(options.body),
      credentials: "same-origin",
      cache: "no-store",
      signal: abort.signal,
    });
  } catch {
    throw new ApiError(0, { code: "offline" });
  } finally {
    clearTimeout(timer);
  }
}

function headersOf(options: CallOptions): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json", "X-Wufen": "1" };
  if (options.body !== undefined && !(options.body instanceof FormData)) headers["Content-Type"] = "application/json";
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  if (options.key) headers["Idempotency-Key"] = options.key;
  if (byHand) headers["X-Wufen-Hand"] = "1";
  byHand = false;
  return headers;
}

function parse(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function measure(sentAt: number, receivedAt: number, response: Response, answer: Record<string, unknown>): void {
  const incident = answer.incident as { now?: string } | undefined;
  const exact = Date.parse(String(answer.now ?? incident?.now ?? ""));
  const header = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(exact)) skew = narrow(skew, skewOf({ sentAt, receivedAt, serverAt: exact, resolution: 1 }));
  else if (!Number.isNaN(header)) skew = narrow(skew, skewOf({ sentAt, receivedAt, serverAt: header, resolution: 1000 }));
}

function refusal(response: Response, answer: Record<string, unknown>): ApiError {
  const details = (answer.error ?? {}) as Record<string, unknown>;
  const stated = Date.parse(String(details.retry_at ?? ""));
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const retryAt = !Number.isNaN(stated) ? stated : seconds > 0 ? serverNow() + seconds * 1000 : null;
  return new ApiError(response.status, details, retryAt);
}
