/** What a failed call says to a person, and how instants are spelled. */
import { ApiError } from "./api.ts";
import { t } from "./i18n.ts";

/** The server's own sentence, which is in the page's language; a fixed one when no answer came. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError && error.code !== "offline" && error.details.message) return error.message;
  return t("common.unreachable");
}
