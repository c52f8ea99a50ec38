/**
 * What one account has seen, to be read again without a network: the feed's view of it and nothing more personal.
 *
 * Names, whole plates, messages and pictures are asked for anew each time, and stand on the record then.
 */
import { onScopeDispose, watch, type Ref } from "vue";
import type { FullIncident } from "./pulled.ts";
import type { Store } from "./store.ts";

export interface Kept {
  recall<Value>(name: string): Promise<Value | null>;
  keep(name: string, value: unknown): void;
}

export const keptOf = (store: Store, account: string): Kept => ({
  recall: (name) => store.recall(account, name),
  keep: (name, value) => void store.keep(account, name, value),
});

/** What may lie on the phone of the view of one incident: what the feed shows, and what happened when. */
export function keepable(full: FullIncident): FullIncident {
  const { plate_full: _plate, messages: _messages, notices: _notices, decisions: _decisions, ...shown } = full;
  return { ...shown, photos: [], timeline: full.timeline.map(({ event, at }) => ({ event, at })) };
}

const WRITE_MS = 2000;

/** Keeps what changes often, at most every two seconds, and once more when the page is left. */
export function keepLatest<Value>(kept: Kept, name: () => string | null, source: Readonly<Ref<Value | null>>, written: (value: Value) => unknown): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const under = name();
    if (under && source.value !== null) kept.keep(under, written(source.value));
  };
  watch(source, () => (timer ??= setTimeout(write, WRITE_MS)));
  const onHidden = (): void => void (document.visibilityState === "hidden" && timer !== undefined && write());
  document.addEventListener("visibilitychange", onHidden);
  onScopeDispose(() => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onHidden);
  });
}
