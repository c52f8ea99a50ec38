/**
 * What the own channel says of stolen cars and cloned plates: the newest first, each told once.
 *
 * A desk that is opened later asks what stands (`stand`); what was read on this machine is not told again by that.
 */
import { shallowRef, type ShallowRef } from "vue";

export interface WatchedAlert {
  incident: string;
  district: string;
  plate: string;
  kinds: string[];
  plate_classes: string[];
}

/** One that stands, as the desk has it; `at`: when it was raised. */
export interface StandingAlert extends WatchedAlert {
  at: string;
}

/** A publication of `officer:<id>` that is about no incident of a feed. */
export interface AlertPublication {
  event: string;
  at: string;
  alert?: WatchedAlert;
}

/** An alert of a replay that is older than this is history: the incident's page still shows it. */
export const LOUD_FOR_MS = 10 * 60_000;

export interface Alerts {
  waiting: ShallowRef<readonly WatchedAlert[]>;
  take(publication: AlertPublication, now: number): boolean;
  stand(standing: readonly StandingAlert[]): void;
  read(): void;
}

export function useAlerts(onNew: () => void): Alerts {
  const waiting = shallowRef<readonly WatchedAlert[]>([]);
  return {
    waiting,
    take(publication, now) {
      const { alert, at } = publication;
      if (publication.event !== "watched" || !alert) return false;
      if (now - Date.parse(at) > LOUD_FOR_MS) return true;
      waiting.value = [alert, ...waiting.value.filter((other) => nameOf(other) !== nameOf(alert))];
      onNew();
      return true;
    },
    stand(standing) {
      const known = new Set([...waiting.value.map(nameOf), ...readOnes()]);
      const fresh = standing.filter((alert) => !known.has(nameOf(alert)));
      if (fresh.length === 0) return;
      waiting.value = [...waiting.value, ...fresh];
      onNew();
    },
    read() {
      const [first, ...rest] = waiting.value;
      if (first) remember(nameOf(first));
      waiting.value = rest;
    },
  };
}

const STORE = "wufen:alerts:read";
const MOST_REMEMBERED = 200;

/** One alarm of an incident: what it is looked out for names it, in whatever order. */
const nameOf = ({ incident, kinds }: WatchedAlert): string => `${incident} ${[...kinds].sort().join()}`;

function readOnes(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

function remember(name: string): void {
  try {
    localStorage.setItem(STORE, JSON.stringify([name, ...readOnes().filter((one) => one !== name)].slice(0, MOST_REMEMBERED)));
  } catch {
    // Without storage it is told again after a reload, which harms nobody.
  }
}
