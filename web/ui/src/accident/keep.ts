/** What this phone remembers of an accident: whose it is, what was typed and not saved yet, what waits to be sent. */
import type { Held } from "./data.ts";

const KEY = "wufen:accident";

/** Private browsing may refuse storage: then the link of the notice leads back, and what was saved is on the server. */
function read<Value>(key: string): Value | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Value | null;
  } catch {
    return null;
  }
}
function write(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}

export const kept = (): Held | null => read<Held>(KEY);

/** Whoever begins anew takes nothing typed along. */
export function keep(held: Held | null): void {
  write(KEY, held);
  if (held) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`${KEY}:`)) localStorage.removeItem(key);
  } catch {
    return;
  }
}

export interface Unsent {
  read(): Record<string, string> | null;
  write(words: Record<string, string> | null): void;
}
/** What was typed into a form and is not on the server; on this phone only, and gone once it is. */
export const unsent = (name: string): Unsent => ({ read: () => read(`${KEY}:typed:${name}`), write: (words) => write(`${KEY}:typed:${name}`, words) });

/** One call that was begun: the page may be closed before it is answered, and opened again finishes it. */
export interface Parcel {
  path: string;
  method?: string;
  body: unknown;
  token?: string;
  key: string;
  at: number;
}
/** Later nobody means it any more: an alert of yesterday, a signature under other terms. */
const LASTS_MS = 30 * 60_000;
const parcelKey = (name: string): string => `${KEY}:sending:${name}`;

export function parcelOf(name: string): Parcel | null {
  const parcel = read<Parcel>(parcelKey(name));
  return parcel && Date.now() - parcel.at < LASTS_MS ? parcel : null;
}
export const keepParcel = (name: string, parcel: Parcel | null): void => write(parcelKey(name), parcel);
