/**
 * The live feed: the official `centrifuge` client, loaded only when a page asks for it.
 *
 * Keeps the connection awake and says when a snapshot must be loaded anew; folding is the page's part.
 */
import type { Centrifuge, Subscription } from "centrifuge";
import { ApiError, call } from "./api.ts";

export interface Position {
  offset: number;
  epoch: string;
}

export interface HubOptions {
  /** Bearer token of the caller; absent when the session cookie speaks. */
  token?: string | null;
  /** Where the connection token comes from, when not from the usual place. */
  ticket?: string;
  onState(live: boolean): void;
}

export interface Feed<Data> {
  channel: string;
  /** Where the snapshot on the page stands; without it `load` is asked first. */
  since?: Position;
  /** Loads the snapshot anew and says where it stands: the feed could not be resumed. */
  load(): Promise<Position>;
  onPublication(data: Data): void;
}

export interface Hub {
  follow<Data>(feed: Feed<Data>): () => void;
  /** A channel without history: only what is said from now on. */
  listen<Data>(channel: string, onPublication: (data: Data) => void): () => void;
  rpc(method: string, data: unknown): Promise<unknown>;
  close(): void;
}

interface ConnectionToken {
  token: string;
  url: string;
}

/** The page's event that its session is open again. */
export const RETURN = "wufen:return";
const FIRST_RETRY_MS = 150;
const LAST_RETRY_MS = 2000;
/** Beyond the announced ping interval: a silent death is noticed inside five seconds. */
const PING_SLACK_MS = 1500;
/** A page hidden for longer than this may hold a dead connection that looks alive. */
const ASLEEP_MS = 5000;

export async function openHub(options: HubOptions): Promise<Hub> {
  const connectionToken = (): Promise<ConnectionToken> =>
    call<ConnectionToken>(options.ticket ?? "/api/v1/connection-token", { token: options.token ?? null });
  const [{ Centrifuge, UnauthorizedError }, first] = await Promise.all([import("centrifuge"), patiently(connectionToken)]);
  const client = new Centrifuge(first.url, {
    token: first.token,
    getToken: async () => {
      try {
        return (await connectionToken()).token;
      } catch (error) {
        if (error instanceof ApiError && [401, 403].includes(error.status)) throw new UnauthorizedError(error.code);
        throw error;
      }
    },
    minReconnectDelay: FIRST_RETRY_MS,
    maxReconnectDelay: LAST_RETRY_MS,
    maxServerPingDelay: PING_SLACK_MS,
    timeout: 4000,
  });
  client.on("state", ({ newState }) => options.onState(newState === "connected"));
  const stopWaking = keepAwake(client);
  // Cut with the session, it stays away by itself.
  const returned = (): void => void reconnect(client, connectionToken).catch(() => undefined);
  addEventListener(RETURN, returned);
  client.connect();
  return {
    follow: (feed) => follow(client, feed),
    listen: (channel, onPublication) => listen(client, channel, onPublication),
    rpc: async (method, data) => (await client.rpc(method, data)).data as unknown,
    close: () => {
      stopWaking();
      removeEventListener(RETURN, returned);
      client.disconnect();
    },
  };
}

async function reconnect(client: Centrifuge, ticket: () => Promise<ConnectionToken>): Promise<void> {
  if (client.state !== "disconnected") return;
  client.setToken((await patiently(ticket)).token);
  client.connect();
}

/** Asks until an answer comes; only a plain refusal ends it. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError) || (!error.transient && error.status !== 429)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
  }
}

function follow<Data>(client: Centrifuge, feed: Feed<Data>): () => void {
  const subscription: Subscription = client.newSubscription(feed.channel, {
    since: feed.since ?? null,
    getState: () => feed.load(),
    minResubscribeDelay: FIRST_RETRY_MS,
    maxResubscribeDelay: LAST_RETRY_MS,
  });
  subscription.on("publication", ({ data }) => feed.onPublication(data as Data));
  subscription.on("subscribed", ({ wasRecovering, recovered }) => {
    if (wasRecovering && !recovered) void patiently(feed.load).catch(() => undefined);
  });
  subscription.subscribe();
  return () => {
    subscription.unsubscribe();
    client.removeSubscription(subscription);
  };
}

function listen<Data>(client: Centrifuge, channel: string, onPublication: (data: Data) => void): () => void {
  const subscription = client.newSubscription(channel);
  subscription.on("publication", ({ data }) => onPublication(data as Data));
  subscription.subscribe();
  return () => {
    subscription.unsubscribe();
    client.removeSubscription(subscription);
  };
}

/** Phones freeze hidden pages: a fresh connection on waking is quicker than finding out that the old one died. */
function keepAwake(client: Centrifuge): () => void {
  let hiddenAt = 0;
  const wake = (): void => {
    if (client.state === "disconnected") return;
    client.disconnect();
    client.connect();
  };
  const onVisible = (): void => {
    if (document.visibilityState === "hidden") hiddenAt = Date.now();
    else if (client.state === "connecting" || Date.now() - hiddenAt > ASLEEP_MS) wake();
  };
  const onOnline = (): void => {
    if (client.state === "connecting") wake();
  };
  document.addEventListener("visibilitychange", onVisible);
  addEventListener("online", onOnline);
  return () => {
    document.removeEventListener("visibilitychange", onVisible);
    removeEventListener("online", onOnline);
  };
}
