/**
 * Ending the session for certain: the server ends it, and where it cannot be reached the page remembers to ask again.
 *
 * Until it has been ended the page stays at its door, whatever the cookie would still open.
 */
import { ApiError, call } from "../shared/api.ts";

const STORE = "wufen:leaving";

/** True once the server has ended it; false while it could not be asked. */
export async function endSession(): Promise<boolean> {
  localStorage.setItem(STORE, "1");
  try {
    await call("/api/v1/sessions/current", { method: "DELETE", wakes: false });
  } catch (error) {
    if (error instanceof ApiError && error.transient) return false;
  }
  localStorage.removeItem(STORE);
  return true;
}

/** Somebody has signed out here without a network. */
export const isLeaving = (): boolean => localStorage.getItem(STORE) === "1";

/** A new sign-in takes the place of what was to be ended. */
export const stay = (): void => localStorage.removeItem(STORE);
