/** Keeps parcels as text, for a page with few of them and no photos. IndexedDB is the officer's (`officer/store.ts`). */
import type { Keeping } from "./outbox.ts";
import { readQueue, type Parcel } from "./queue.ts";

/** Private browsing may refuse storage: then they live as long as the page. */
export function keepingText(name: string): Keeping {
  const store = `wufen:outbox:${name}`;
  let kept: Parcel[] | null = null;
  const read = (): Parcel[] => {
    try {
      return (kept ??= readQueue(localStorage.getItem(store)));
    } catch {
      return (kept ??= []);
    }
  };
  const write = (next: Parcel[]): void => {
    kept = next;
    try {
      if (next.length > 0) localStorage.setItem(store, JSON.stringify(next));
      else localStorage.removeItem(store);
    } catch {
      return;
    }
  };
  return {
    read: () => Promise.resolve(read()),
    put(parcel, instead = parcel.key) {
      const known = read().some(({ key }) => key === instead);
      write(known ? read().map((other) => (other.key === instead ? parcel : other)) : [...read(), parcel]);
      return Promise.resolve();
    },
    remove(keys) {
      write(read().filter(({ key }) => !keys.includes(key)));
      return Promise.resolve();
    },
  };
}
