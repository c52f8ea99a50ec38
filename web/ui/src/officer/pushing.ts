/** Being told while the page is closed: the browser subscribes, the server keeps where; both only as long as one is signed in. */
import { ref, type Ref } from "vue";
import { ApiError, call } from "../shared/api.ts";

/** none: this browser or this city cannot. */
export type Push = "none" | "off" | "on" | "blocked";

export interface Pushing {
  state: Ref<Push>;
  toggle(): Promise<void>;
}

const bytes = (key: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(key.length / 4) * 4, "=")), (c) => c.charCodeAt(0));

async function keyOfServer(): Promise<string | null> {
  try {
    return (await call<{ key: string }>("/api/v1/push/key")).key;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

const manager = async (): Promise<PushManager | null> => {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return null;
  return (await navigator.serviceWorker.getRegistration())?.pushManager ?? null;
};

/** Who turned it on here: nobody else is told by his browser, and he is told again after the next sign-in. */
const STORE = "wufen:push";

async function kept(made: PushSubscription, who: string): Promise<void> {
  const { endpoint, keys } = made.toJSON();
  await call("/api/v1/push/subscription", { method: "PUT", body: { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } } });
  localStorage.setItem(STORE, who);
}

/** A subscription ends with its session: whoever signs in again goes on being told, and somebody else begins without. */
export async function renewPush(who: string): Promise<void> {
  const known = await (await manager())?.getSubscription();
  if (!known) return;
  if (localStorage.getItem(STORE) === who) await kept(known, who);
  else await known.unsubscribe();
}

export function usePushing(who: string): Pushing {
  const state = ref<Push>("none");
  let key: string | null = null;

  async function look(): Promise<void> {
    const there = await manager();
    if (!there) return;
    key = await keyOfServer();
    if (!key) return;
    state.value = Notification.permission === "denied" ? "blocked" : (await there.getSubscription()) ? "on" : "off";
  }

  async function toggle(): Promise<void> {
    const there = await manager();
    if (!there || !key || state.value === "blocked") return;
    const known = await there.getSubscription();
    if (known) {
      await known.unsubscribe();
      localStorage.removeItem(STORE);
      await call("/api/v1/push/subscription", { method: "DELETE" });
      state.value = "off";
      return;
    }
    if ((await Notification.requestPermission()) !== "granted") {
      state.value = Notification.permission === "denied" ? "blocked" : "off";
      return;
    }
    const made = await there.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    await kept(made, who);
    state.value = "on";
  }

  void look().catch(() => undefined);
  return { state, toggle: () => toggle().catch(() => undefined) };
}
