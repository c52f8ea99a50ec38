/** Where the phone is, asked only when its owner wants to tell. */
import type { Location } from "../shared/incident.ts";

const PATIENCE_MS = 10_000;

/** Rejects when the person or the browser refuses, or nothing is found in time. WGS-84 by the browser's contract. */
export function whereAmI(): Promise<Location> {
  return new Promise((resolve, reject) => {
    if (!("geolocation" in navigator)) return reject(new Error("no geolocation"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          lat: Number(coords.latitude.toFixed(6)),
          lng: Number(coords.longitude.toFixed(6)),
          accuracy_m: Math.round(coords.accuracy),
          crs: "wgs84",
        }),
      reject,
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 30_000 },
    );
  });
}
