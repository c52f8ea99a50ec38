/** What a failed call says to a person, and how instants are spelled. */
import { ApiError } from "./api.ts";
import { t } from "./i18n.ts";

/** The server's own sentence, which is in the page's language; a fixed one when no answer came. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError && error.code !== "offline" && error.details.message) return error.message;
  return t("common.unreachable");
}

/** `18:37` or, with seconds, `18:37:12`, on the phone's own wall clock. */
export function wallTime(instant: string | number, withSeconds = false): string {
  const at = new Date(instant);
  const parts = [at.getHours(), at.getMinutes(), ...(withSeconds ? [at.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
