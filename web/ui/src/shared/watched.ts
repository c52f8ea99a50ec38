/** What the own channel says of stolen cars and cloned plates: the newest first, each told once. */
import { shallowRef, type ShallowRef } from "vue";

export interface WatchedAlert {
  incident: string;
  district: string;
  plate: string;
  kinds: string[];
  plate_classes: string[];
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
      waiting.value = [alert, ...waiting.value.filter(({ incident, kinds }) => incident !== alert.incident || kinds.join() !== alert.kinds.join())];
      onNew();
      return true;
    },
    read: () => void (waiting.value = waiting.value.slice(1)),
  };
}
