/** What the simulated phones have received: fetched, and fetched again as soon as the hub says that something came. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import { addMessages, lastNumber, type Message, type Phone } from "./messages.ts";

export interface Listening {
  phones: ShallowRef<readonly Phone[]>;
  state: Ref<"loading" | "ready" | "offline" | "closed">;
}

const POLL_AWAY_MS = 1500;
const POLL_LIVE_MS = 20_000;
const TICKET = "/api/v1/simulator/connection-token";
const CHANNEL = "phones:simulator";

export function useListening(onNew: (message: Message) => void): Listening {
  const phones = shallowRef<readonly Phone[]>([]);
  const state: Listening["state"] = ref("loading");
  let live = false;
  let hub: Hub | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const load = async (): Promise<void> => {
    try {
      const { messages } = await call<{ messages: Message[] }>(`/api/v1/simulator/messages?after=${lastNumber(phones.value)}`);
      phones.value = addMessages(phones.value, messages);
      if (state.value !== "loading") messages.forEach(onNew);
      state.value = "ready";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.value = error.status === 404 || error.status === 403 ? "closed" : "offline";
    }
  };

  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (stopped) return;
    await load();
    if (!stopped && state.value !== "closed") timer = setTimeout(() => void poll(), live ? POLL_LIVE_MS : POLL_AWAY_MS);
  };

  const listen = async (): Promise<void> => {
    const opened = await openHub({
      ticket: TICKET,
      onState: (connected) => {
        live = connected;
        void poll();
      },
    });
    if (stopped) return opened.close();
    hub = opened;
    const load = async (): Promise<Position> => ({ offset: 0, epoch: "" });
    hub.follow<unknown>({ channel: CHANNEL, load, onPublication: () => void poll() });
  };

  void poll().then(() => (state.value === "closed" ? undefined : listen().catch(() => undefined)));
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
    hub?.close();
  });
  return { phones, state };
}
