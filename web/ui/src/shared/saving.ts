/** A file that needs a token to be had, onto the phone of whoever holds it. */
import { fetchPhoto } from "./photos.ts";

/** Rejects with an ApiError, or as `fetch` does without a network. */
export async function save(url: string, name: string, token: string | null): Promise<void> {
  const address = await fetchPhoto(url, token);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
