/** What a page does again and again while it stands, and a reactive "now" on the server's clock. */
import { onScopeDispose, ref, watch, type Ref } from "vue";
import { serverNow } from "./api.ts";
import { untilNextDigit } from "./clock.ts";

/** As long as the component stands. */
export function useEvery(ms: number, what: () => void): void {
  const timer = setInterval(what, ms);
  onScopeDispose(() => clearInterval(timer));
}

/** "Now" as often as said: for what is counted in minutes, or much at once. */
export function useNow(ms = 1000): Ref<number> {
  const now = ref(serverNow());
  useEvery(ms, () => (now.value = serverNow()));
  return now;
}

/** "Now" that changes exactly when a countdown's digits do. */
export function useTicking(dueAt: () => number): Ref<number> {
  const now = ref(serverNow());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tick = (): void => {
    clearTimeout(timer);
    now.value = serverNow();
    // One millisecond later, so that rounding never shows the old second once more.
    timer = setTimeout(tick, untilNextDigit(dueAt(), now.value) + 1);
  };
  watch(dueAt, tick, { immediate: true });
  document.addEventListener("visibilitychange", tick);
  onScopeDispose(() => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", tick);
  });
  return now;
}
