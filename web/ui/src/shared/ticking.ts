/** A reactive "now" on the server's clock that changes exactly when a countdown's digits do. */
import { onScopeDispose, ref, watch, type Ref } from "vue";
import { serverNow } from "./api.ts";
import { untilNextDigit } from "./clock.ts";

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
