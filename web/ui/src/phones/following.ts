/**
 * The simulated phones, live: asked once, told by the hub that there is more, asked now and then while it is away.
 */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { call } from "../shared/api.ts";
import { openHub, type Hub, type Position } from "../shared/hub.ts";
import { newestOf, receive, type Message, type Phone } from "./phones.ts";

export interface Phones {
  phones: ShallowRef<Phone[]>;
  live: Ref<boolean>;
  /** False until the first answer. */
  loaded: Ref<boolean>;
  reachable: Ref<boolean>;
}

const POLL_MS = 3000;
const NOWHERE: Position = { offset: 0, epoch: "" };

export function usePhones(): Phones {
  const phones = shallowRef<Phone[]>([]);
  const live = ref(false);
  const loaded = ref(false);
  const reachable = ref(true);
  let hub: Hub | null = null;
  let stopped = false;
  let asking: Promise<void> | null = null;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = async (): Promise<void> => {
    try {
      const { messages } = await call<{ messages: Message[] }>(`/api/v1/simulator/messages?after=${newestOf(phones.value)}`);
      if (messages.length) phones.value = receive(phones.value, messages);
      reachable.value = loaded.value = true;
    } catch {
      reachable.value = false;
    }
  };

  /** One question at a time; what arrives meanwhile is asked for afterwards. */
  const look = async (): Promise<void> => {
    if (asking) {
      again = true;
      return asking;
    }
    asking = ask();
    await asking;
    asking = null;
    if (again) {
      again = false;
      await look();
    }
  };

  const poll = async (): Promise<void> => {
    await look();
    if (!stopped) timer = setTimeout(() => void poll(), POLL_MS);
  };

  const load = async (): Promise<Position> => {
    await look();
    return NOWHERE;
  };

  const listen = async (): Promise<void> => {
    const opened = await openHub({ ticket: "/api/v1/simulator/connection-token", onState: (now) => (live.value = now) });
    if (stopped) return opened.close();
    hub = opened;
    hub.follow({ channel: "phones:simulator", load, onPublication: () => void look() });
  };

  void poll();
  void listen().catch(() => undefined);
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
    hub?.close();
  });
  return { phones, live, loaded, reachable };
}
