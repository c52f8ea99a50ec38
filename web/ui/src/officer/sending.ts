/**
 * The officer's deeds and photos on their way: one outbox for this account, kept in IndexedDB, shown on the page.
 *
 * What a refusal means is told by `onRefused`; what an officer does about one that came late is `WaitingSheet.vue`.
 */
import { computed, onScopeDispose, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { type ApiError, serverNow } from "../shared/api.ts";
import { openOutbox, type Added, type Keeping } from "../shared/outbox.ts";
import type { UnitStatus } from "./duty.ts";
import { PHOTOS, standing, type Bounds, type Parcel, type Queue } from "../shared/queue.ts";

export interface SendingOptions {
  /** Whose queue: the phone may change hands. */
  officer: string;
  keeping: Keeping;
  onDone(answer: Record<string, unknown>, parcel: Parcel): void;
  /** `late`: it waited, so that the officer looks at something else by now, and settles it when he likes. */
  onRefused(error: ApiError, parcel: Parcel, late: boolean, along: Queue): void;
}

export interface Sending {
  queue: ShallowRef<Queue>;
  /** What is shown as if it had happened already. */
  standing: ComputedRef<Parcel[]>;
  /** The incident of what is on its way right now, and its key. */
  underway: ShallowRef<Parcel | null>;
  act(incident: string, command: string, body?: Record<string, unknown>): Promise<Added>;
  photograph(incident: string, picture: Blob): Promise<Added>;
  /** A photo of a parked car under the id that this phone gave it, and after it the record that is filed of it. */
  capture(id: string, path: string, picture: Blob): Promise<Added>;
  file(id: string, body: Record<string, unknown>, label: string): Promise<Added>;
  /** How a record ended; after the photo `id` that shows it, or under the record's own where there is none. */
  end(id: string, record: string, body: Record<string, unknown>, label: string): Promise<Added>;
  /** What one is doing oneself. The newest word counts: one that has not gone yet goes no more. */
  status(status: UnitStatus): Promise<Added>;
  /** What was asked of a colleague, or answered him, and found no network; under the key of the first try. */
  relief(incident: string, command: ReliefCommand, path: string, body: Record<string, unknown>, key: string): Promise<Added>;
  withdraw(key: string): Promise<void>;
  retry(key: string): Promise<void>;
  flush(): void;
}

/** What one phone holds for later: a long shift in a valley, and no more than a browser gives without asking. */
export const BOUNDS: Bounds = { parcels: 100, bytes: 40 * 1024 * 1024 };
/** Whoever pressed a button this long ago has turned to something else. */
const LATE_MS = 10_000;
export const CAPTURE = "capture";
export const FILE_RECORD = "file_record";
export const END_RECORD = "end_record";
/** Deeds of parking records: nothing of them is in the feed. */
export const OF_RECORDS: ReadonlySet<string> = new Set([CAPTURE, FILE_RECORD, END_RECORD]);
/** Of no incident: the officer's own unit status. */
export const OWN = "duty";
export const isOwn = ({ incident }: Pick<Parcel, "incident">): boolean => incident === OWN;
export type ReliefCommand = "relief_asked" | "relief_accepted" | "relief_declined" | "relief_withdrawn";
export const isRelief = ({ command }: Pick<Parcel, "command">): boolean => command.startsWith("relief_");

export function useSending(options: SendingOptions): Sending {
  const queue = shallowRef<Queue>([]);
  const underway = shallowRef<Parcel | null>(null);
  const outbox = openOutbox({
    name: options.officer,
    keeping: options.keeping,
    bounds: BOUNDS,
    onChange(next, going) {
      queue.value = next;
      underway.value = going;
    },
    onDone: (parcel, answer) => options.onDone(answer, parcel),
    holds: (parcel) => Boolean(parcel.waited) || serverNow() - parcel.at > LATE_MS,
    onRefused: (parcel, error, held, along) => options.onRefused(error, parcel, held, along),
  });
  const onVisible = (): void => void (document.visibilityState === "visible" && outbox.flush());
  document.addEventListener("visibilitychange", onVisible);
  onScopeDispose(() => {
    document.removeEventListener("visibilitychange", onVisible);
    outbox.close();
  });

  const pathOf = (incident: string, command: string): string => `/api/v1/incidents/${incident}/${command}`;
  return {
    queue,
    underway,
    standing: computed(() => standing(queue.value)),
    act: (incident, command, body = {}) => outbox.add({ incident, command, path: pathOf(incident, command), body }),
    photograph: async (incident, picture) =>
      outbox.add({ incident, command: PHOTOS, path: pathOf(incident, PHOTOS), body: {}, photo: await picture.arrayBuffer() }),
    capture: async (id, path, picture) => outbox.add({ incident: id, command: CAPTURE, path, body: {}, photo: await picture.arrayBuffer() }),
    file: (id, body, label) => outbox.add({ incident: id, command: FILE_RECORD, path: "/api/v1/parking-records", body, label }),
    end: (id, record, body, label) => outbox.add({ incident: id, command: END_RECORD, path: endOf(record), body, label }),
    status: async (status) => {
      for (const { key } of queue.value.filter(isOwn)) await outbox.withdraw(key);
      return outbox.add({ incident: OWN, command: `status_${status}`, method: "PUT", path: "/api/v1/duty/status", body: { status } });
    },
    relief: (incident, command, path, body, key) => outbox.add({ incident, command, path, body, key }),
    withdraw: outbox.withdraw,
    retry: outbox.retry,
    flush: outbox.flush,
  };
}

/** Where it is said how a record ended. */
export const endOf = (record: string): string => `/api/v1/parking-records/${record}/end`;
