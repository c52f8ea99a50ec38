/** Pure: may what stands on the wall be believed? A silent wall is worse than a dark one. */
export type Link = "live" | "polling" | "lost";

/** After this long without a word from the server everything is grey, and says since when. */
export const STALE_MS = 10_000;

export interface Freshness {
  link: Link;
  stale: boolean;
  /** Whole seconds since the last word. */
  age: number;
}

/** `heardAt` is when the server was last heard, by the same clock as `now`; a live connection is heard all the time. */
export function freshnessOf(live: boolean, heardAt: number, now: number): Freshness {
  if (live) return { link: "live", stale: false, age: 0 };
  const since = Math.max(0, now - heardAt);
  const stale = since > STALE_MS;
  return { link: stale ? "lost" : "polling", stale, age: Math.floor(since / 1000) };
}
