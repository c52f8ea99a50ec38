/** What somebody is writing at the rule desk, kept in this window until it is saved: a reload or a dead spot loses nothing. */
import type { Words } from "../shared/words.ts";
import type { Golden, Row } from "./rules.ts";

export interface Unsaved {
  rows: Row[];
  golden: Golden[];
  source: Words;
  note: string;
}

const keyOf = (place: string): string => `wufen.rules.unsaved ${place}`;

/** Null for nothing, and for what an older page has left in another form. */
export function unsavedOf(place: string): Unsaved | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(place)) ?? "null") as Unsaved | null;
    return Array.isArray(kept?.rows) && Array.isArray(kept.golden) && typeof kept.source === "object" ? kept : null;
  } catch {
    return null;
  }
}

export function keepUnsaved(place: string, unsaved: Unsaved): void {
  try {
    sessionStorage.setItem(keyOf(place), JSON.stringify(unsaved));
  } catch {
    // A full or forbidden store: then it is kept on the page only.
  }
}

export const dropUnsaved = (place: string): void => sessionStorage.removeItem(keyOf(place));
