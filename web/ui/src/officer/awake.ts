/** Keeps the screen on while the officer is on duty and looks at the page; says so where the phone does not let it. */
import { onScopeDispose, ref, watch, type Ref } from "vue";

/** `unable`: the phone knows no such thing; `refused`: it would not just now, say because its battery is low. */
export type Awake = "off" | "on" | "unable" | "refused";

export function useAwake(wanted: Ref<boolean>): Ref<Awake> {
  const able = "wakeLock" in navigator;
  const state = ref<Awake>(able ? "off" : "unable");
  let lock: WakeLockSentinel | null = null;

  const hold = async (): Promise<void> => {
    if (!wanted.value || lock || document.visibilityState !== "visible" || !able) return;
    try {
      const held = await navigator.wakeLock.request("screen");
      lock = held;
      state.value = "on";
      held.addEventListener("release", () => {
        if (lock === held) [lock, state.value] = [null, "off"];
      });
      if (!wanted.value) drop();
    } catch {
      // Then the phone sleeps as it is used to; the next look at the page asks again.
      [lock, state.value] = [null, "refused"];
    }
  };
  const drop = (): void => void lock?.release();

  watch(wanted, (on) => (on ? void hold() : drop()), { immediate: true });
  const onVisible = (): void => void hold();
  document.addEventListener("visibilitychange", onVisible);
  onScopeDispose(() => {
    document.removeEventListener("visibilitychange", onVisible);
    drop();
  });
  return state;
}
