/** Reports or joins under one key, again and again while the network fails, until the server has decided. */
import { ApiError, call, newKey } from "../shared/api.ts";
import type { PulledHazard } from "./data.ts";

export interface Followed {
  incident: PulledHazard;
  channel: string;
  access_token: string;
}

const PAUSE_MS = 2500;

/** `onWaiting` is told when the network failed and another try follows. Raises what the server refused. */
export async function send(path: string, body: Record<string, unknown>, onWaiting: () => void): Promise<Followed> {
  const key = newKey();
  for (;;) {
    try {
      return await call<Followed>(path, { body, key });
    } catch (error) {
      if (!(error instanceof ApiError) || !error.transient) throw error;
    }
    onWaiting();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
