/**
 * Beijing time, the clock on every wall of the country: it has one time zone and no summer time.
 *
 * Every face shows it, whatever the zone of the phone or of the wall's computer, so that all read the same minute.
 */
const AHEAD_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** As the wall there has it: an ISO text whose zone does not count; empty for what is no instant. */
function there(instant: string | number): string {
  const at = new Date(instant).getTime();
  return Number.isNaN(at) ? "" : new Date(at + AHEAD_MS).toISOString();
}

/** `18:37` or, with seconds, `18:37:12`. */
export const wallTime = (instant: string | number, withSeconds = false): string => there(instant).slice(11, withSeconds ? 19 : 16);

/** `2026-11-25` */
export const wallDate = (instant: string | number): string => there(instant).slice(0, 10);

/** Midnight before `now`, both in milliseconds since the epoch. */
export const dayBeginning = (now: number): number => Math.floor((now + AHEAD_MS) / DAY_MS) * DAY_MS - AHEAD_MS;
