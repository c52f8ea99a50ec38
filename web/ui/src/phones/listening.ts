/** What the simulated phones have received: fetched, and fetched again as soon as the hub says that something came. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { ApiError, call } from "../shared/api.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import { makePoll } from "../shared/polling.ts";
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
  let stopped = false;

  const load = async (): Promise<void> => {
    try {
      const { messages } = await call<{ messages: Message[] }>(`/api/v1/simulator/messages?after=${lastNumber(phones.value)}`);
      phones.value = addMessages(phones.value, messages);
      if (state.value !== "loading") messages.forEach(onNew);
      state.value = "ready";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.value = error.transient ? "offline" : "closed";
      if (state.value === "closed") poll.stop();
    }
  };

  const poll = makePoll(load, () => (live ? POLL_LIVE_MS : POLL_AWAY_MS), true);

  const listen = async (): Promise<void> => {
    const opened = await openHub({
      ticket: TICKET,
      onState: (connected) => {
        live = connected;
        poll.now();
      },
    });
    if (stopped) return opened.close();
    hub = opened;
    const nowhere = async (): Promise<Position> => ({ offset: 0, epoch: "" });
    hub.follow<unknown>({ channel: CHANNEL, load: nowhere, onPublication: poll.now });
  };

  poll.now();
  void listen().catch(() => undefined);
  onScopeDispose(() => {
    stopped = true;
    poll.stop();
    hub?.close();
  });
  return { phones, state };
}
