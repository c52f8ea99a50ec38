/**
 * Photos from the phone: made small before they travel, sent one by one, fetched with the caller's token.
 *
 * Drawing anew also drops what a camera writes into a file, the place of the shot included.
 */
import { ApiError, call, newKey } from "./api.ts";

const LONGEST_EDGE = 1600;
const QUALITY = 0.82;
const UPLOAD_TIMEOUT_MS = 30_000;

/** Rejects when the file is no picture that this browser can read. */
export async function shrink(file: Blob): Promise<Blob> {
  const url = URL.createObjectURL(file);
  try {
    const picture = await decode(url);
    const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

function decode(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = () => reject(new Error("no picture"));
    picture.src = url;
  });
}

/** Tries again under the same key while the network fails; a refusal by the server ends it. */
export async function upload(incident: string, picture: Blob, token: string | null, tries = 5): Promise<void> {
  const key = newKey();
  for (let attempt = 1; ; attempt++) {
    const form = new FormData();
    form.append("photo", picture, "photo.jpg");
    try {
      await call(`/api/v1/incidents/${incident}/photos`, { body: form, token, key, timeoutMs: UPLOAD_TIMEOUT_MS });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || !error.transient || attempt >= tries) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1500 * attempt));
  }
}

/** An object URL of a photo that needs a token to be seen. */
export async function fetchPhoto(url: string, token: string | null): Promise<string> {
  const response = await fetch(url, {
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    credentials: "same-origin",
  });
  if (!response.ok) throw new ApiError(response.status, { code: "not_found" });
  return URL.createObjectURL(await response.blob());
}
