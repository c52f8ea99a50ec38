/**
 * Pure arithmetic of countdowns: the distance to the server's clock, time left, its share, its digits.
 *
 * Reads no clock itself. All instants are milliseconds since the epoch; "local" is the phone's own clock, which
 * may be wrong by hours.
 */
import { t } from "./i18n.ts";

const DAY_SECONDS = 86_400;

/** Bounds of (server clock − local clock) in milliseconds: the truth lies between them. */
export interface Skew {
  low: number;
  high: number;
}

/** One answered request: when it left, when its answer came (local), and what the server's clock said between. */
export interface Sample {
  sentAt: number;
  receivedAt: number;
  serverAt: number;
  /** How coarse `serverAt` is: 1000 for a `Date` header, 1 for an instant with milliseconds. */
  resolution: number;
}

/** The server read its clock after we sent and before we received; more than that nobody knows. */
export function skewOf(sample: Sample): Skew {
  return {
    low: sample.serverAt - sample.receivedAt,
    high: sample.serverAt + sample.resolution - sample.sentAt,
  };
}

/** Narrows what was known by a new sample. No overlap means that a clock was set: then only the new one counts. */
export function narrow(known: Skew | null, next: Skew): Skew {
  if (!known) return next;
  const low = Math.max(known.low, next.low);
  const high = Math.min(known.high, next.high);
  return low <= high ? { low, high } : next;
}

export function offsetOf(skew: Skew | null): number {
  return skew ? Math.round((skew.low + skew.high) / 2) : 0;
}

/** Whole seconds left, rounded up: a clock shows 05:00 at its start and 00:00 only when the time is up. */
export function secondsLeft(dueAt: number, now: number): number {
  const seconds = (dueAt - now) / 1000;
  return seconds > 0 ? Math.ceil(seconds) : Math.ceil(seconds) || 0;
}

/** Share of the time that is left, 0 … 1. */
export function shareLeft(startAt: number, dueAt: number, now: number): number {
  if (dueAt <= startAt) return 0;
  return Math.min(1, Math.max(0, (dueAt - now) / (dueAt - startAt)));
}

export type Urgency = "calm" | "soon" | "last" | "over";

/** More than half is calm, down to a fifth soon, below it the last part, then over. */
export function urgencyOf(share: number): Urgency {
  if (share > 0.5) return "calm";
  if (share > 0.2) return "soon";
  return share > 0 ? "last" : "over";
}

/** `03:36` left, `+01:05` over; an hour and more as `1:02:03`, a day and more in the words of days and hours. */
export function digits(seconds: number): string {
  const whole = Math.abs(seconds);
  if (whole >= DAY_SECONDS) {
    const words = t("common.days_hours", { days: Math.floor(whole / DAY_SECONDS), hours: Math.floor((whole % DAY_SECONDS) / 3600) });
    return seconds < 0 ? `+${words}` : words;
  }
  const two = (n: number): string => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
  return seconds < 0 ? `+${shown}` : shown;
}

/** Milliseconds from `now` until the shown digits change, so that a page wakes once a second and no more. */
export function untilNextDigit(dueAt: number, now: number): number {
  const rest = (dueAt - now) % 1000;
  return rest > 0 ? rest : rest + 1000;
}
