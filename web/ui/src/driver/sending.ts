/** Sends a request to move, again and again under one key while the network fails, until the server has decided. */
import { ApiError, call, newKey } from "../shared/api.ts";
import type { PulledIncident } from "../shared/incident.ts";
import { keepDraft, type Draft } from "./keep.ts";

export interface Requested {
  incident: PulledIncident;
  channel: string;
  access_token: string;
}

const PAUSE_MS = 2500;

export function draftOf(body: Record<string, unknown>): Draft {
  return { key: newKey(), body, at: Date.now() };
}

/** `onWaiting` is told when the network failed and another try follows. Raises what the server refused. */
export async function sendRequest(sticker: string, draft: Draft, onWaiting: () => void): Promise<Requested> {
  keepDraft(sticker, draft);
  for (;;) {
    try {
      const requested = await call<Requested>("/api/v1/move-requests", { body: draft.body, key: draft.key });
      keepDraft(sticker, null);
      return requested;
    } catch (error) {
      if (!(error instanceof ApiError) || !error.transient) {
        keepDraft(sticker, null);
        throw error;
      }
    }
    onWaiting();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
