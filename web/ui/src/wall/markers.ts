/** Pure: where the open incidents stand in the drawing, the most urgent one with a word about it. */
import { digits, secondsLeft, shareLeft, urgencyOf, type Urgency } from "../shared/clock.ts";
import type { Incident } from "../shared/incident.ts";
import { clockOf } from "../shared/urgency.ts";
import { inside, place, WIDTH, type View } from "./schematic.ts";

export interface Marker {
  id: string;
  kind: Incident["kind"];
  x: number;
  y: number;
  tone: Urgency | "taken";
  share: number;
  /** What is written beside the first one that is over or nearly so. */
  callout: { incident: Incident; digits: string; left: boolean } | null;
}

const MOST = 60;

/** `open` in the order of the list: the first that is urgent gets the word. */
export function markersOf(open: readonly Incident[], view: View, now: number): Marker[] {
  const markers: Marker[] = [];
  let said = false;
  for (const incident of open.slice(0, MOST)) {
    if (!incident.location) continue;
    const at = place(incident.location, view);
    if (!inside(at)) continue;
    const { startAt, dueAt, since } = clockOf(incident);
    const share = since ? 1 : shareLeft(startAt, dueAt, now);
    const tone = since ? "taken" : urgencyOf(share);
    const speaks: boolean = !said && (tone === "over" || tone === "last");
    said ||= speaks;
    const callout = speaks ? { incident, digits: digits(secondsLeft(dueAt, now)), left: at.x > WIDTH * 0.62 } : null;
    markers.push({ id: incident.id, kind: incident.kind, ...at, tone, share, callout });
  }
  // The one with the word is drawn last, above the others.
  return markers.sort((a, b) => Number(Boolean(a.callout)) - Number(Boolean(b.callout)));
}
