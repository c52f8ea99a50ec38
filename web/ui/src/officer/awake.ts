/** Keeps the screen on while the officer is on duty and looks at the page. */
import { onScopeDispose, watch, type Ref } from "vue";

export function useAwake(wanted: Ref<boolean>): void {
  let lock: WakeLockSentinel | null = null;

  const hold = async (): Promise<void> => {
    if (!wanted.value || lock || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => (lock = null), { once: true });
    } catch {
      // An empty battery may refuse; then the phone sleeps as it is used to.
      lock = null;
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
}
