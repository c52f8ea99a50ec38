/**
 * The map's tiles that were seen, for where there is no network: a bounded cache, the network first.
 *
 * Only what a host gives to other sites (CORS) is kept: of anything else the browser tells neither whether it is a
 * picture nor how large, and counts megabytes for each. Both doors share the cache; signing out empties it.
 */

export const TILES = "wufen:tiles";
/** About 12 MB of 20 KB each: a district's streets. What was seen longest ago goes first. */
const MOST_TILES = 600;
/** Streets change; what is older is drawn no more. */
const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;
const KEPT_AT = "wufen-kept-at";

/** Hosts that give nothing to other sites; asked once while this worker lives. */
const closed = new Set<string>();
let tidying: Promise<void> | null = null;

/** The tile from its host within `patienceMs`; otherwise as it was seen last. */
export async function tileFor(request: Request, patienceMs: number, wait: (work: Promise<unknown>) => void): Promise<Response> {
  const { origin } = new URL(request.url);
  if (closed.has(origin)) return fetch(request);
  const cache = await caches.open(TILES);
  const kept = await cache.match(request.url);
  const usable = kept && !isOld(kept) ? kept : undefined;
  const asking = fetch(request.url, { mode: "cors", credentials: "omit" });
  const inTime = usable ? await Promise.race([asking.catch(() => null), new Promise<null>((resolve) => setTimeout(resolve, patienceMs, null))]) : await asking.catch(() => null);
  if (inTime) {
    wait(keep(cache, request.url, inTime.clone()));
    return inTime;
  }
  if (usable) return usable;
  const plain = await fetch(request);
  closed.add(origin);
  return plain;
}

async function keep(cache: Cache, url: string, tile: Response): Promise<void> {
  if (!tile.ok || !tile.headers.get("content-type")?.startsWith("image/")) return;
  const headers = { "content-type": tile.headers.get("content-type")!, [KEPT_AT]: String(Date.now()) };
  await cache.put(url, new Response(await tile.blob(), { headers }));
  await (tidying ??= tidy(cache).finally(() => (tidying = null)));
}

/** A cache gives its entries in the order in which they were put: the first ones were seen longest ago. */
async function tidy(cache: Cache): Promise<void> {
  const all = await cache.keys();
  for (const [at, request] of all.entries()) {
    const found = at < all.length - MOST_TILES ? undefined : await cache.match(request);
    if (found && !isOld(found)) return;
    await cache.delete(request);
  }
}

const isOld = (tile: Response): boolean => Date.now() - Number(tile.headers.get(KEPT_AT)) > KEPT_DAYS * DAY_MS;
