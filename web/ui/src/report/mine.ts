/** The links of what was reported with this phone, the newest first, on this phone only. */
import type { Offence } from "./data.ts";

export interface Mine {
  report: string;
  token: string;
  offence: Offence;
}

const KEY = "wufen:reports";
const MOST = 10;

export function mine(): Mine[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as Mine[]) : [];
  } catch {
    return [];
  }
}

export function remember(one: Mine): void {
  write([one, ...mine().filter(({ report }) => report !== one.report)].slice(0, MOST));
}

export function forget(token: string): void {
  write(mine().filter((one) => one.token !== token));
}

function write(kept: Mine[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    return; // a private window keeps nothing; the link does
  }
}
