/** How an entry of a vehicle's history ended, as a key of the catalogue. */
import type { HistoryEntry } from "./vehicles.ts";

export function resultOf(entry: Pick<HistoryEntry, "status" | "outcome" | "notified_at" | "moved_at">): string {
  if (entry.status !== "closed") return "vehicles.result.open";
  const left = entry.outcome === "settled" && entry.notified_at !== null && entry.moved_at !== null && entry.moved_at >= entry.notified_at;
  return left ? "vehicles.result.left" : `vehicles.result.${entry.outcome ?? "resolved"}`;
}
