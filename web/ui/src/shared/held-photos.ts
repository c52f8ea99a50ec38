/**
 * Photos that this phone holds until the server has them, in IndexedDB: a reload or a dead battery takes none of them away.
 *
 * Without IndexedDB (private browsing) they live as long as the page.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export interface Held {
  /** The upload's. */
  id: string;
  incident: string;
  /** Of whoever sends it: two parties may share one phone. */
  token: string;
  /** Of an accident's guide. */
  shot: string | null;
  file: Blob;
  /** By the phone's clock, in milliseconds. */
  at: number;
}

interface Schema extends DBSchema {
  photos: { key: string; value: Held };
}

/** What is older nobody waits for any more: the server forgets an unfinished upload after a day. */
const LAST_MS = 2 * 24 * 3_600_000;
let opening: Promise<IDBPDatabase<Schema> | null> | null = null;

async function open(): Promise<IDBPDatabase<Schema> | null> {
  try {
    return await openDB<Schema>("wufen-photos", 1, {
      upgrade: (fresh) => void fresh.createObjectStore("photos", { keyPath: "id" }),
      terminated: () => (opening = null),
    });
  } catch {
    return null;
  }
}

const database = (): Promise<IDBPDatabase<Schema> | null> => (opening ??= open());

/** Of one incident, in the order in which they were added; what is too old goes. */
export async function heldOf(incident: string, now: number = Date.now()): Promise<Held[]> {
  const db = await database();
  const all = (await db?.getAll("photos").catch(() => [])) ?? [];
  for (const old of all.filter(({ at }) => now - at > LAST_MS)) await letGo(old.id);
  return all.filter((one) => one.incident === incident && now - one.at <= LAST_MS).sort((one, other) => one.at - other.at);
}

/** False: it is not kept, and lives as long as the page. */
export async function hold(held: Held): Promise<boolean> {
  const db = await database();
  return (await db?.put("photos", held).then(() => true, () => false)) ?? false; // prettier-ignore
}

export async function letGo(id: string): Promise<void> {
  await (await database())?.delete("photos", id).catch(() => undefined);
}
