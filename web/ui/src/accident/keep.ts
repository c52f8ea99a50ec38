/** What this phone remembers of an accident: whose it is, so that a closed page goes on where it was. */
import type { Held } from "./data.ts";

const KEY = "wufen:accident";

export function kept(): Held | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Held | null;
  } catch {
    return null;
  }
}

/** Private browsing may refuse storage: then the link of the notice leads back. */
export function keep(held: Held | null): void {
  try {
    if (held) localStorage.setItem(KEY, JSON.stringify(held));
    else localStorage.removeItem(KEY);
  } catch {
    return;
  }
}
