/**
 * What this phone keeps of one account, in IndexedDB: what was seen, and what waits to be sent.
 *
 * What was seen is the feed's own view and goes with the sign-out; what waits is the officer's own work and stays until
 * it was sent, withdrawn, or nobody came back for it. Without IndexedDB (private browsing) both live as long as the page.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Keeping } from "../shared/outbox.ts";
import { isParcel, type Parcel } from "../shared/queue.ts";

interface Schema extends DBSchema {
  views: { key: [string, string]; value: View };
  parcels: { key: number; value: Waiting; indexes: { account: string; key: string } };
}

interface View {
  account: string;
  name: string;
  value: unknown;
  /** By the phone's clock, in milliseconds. */
  at: number;
}

type Waiting = Parcel & { account: string; n?: number };

/** As long as a session lives (`WUFEN_SESSION_SECONDS`): what is older belongs to a shift that is over. */
export const VIEWS_LAST_MS = 12 * 3_600_000;
/** The server remembers keys for seven days; who has not come back after one will not send it any more. */
export const PARCELS_LAST_MS = 24 * 3_600_000;
const NAME = "wufen";
/** Under which the account itself stands: whose phone it is. */
export const ME = "me";

export interface Store {
  /** Null where nothing is kept, or it is too old. */
  recall<Value>(account: string, name: string): Promise<Value | null>;
  keep(account: string, name: string, value: unknown): Promise<void>;
  /** The account that was last signed in here, if it has not signed out. */
  last(): Promise<string | null>;
  /** Everything that was seen here, save by `account`; with `parcels` what waits, too. */
  forget(saveOf: string | null, parcels?: boolean): Promise<void>;
  /** How much waits of this account. */
  waiting(account: string): Promise<number>;
  parcels(account: string): Keeping;
}

let opening: Promise<IDBPDatabase<Schema> | null> | null = null;

function database(): Promise<IDBPDatabase<Schema> | null> {
  opening ??= openDB<Schema>(NAME, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("views", { keyPath: ["account", "name"] });
      const parcels = fresh.createObjectStore("parcels", { keyPath: "n", autoIncrement: true });
      parcels.createIndex("account", "account");
      parcels.createIndex("key", "key");
    },
    // The browser closes it at times, say after the storage was cleared: the next one who asks opens it again.
    terminated: () => (opening = null),
  }).catch(() => null);
  return opening;
}

export function openStore(now: () => number = Date.now): Store {
  const memory = new Map<string, View>();

  const views = async (): Promise<View[]> => (await (await database())?.getAll("views").catch(() => null)) ?? [...memory.values()];
  const fresh = (view: View | undefined): view is View => Boolean(view && Math.abs(now() - view.at) < VIEWS_LAST_MS);

  return {
    async recall<Value>(account: string, name: string) {
      const kept = await (await database())?.get("views", [account, name]).catch(() => undefined);
      const view = kept ?? memory.get(`${account} ${name}`);
      return fresh(view) ? (view.value as Value) : null;
    },
    async keep(account, name, value) {
      // A plain copy: what Vue watches cannot be stored as it is.
      const view: View = { account, name, value: JSON.parse(JSON.stringify(value)) as unknown, at: now() };
      try {
        const db = await database();
        if (!db) throw new Error("no database");
        await db.put("views", view);
      } catch {
        memory.set(`${account} ${name}`, view);
      }
    },
    async last() {
      const own = (await views()).filter((view) => view.name === ME && fresh(view)).sort((a, b) => b.at - a.at);
      return own[0]?.account ?? null;
    },
    async forget(saveOf, parcels = false) {
      for (const key of memory.keys()) if (!saveOf || !key.startsWith(`${saveOf} `)) memory.delete(key);
      const db = await database();
      if (!db) return;
      const both = db.transaction(["views", "parcels"], "readwrite");
      for await (const cursor of both.objectStore("views")) if (cursor.value.account !== saveOf) await cursor.delete();
      for await (const cursor of both.objectStore("parcels")) {
        const old = Math.abs(now() - cursor.value.at) > PARCELS_LAST_MS;
        if (cursor.value.account !== saveOf && (parcels || old)) await cursor.delete();
      }
      await both.done;
    },
    async waiting(account) {
      return (await (await database())?.countFromIndex("parcels", "account", account)) ?? 0;
    },
    parcels: (account) => keepingParcels(account),
  };
}

function keepingParcels(account: string): Keeping {
  let memory: Parcel[] = [];
  return {
    async read() {
      const db = await database();
      if (!db) return memory;
      const kept = await db.getAllFromIndex("parcels", "account", account);
      return kept.filter(isParcel).sort((a, b) => (a.n ?? 0) - (b.n ?? 0)).map(({ n: _n, account: _account, ...parcel }) => parcel);
    },
    async put(parcel, instead = parcel.key) {
      const db = await database();
      if (!db) {
        const known = memory.some(({ key }) => key === instead);
        memory = known ? memory.map((other) => (other.key === instead ? parcel : other)) : [...memory, parcel];
        return;
      }
      const change = db.transaction("parcels", "readwrite");
      const n = await change.store.index("key").getKey(instead);
      await change.store.put(n === undefined ? { ...parcel, account } : { ...parcel, account, n });
      await change.done;
    },
    async remove(keys) {
      memory = memory.filter(({ key }) => !keys.includes(key));
      const db = await database();
      if (!db) return;
      const change = db.transaction("parcels", "readwrite");
      for (const key of keys) {
        const n = await change.store.index("key").getKey(key);
        if (n !== undefined) await change.store.delete(n);
      }
      await change.done;
    },
  };
}
