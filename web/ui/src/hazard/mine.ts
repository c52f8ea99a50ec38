/** Which hazards this phone follows: its links, the newest first, on this phone only. */
import type { Category } from "./data.ts";

export interface Mine {
  incident: string;
  token: string;
  reason: Category;
  at: number;
}

const KEY = "wufen:hazards";
const MOST = 20;

export function mine(): Mine[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as Mine[]) : [];
  } catch {
    return [];
  }
}

export function remember(one: Mine): void {
  write([one, ...mine().filter(({ incident }) => incident !== one.incident)].slice(0, MOST));
}

export function forget(incident: string): void {
  write(mine().filter((one) => one.incident !== incident));
}

function write(kept: Mine[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    return; // a private window keeps nothing; the link does
  }
}
