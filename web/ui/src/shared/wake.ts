/**
 * A session falls asleep when nobody has touched the page for too long, and it ends: by its time, or by somebody's word.
 * Nothing that was typed is lost: the page stays as it is, under a sheet that asks who is there or behind its door, and
 * every call that was refused for it goes out again once that is answered.
 */
import { ref } from "vue";
import { ApiError, call, handTouched, onRefused } from "./api.ts";
import { RETURN } from "./hub.ts";

const PING_MS = 60_000;
const LOOK_MS = 5_000;
const TOUCHES = ["pointerdown", "keydown", "input", "wheel", "touchstart"] as const;

/** So many calls wait before a closed door. Beyond them one is told that nothing was decided, and may come again. */
export const MOST_WAITING = 64;

export type Closed = "asleep" | "ended";

/** Why nothing opens just now; null: it does. */
export const closed = ref<Closed | null>(null);
let waiting: (() => void)[] = [];

/** Until somebody has shown who he is. What has ended does not fall asleep any more. */
export function close(why: Closed): Promise<void> {
  if (closed.value !== "ended") closed.value = why;
  return new Promise((resolve) => waiting.push(resolve));
}

export function wakeUp(): void {
  closed.value = null;
  const all = waiting;
  waiting = [];
  for (const go of all) go();
  dispatchEvent(new Event(RETURN));
}

function closedBy({ code, status }: ApiError): Closed | null {
  if (code === "session_asleep") return "asleep";
  return status === 401 && code === "unauthenticated" ? "ended" : null;
}

/** What a refused call waits for; null where it does not wait. Rejects when too many wait already. */
export function waitOn(refused: ApiError): Promise<void> | null {
  const why = closedBy(refused);
  if (!why) return null;
  if (waiting.length >= MOST_WAITING) return Promise.reject(new ApiError(503, { code: "unavailable" }));
  return close(why);
}

/** Pure: what to do now, by when a hand last touched the page and when the server last heard of it. */
export function due(now: number, touchedAt: number, toldAt: number, idleMs: number): "lock" | "tell" | "nothing" {
  if (now - touchedAt >= idleMs) return "lock";
  return touchedAt > toldAt && now - toldAt >= PING_MS ? "tell" : "nothing";
}

/** Watches for hands from now on; returns what ends the watch. `idleSeconds` is the server's. */
export function watchHands(idleSeconds: number): () => void {
  let touchedAt = Date.now();
  let toldAt = touchedAt;
  const touched = (): void => {
    if (closed.value) return;
    touchedAt = Date.now();
    handTouched();
  };
  const look = (): void => {
    if (closed.value) return;
    const what = due(Date.now(), touchedAt, toldAt, idleSeconds * 1000);
    if (what === "nothing") return;
    toldAt = Date.now();
    if (what === "tell") void call("/api/v1/me").catch(() => undefined);
    else {
      void call("/api/v1/sessions/current/lock", { body: {}, wakes: false }).catch(() => undefined);
      void close("asleep").then(() => (touchedAt = toldAt = Date.now()));
    }
  };
  for (const name of TOUCHES) addEventListener(name, touched, { passive: true, capture: true });
  document.addEventListener("visibilitychange", look);
  const timer = setInterval(look, LOOK_MS);
  onRefused(waitOn);
  return () => {
    for (const name of TOUCHES) removeEventListener(name, touched, { capture: true });
    document.removeEventListener("visibilitychange", look);
    clearInterval(timer);
    onRefused(null);
    wakeUp();
  };
}
