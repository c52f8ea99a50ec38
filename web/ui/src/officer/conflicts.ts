/**
 * Pure: why a deed that was sent late came too late, and whether trying again could help.
 *
 * Gives keys of the catalogue with their parameters. `now` is the server's, in milliseconds.
 */
import type { Incident } from "../shared/incident.ts";
import { goingWith, type Parcel, type Queue } from "../shared/queue.ts";
import { isOpen } from "../shared/urgency.ts";
import { isRecordState } from "./parking.ts";
import { END_RECORD } from "./sending.ts";

/** `outcome` is a code of the catalogue, of a record its state; `since` an instant. */
export interface Explanation {
  key: "taken" | "closed" | "others" | "open" | "record" | "server";
  by: string;
  since: number | null;
  outcome: string;
}

const instant = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

/** `known` is the incident as the feed has it now. */
export function explain(parcel: Parcel, known: Incident | null, me: string): Explanation {
  const nothing: Explanation = { key: "server", by: "", since: null, outcome: "" };
  const by = parcel.refusal?.details.by;
  if (parcel.refusal?.code === "already_accepted" && typeof by === "string")
    return { ...nothing, key: "taken", by, since: known?.officer === by ? instant(known.accepted_at) : null };
  const state = parcel.refusal?.details.status;
  if (parcel.command === END_RECORD && isRecordState(state)) return { ...nothing, key: "record", outcome: state };
  // Of what a colleague asked, his having it is no reason: the server says what was.
  if (!known || parcel.command === "relief_accepted" || parcel.command === "relief_declined") return nothing;
  if (known.status === "closed") return { ...nothing, key: "closed", since: instant(known.closed_at), outcome: known.outcome ?? "resolved" };
  if (known.officer && known.officer !== me) return { ...nothing, key: "others", by: known.officer, since: instant(known.accepted_at) };
  if (isOpen(known) && parcel.command !== "accept") return { ...nothing, key: "open" };
  return nothing;
}

/** Whether the same deed may succeed now, by all that is known here. */
export function mayRetry(parcel: Parcel, known: Incident | null, me: string): boolean {
  if (!known || known.status === "closed") return false;
  return parcel.command === "accept" ? isOpen(known) : known.officer === me;
}

/** Later deeds that were built on it and go with it, itself not counted; photos apart. */
export function builtOn(queue: Queue, key: string): { steps: number; photos: number } {
  const others = new Set(goingWith(queue, key).filter((other) => other !== key));
  const going = queue.filter((parcel) => others.has(parcel.key));
  const photos = going.filter(({ photo }) => photo).length;
  return { steps: going.length - photos, photos };
}

export function countOf(queue: Queue): { steps: number; photos: number } {
  const photos = queue.filter(({ photo }) => photo).length;
  return { steps: queue.length - photos, photos };
}

/** How long ago, as the catalogue says it. */
export function ago(since: number, now: number): { key: "just_now" | "minutes" | "hours"; n: number } {
  const minutes = Math.floor((now - since) / 60_000);
  if (minutes < 1) return { key: "just_now", n: 0 };
  return minutes < 60 ? { key: "minutes", n: minutes } : { key: "hours", n: Math.floor(minutes / 60) };
}
