/** What the server made of a file that was sent. */
import { ApiError, call } from "./api.ts";

const PAUSE_MS = 1500;

interface Seen {
  state: "receiving" | "waiting" | "ready" | "refused";
  why?: string | null;
}

/** Asks until it is examined: null when it can be used, else why not (a word of the catalogue). */
export async function examined(id: string, token: string, stopped: () => boolean): Promise<string | null> {
  while (!stopped()) {
    try {
      const { state, why } = (await call<{ upload: Seen }>(`/api/v1/uploads/${id}`, { token })).upload;
      if (state === "ready") return null;
      if (state === "refused") return why ?? "unreadable";
    } catch (error) {
      if (!(error instanceof ApiError) || !error.transient) throw error;
    }
    await pause(PAUSE_MS);
  }
  return null;
}

/** A while, or until the network is back. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done);
  });
}
